//! A mirror without the contents of older files: all that a session needs is there, and what is not fails at once and says
//! why.

use std::path::Path;
use std::process::Command;

use skep::core::ids::Sha;
use skep::git::{FetchRequest, GitError, Push};

use super::{Lab, REPOSITORY, run, write};

/// What git says of what is not there.
const NOT_HERE: &str = "older-contents-are-not-here";

/// A repository whose README was another one before, in a partial mirror.
async fn lab() -> (Lab, Sha) {
    let mut lab = Lab::new().await;
    let old = lab.base.clone();
    lab.base = lab
        .server
        .seed("main", &[("README.md", "hello again\n")])
        .await;
    lab.git.leave_contents(REPOSITORY).await.expect("marked");
    fetch(&lab).await;
    (lab, old)
}

async fn fetch(lab: &Lab) -> Sha {
    let want = FetchRequest {
        branch: "main".into(),
        sha: None,
    };
    let fetched = lab.git.fetch(&lab.remote(), &want).await.expect("fetched");
    fetched.head
}

async fn contents(lab: &Lab, commits: &[&Sha]) {
    let fetched = lab.git.fetch_contents(&lab.remote(), commits).await;
    fetched.expect("fetched");
}

/// Whether the mirror itself holds an object.
fn holds(lab: &Lab, object: &str) -> bool {
    let found = Command::new("git")
        .args(["--git-dir=.", "cat-file", "-e", object])
        .current_dir(lab.mirror())
        .env("GIT_NO_LAZY_FETCH", "1")
        .output();
    found.expect("git is there").status.success()
}

