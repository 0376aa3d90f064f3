//! The first fetch of a repository, when it takes long: people see how far it is, can stop it, and it can be done again.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use crate::test_app::TestApp;

/// A git that stands at 45 % of every fetch that tells its progress, until a file is there.
fn slow_git(folder: &Path) -> (PathBuf, PathBuf) {
    let (program, gate) = (folder.join("git"), folder.join("gate"));
    let script = format!(
        "#!/bin/sh\ncase \" $* \" in *' fetch '*' --progress '*)\n\
         printf 'Receiving objects:  45%% (9/20)\\r' >&2\n\
         while [ ! -e '{}' ]; do sleep 0.02; done;; esac\nexec git \"$@\"\n",
        gate.display()
    );
    std::fs::write(&program, script).expect("written");
    std::fs::set_permissions(&program, PermissionsExt::from_mode(0o755)).expect("set");
    (program, gate)
}

fn told(app: &TestApp, issue: skep::core::ids::IssueNumber) -> bool {
    // The status is edited once in an interval.
    app.advance(std::time::Duration::from_secs(1));
    let status = app.status(issue);
    status.contains("**Working** as swe · fetching the repository, 45 %")
}

#[tokio::test(flavor = "multi_thread")]
async fn people_see_how_far_it_is() {
    let folder = tempfile::tempdir().expect("a folder");
    let (git, gate) = slow_git(folder.path());
    let mut app = TestApp::with(|plan| {
        plan.git = git;
        plan.limits.status_interval_ms = 1;
    })
    .await;
    let first = app.go("First", "write a.txt: a");
    let second = app.go("Second", "write b.txt: b");
    for issue in [first, second] {
        app.until("it is told", |app| told(app, issue)).await;
    }
    std::fs::write(gate, "").expect("a gate");
    app.settle_all().await;
    for issue in [first, second] {
        assert_eq!(app.state(issue).await, "in-review");
        assert!(!app.status(issue).contains("fetching"));
        assert_eq!(app.our_comments(issue).len(), 1, "no comment tells of it");
    }
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_is_stopped_ends_at_once_and_can_be_done_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let (git, gate) = slow_git(folder.path());
    let mut app = TestApp::with(|plan| {
        plan.git = git;
        plan.limits.status_interval_ms = 1;
    })
    .await;
    let issue = app.go("Try", "write a.txt: a");
    app.until("it is told", |app| told(app, issue)).await;
    app.reply(issue, "/agent stop").await;
    app.settle_all().await;
    assert_eq!(app.state(issue).await, "cancelled", "{}", app.thread(issue));
    std::fs::write(gate, "").expect("a gate");
    app.reply(issue, "/agent retry").await;
    app.settle_all().await;
    assert_eq!(app.state(issue).await, "in-review", "{}", app.thread(issue));
    app.done().await;
}
