//! What people let through of protected paths is what leaves: the same hash before it is taken and at the push, another one for any
//! other state.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};

use skep::core::consent::{ChangeHash, ChangedContent};
use skep::core::event::WhyLeftOut;
use skep::core::ids::Sha;
use skep::git::{Collected, ProtectedSpec};

use super::{Lab, REPOSITORY, all_ways, run, write};

all_ways!(
    the_hash_at_the_push_is_the_one_that_was_shown,
    each_way_to_change_a_path_is_another_hash,
    what_is_protected_besides_counts,
    the_rest_goes_without_them_in_one_commit,
);

impl Lab {
    /// What git says of the commit in the mirror.
    async fn at_the_push(&self, head: &Sha) -> (Vec<String>, ChangeHash) {
        let what = ProtectedSpec {
            repository: REPOSITORY,
            head,
            base: &self.base,
            upstream: None,
            besides: &[],
        };
        let found = self.git.protected(&what).await.expect("read");
        (found.paths, found.hash)
    }
}

fn hash(collected: &Collected) -> ChangeHash {
    let diff = collected.protected_diff.as_ref();
    diff.expect("protected paths").hash.clone()
}

async fn the_hash_at_the_push_is_the_one_that_was_shown(lab: Lab) {
    let work = lab.workspace().await;
    write(&work, ".github/workflows/ci.yml", "on: push\n");
    run(&work, &["add", "-A"]);
    run(&work, &["commit", "--quiet", "-m", "one"]);
    fs::remove_dir_all(work.join(".github")).expect("removed");
    write(&work, "docs/AGENTS.md", "be kind\n");
    write(&work, "a.txt", "1\n");
    let collected = lab.collect().await.expect("collected");
    let shown = collected.protected_diff.as_ref().expect("shown");
    let all: Vec<(&str, &ChangedContent)> = shown
        .changes
        .iter()
        .map(|one| (one.path.as_str(), &one.content))
        .collect();
    let lines = |text: &str| ChangedContent::Lines(text.into());
    assert_eq!(
        all,
        [
            (".github/workflows/ci.yml", &lines("+on: push\n")),
            (".github/workflows/ci.yml", &lines("-on: push\n")),
            ("docs/AGENTS.md", &lines("+be kind\n")),
        ],
        "also what was changed back"
    );
    let at_the_push = lab.at_the_push(&collected.head).await;
    assert_eq!(at_the_push, (collected.protected.clone(), hash(&collected)));
    // Looked at again without any change, it is the same.
    assert_eq!(
        hash(&lab.collect().await.expect("collected")),
        hash(&collected)
    );
    // Whoever changes one byte after that has another.
    write(&work, "docs/AGENTS.md", "be kinD\n");
    let other = lab.collect().await.expect("collected");
    assert_ne!(hash(&other), hash(&collected));
    assert_ne!(lab.at_the_push(&other.head).await.1, hash(&collected));
}

async fn each_way_to_change_a_path_is_another_hash(lab: Lab) {
    let work = lab.workspace().await;
    let path = work.join("docs/CLAUDE.md");
    let mut seen = Vec::new();
    let mut note = |collected: &Collected, content: &str| {
        let diff = collected.protected_diff.clone().expect("protected paths");
        let shown = format!("{:?}", diff.changes);
        assert!(shown.contains(content), "{content}: {shown}");
        assert!(!seen.contains(&diff.hash), "{content}");
        seen.push(diff.hash);
    };
    write(&work, "docs/CLAUDE.md", "kind\n");
    note(&lab.collect().await.expect("collected"), "+kind");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("set");
    note(&lab.collect().await.expect("collected"), "100755");
    fs::remove_file(&path).expect("removed");
    symlink("guide.md", &path).expect("linked");
    note(&lab.collect().await.expect("collected"), "120000");
    fs::remove_file(&path).expect("removed");
    fs::write(&path, [0_u8, 1, 2]).expect("written");
    note(&lab.collect().await.expect("collected"), "Binary");
    // A file that is only given a protected name.
    fs::remove_file(&path).expect("removed");
    fs::rename(work.join("docs/guide.md"), &path).expect("renamed");
    let renamed = lab.collect().await.expect("collected");
    note(&renamed, "+a guide");
    assert_eq!(lab.at_the_push(&renamed.head).await.1, hash(&renamed));
}

async fn what_is_protected_besides_counts(lab: Lab) {
    let work = lab.workspace().await;
    write(&work, "deploy/x.tf", "x\n");
    assert_eq!(lab.collect().await.expect("collected").protected_diff, None);
    let mut spec = lab.collecting();
    spec.protected = vec!["deploy/**".into()];
    let collected = lab.git.collect(&spec).await.expect("collected");
    assert_eq!(collected.protected, ["deploy/x.tf"]);
    assert!(collected.protected_diff.is_some());
}

async fn the_rest_goes_without_them_in_one_commit(lab: Lab) {
    let work = lab.workspace().await;
    write(&work, "CLAUDE.md", "kind\n");
    write(&work, "a.txt", "1\n");
    run(&work, &["add", "-A"]);
    run(&work, &["commit", "--quiet", "-m", "one"]);
    write(&work, "b.txt", "1\n");
    run(&work, &["add", "-A"]);
    run(&work, &["commit", "--quiet", "-m", "two"]);
    lab.make_bundle();
    let mut spec = lab.collecting();
    spec.without_protected = true;
    let collected = lab.git.collect(&spec).await.expect("collected");
    let paths: Vec<&str> = collected
        .files
        .iter()
        .map(|file| file.path.as_str())
        .collect();
    assert_eq!((paths, collected.commits), (vec!["a.txt", "b.txt"], 1));
    assert!(collected.protected.is_empty() && collected.protected_diff.is_none());
    assert!(collected.committed_by_us);
    let left: Vec<(WhyLeftOut, &str)> = collected
        .left_out
        .iter()
        .map(|left| (left.why, left.name.as_str()))
        .collect();
    assert!(
        left.contains(&(WhyLeftOut::Protected, "CLAUDE.md")),
        "{left:?}"
    );
    assert_eq!(
        lab.at_the_push(&collected.head).await.0,
        Vec::<String>::new()
    );
    // With nothing else in it there is nothing to publish.
    fs::remove_file(work.join("a.txt")).expect("removed");
    fs::remove_file(work.join("b.txt")).expect("removed");
    let nothing = lab.git.collect(&spec).await.expect("collected");
    assert_eq!((&nothing.head, nothing.files.len()), (&lab.base, 0));
}
