//! The first fetch of a repository, when it takes long: people see how far it is, can stop it, and it can be done again.

use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use crate::test_app::TestApp;

/// A git that stands at 45 % of every fetch that tells its progress, until the gate is open.
struct SlowGit(tempfile::TempDir);

impl SlowGit {
    /// A skep that has such a git.
    async fn app() -> (Self, TestApp) {
        let slow = Self(tempfile::tempdir().expect("a folder"));
        let program = slow.0.path().join("git");
        let script = format!(
            "#!/bin/sh\ncase \" $* \" in *' fetch '*' --progress '*)\n\
             echo >>'{}'; printf 'Receiving objects:  45%% (9/20)\\r' >&2\n\
             while [ ! -e '{}' ]; do sleep 0.02; done;; esac\nexec git \"$@\"\n",
            slow.begun().display(),
            slow.gate().display()
        );
        std::fs::write(&program, script).expect("written");
        std::fs::set_permissions(&program, PermissionsExt::from_mode(0o755)).expect("set");
        let app = TestApp::with(|plan| {
            plan.git = program;
            plan.limits.status_interval_ms = 1;
        })
        .await;
        (slow, app)
    }

    fn gate(&self) -> PathBuf {
        self.0.path().join("gate")
    }

    fn begun(&self) -> PathBuf {
        self.0.path().join("begun")
    }

    /// Lets all go on.
    fn open(&self) {
        std::fs::write(self.gate(), "").expect("a gate");
    }

    /// How many stand at the gate or have gone through.
    fn fetches(&self) -> usize {
        std::fs::read(self.begun()).map_or(0, |lines| lines.len())
    }
}

fn told(app: &TestApp, issue: skep::core::ids::IssueNumber) -> bool {
    // The status is edited once in an interval.
    app.advance(std::time::Duration::from_secs(1));
    let status = app.status(issue);
    status.contains("**Working** as swe · fetching the repository, 45 %")
}

#[tokio::test(flavor = "multi_thread")]
async fn people_see_how_far_it_is() {
    let (git, mut app) = SlowGit::app().await;
    let first = app.go("First", "write a.txt: a");
    let second = app.go("Second", "write b.txt: b");
    for issue in [first, second] {
        app.until("it is told", |app| told(app, issue)).await;
    }
    git.open();
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
    let (git, mut app) = SlowGit::app().await;
    let issue = app.go("Try", "write a.txt: a");
    app.until("it is told", |app| told(app, issue)).await;
    app.reply(issue, "/agent stop").await;
    app.settle_all().await;
    assert_eq!(app.state(issue).await, "cancelled", "{}", app.thread(issue));
    git.open();
    app.reply(issue, "/agent retry").await;
    app.settle_all().await;
    assert_eq!(app.state(issue).await, "in-review", "{}", app.thread(issue));
    app.done().await;
}

/// One that takes an hour sees many restarts: they say nothing about it.
#[tokio::test(flavor = "multi_thread")]
async fn stops_of_skep_are_no_tries() {
    let (git, mut app) = SlowGit::app().await;
    let issue = app.go("Try", "write a.txt: a");
    for stop in 1..=4 {
        let running = app.run().await;
        app.seen("the fetch is at it", |_| git.fetches() == stop)
            .await;
        running.stop().await;
    }
    git.open();
    app.open().await;
    app.settle_all().await;
    assert_eq!(app.state(issue).await, "in-review", "{}", app.thread(issue));
    assert_eq!(app.tries("prepare_workspace").await, (1, 1));
    app.done().await;
}
