//! Work that merged the base: judged against the base, so that what others did there is not the session's.

use std::path::{Path, PathBuf};

use skep::core::ids::Sha;
use skep::git::{Collected, DiffLimits, FetchRequest, GitError};

use super::{Lab, run, write};

/// A session that went on from a branch while the base moved on.
struct Merging {
    lab: Lab,
    work: PathBuf,
    upstream: Sha,
}

impl Merging {
    async fn new() -> Self {
        let lab = Lab::new().await;
        let work = lab.workspace().await;
        let many: Vec<(String, String)> = (0..20)
            .map(|n| (format!("many/{n}.txt"), "x\n".to_owned()))
            .collect();
        let mut files: Vec<(&str, &str)> = many
            .iter()
            .map(|(path, text)| (path.as_str(), text.as_str()))
            .collect();
        files.extend([
            ("README.md", "theirs\n"),
            (".github/workflows/ci.yml", "on: push\n"),
        ]);
        let upstream = lab.server.seed("main", &files).await;
        lab.git
            .fetch(
                &lab.remote(),
                &FetchRequest {
                    branch: "main".into(),
                    sha: None,
                },
            )
            .await
            .expect("fetched");
        Self {
            lab,
            work,
            upstream,
        }
    }

    /// The session's own commit, then the merge.
    fn merge(&self, own: &[(&str, &str)], strategy: &[&str]) {
        for (path, text) in own {
            write(&self.work, path, text);
        }
        run(&self.work, &["add", "-A"]);
        run(&self.work, &["commit", "--quiet", "-m", "own"]);
        let mut arguments = vec!["merge", "--quiet", "--no-edit"];
        arguments.extend(strategy);
        arguments.push(self.upstream.as_str());
        run(&self.work, &arguments);
    }

    async fn collect(&self, upstream: Option<&Sha>) -> Result<Collected, GitError> {
        self.lab.make_bundle_beside(upstream);
        let mut spec = self.lab.collecting();
        spec.upstream = upstream.cloned();
        spec.limits = DiffLimits {
            files: 5,
            ..DiffLimits::default()
        };
        self.lab.git.collect(&spec).await
    }
}

fn paths(collected: &Collected) -> Vec<&str> {
    collected
        .files
        .iter()
        .map(|file| file.path.as_str())
        .collect()
}

fn is_ancestor(dir: &Path, ancestor: &Sha, head: &Sha) -> bool {
    let base = run(
        dir,
        &[
            "--git-dir=.",
            "merge-base",
            ancestor.as_str(),
            head.as_str(),
        ],
    );
    base == ancestor.as_str()
}

#[tokio::test]
async fn what_others_did_on_the_base_is_not_the_sessions() {
    let merging = Merging::new().await;
    merging.merge(
        &[("README.md", "ours\n"), ("own.txt", "own\n")],
        &["-X", "ours"],
    );
    let collected = merging
        .collect(Some(&merging.upstream))
        .await
        .expect("collected");
    assert_eq!(paths(&collected), ["README.md", "own.txt"]);
    assert_eq!((&collected.base, collected.commits), (&merging.upstream, 2));
    assert_eq!(
        (collected.protected.len(), collected.over.len()),
        (0, 0),
        "{collected:?}"
    );
    assert!(is_ancestor(
        &merging.lab.mirror(),
        &merging.upstream,
        &collected.head
    ));
    // Without knowing the base, all of it would be the session's.
    let blind = merging.collect(None).await.expect("collected");
    assert!(
        blind.files.len() > 20 && !blind.protected.is_empty() && !blind.over.is_empty(),
        "{blind:?}"
    );
}

#[tokio::test]
async fn what_is_hidden_in_a_merge_is_seen() {
    let merging = Merging::new().await;
    merging.merge(&[("own.txt", "own\n")], &["--no-commit"]);
    write(&merging.work, ".github/workflows/evil.yml", "on: push\n");
    write(&merging.work, "many/0.txt", "changed in the merge\n");
    run(&merging.work, &["add", "-A"]);
    run(&merging.work, &["commit", "--quiet", "--no-edit"]);
    let collected = merging
        .collect(Some(&merging.upstream))
        .await
        .expect("collected");
    assert_eq!(
        paths(&collected),
        [".github/workflows/evil.yml", "many/0.txt", "own.txt"]
    );
    assert_eq!(collected.protected, [".github/workflows/evil.yml"]);
}

/// Put in by the merge and taken out after it: a push would publish the commit all the same.
#[tokio::test]
async fn what_is_hidden_in_a_merge_and_taken_back_is_seen() {
    let merging = Merging::new().await;
    merging.merge(&[("own.txt", "own\n")], &["--no-commit"]);
    write(&merging.work, ".github/workflows/evil.yml", "on: push\n");
    run(&merging.work, &["add", "-A"]);
    run(&merging.work, &["commit", "--quiet", "--no-edit"]);
    run(
        &merging.work,
        &["rm", "--quiet", ".github/workflows/evil.yml"],
    );
    run(&merging.work, &["commit", "--quiet", "-m", "never mind"]);
    let collected = merging
        .collect(Some(&merging.upstream))
        .await
        .expect("collected");
    assert_eq!(
        collected.protected,
        [".github/workflows/evil.yml"],
        "{collected:?}"
    );
}

#[tokio::test]
async fn a_base_that_was_not_merged_changes_nothing() {
    let merging = Merging::new().await;
    write(&merging.work, "own.txt", "own\n");
    let collected = merging
        .collect(Some(&merging.upstream))
        .await
        .expect("collected");
    assert_eq!(
        (paths(&collected), &collected.base),
        (vec!["own.txt"], &merging.lab.base)
    );
}