/// What git says when it fails.
fn fails(directory: &Path, arguments: &[&str]) -> String {
    let output = Command::new("git")
        .args(arguments)
        .current_dir(directory)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .output()
        .expect("git is there");
    assert!(!output.status.success(), "git {arguments:?} works");
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// A bundle of one commit that leaves out what is missing.
fn bundle_without(lab: &Lab, work: &Path, commit: &str) {
    let script = format!(
        "printf '# v2 git bundle\\n-{base} \\n{commit} HEAD\\n\\n' && printf '{commit}\\n^{base}\\n' | \
         git pack-objects --revs --stdout --missing=allow-any -q",
        base = lab.base
    );
    let made = Command::new("sh")
        .args(["-c", &script])
        .current_dir(work)
        .output();
    let made = made.expect("a shell");
    assert!(made.status.success(), "{made:?}");
    std::fs::write(lab.bundle(), made.stdout).expect("written");
}

#[tokio::test]
async fn a_session_has_what_it_needs_and_is_told_what_is_missing() {
    let (lab, old) = lab().await;
    let old_readme = format!("{old}:README.md");
    assert!(lab.git.is_partial(REPOSITORY));
    assert!(!holds(&lab, &format!("{}:README.md", lab.base)));
    contents(&lab, &[&lab.base]).await;
    assert!(
        !holds(&lab, &old_readme),
        "only what is checked out is fetched"
    );
    let before = lab.server.requests();
    contents(&lab, &[&lab.base]).await;
    assert_eq!(
        lab.server.requests(),
        before,
        "what is here is not asked for"
    );

    let work = lab.base_of(lab.base.clone()).await;
    assert_eq!(run(&work, &["status", "--porcelain"]), "");
    assert_eq!(run(&work, &["log", "--format=%s"]), "Seed\nSeed");
    run(&work, &["log", "--name-status", "--no-renames"]);
    for looks_back in [
        &["log", "-p"] as &[&str],
        &["blame", "README.md"],
        &["show", &old_readme],
    ] {
        let said = fails(&work, looks_back);
        assert!(said.contains(NOT_HERE), "{looks_back:?}: {said}");
    }

    write(&work, "README.md", "changed\n");
    run(&work, &["commit", "-qam", "Change it"]);
    write(&work, "new.txt", "new\n");
    let collected = lab.collect().await.expect("collected");
    assert_eq!((collected.commits, collected.files.len()), (2, 2));
    let push = Push {
        branch: lab.branch(),
        head: collected.head.clone(),
        expected: None,
    };
    lab.git.publish(&lab.remote(), &push).await.expect("pushed");
    let there = run(
        &lab.server.repository(),
        &[
            "--git-dir=.",
            "show",
            &format!("{}:README.md", collected.head),
        ],
    );
    assert_eq!(there, "changed");
    run(
        &lab.server.repository(),
        &["--git-dir=.", "fsck", "--strict"],
    );
    assert!(!holds(&lab, &old_readme), "nobody needed it");
}

#[tokio::test]
async fn a_base_that_moved_can_be_merged() {
    let (mut lab, _) = lab().await;
    contents(&lab, &[&lab.base]).await;
    let work = lab.base_of(lab.base.clone()).await;
    write(&work, "docs/guide.md", "a longer guide\n");
    let ours = lab.collect().await.expect("collected").head;
    let moved = lab
        .server
        .seed("main", &[("docs/guide.md", "another guide\n")])
        .await;
    assert_eq!(fetch(&lab).await, moved);

    // A later round begins with our commit, on whatever the base is by now.
    contents(&lab, &[&moved, &ours]).await;
    lab.git
        .remove_workspace(&lab.session, &work)
        .await
        .expect("removed");
    lab.base = ours.clone();
    let work = lab.base_of(ours).await;
    let conflict = fails(
        &work,
        &[
            "-c",
            "user.name=A",
            "-c",
            "user.email=a@b",
            "merge",
            moved.as_str(),
        ],
    );
    assert!(!conflict.contains(NOT_HERE), "{conflict}");
    write(&work, "docs/guide.md", "both guides\n");
    run(&work, &["commit", "-qam", "Merge the base"]);
    lab.make_bundle_beside(Some(&moved));
    let mut spec = lab.collecting();
    spec.upstream = Some(moved);
    let collected = lab.git.collect(&spec).await.expect("collected");
    assert_eq!(collected.conflicts, Vec::<String>::new());
    assert_eq!(collected.files.len(), 1, "{collected:?}");
}

#[tokio::test]
async fn a_commit_that_names_what_is_not_here_is_refused_at_once() {
    let (lab, old) = lab().await;
    contents(&lab, &[&lab.base]).await;
    let work = lab.base_of(lab.base.clone()).await;
    let blob = run(
        &lab.server.repository(),
        &["--git-dir=.", "rev-parse", &format!("{old}:README.md")],
    );
    let entry = format!("100644,{blob},restored.md");
    run(&work, &["update-index", "--add", "--cacheinfo", &entry]);
    let said = fails(&work, &["commit", "-m", "Bring the old one back"]);
    assert!(said.contains(NOT_HERE), "{said}");
    // Who insists can still make a commit and a bundle of it.
    let tree = run(&work, &["write-tree", "--missing-ok"]);
    let commit = run(&work, &["commit-tree", "-p", "HEAD", "-m", "Insist", &tree]);
    bundle_without(&lab, &work, &commit);
    let before = lab.server.requests();
    let refused = lab
        .git
        .collect(&lab.collecting())
        .await
        .expect_err("refused");
    assert!(matches!(refused, GitError::Bundle { .. }), "{refused:?}");
    assert_eq!(
        lab.server.requests(),
        before,
        "nothing is fetched on the way"
    );
}

#[tokio::test]
async fn a_host_that_knows_no_filter_sends_everything() {
    let mut lab = Lab::new().await;
    let old = lab.base.clone();
    lab.base = lab
        .server
        .seed("main", &[("README.md", "hello again\n")])
        .await;
    run(
        &lab.server.repository(),
        &["--git-dir=.", "config", "uploadpack.allowFilter", "false"],
    );
    lab.git.leave_contents(REPOSITORY).await.expect("marked");
    fetch(&lab).await;
    contents(&lab, &[&lab.base]).await;
    assert!(holds(&lab, &format!("{old}:README.md")));
    let work = lab.base_of(lab.base.clone()).await;
    run(&work, &["log", "-p"]);
}
