//! Work that failed or was stopped is where people can reach it: on its branch, or as a patch; and its end is told to
//! whoever asked for it.

use std::time::Duration;

use skep::core::ids::IssueNumber;
use skep::http::AdminService;
use skep_simulator::fault::{Fault, FaultRule};

use crate::test_app::TestApp;

const BRANCH: &str = "agent/1-add-a-note";

async fn file(app: &TestApp, path: &str) -> Option<String> {
    app.simulator
        .file(app.repository, BRANCH, path)
        .await
        .expect("git")
}

/// The patch of the first session, as the command prints it.
async fn patch(app: &TestApp, issue: IssueNumber) -> Result<String, String> {
    let patch = app.product().admin.patch(app.session(issue, 1)).await;
    patch
        .map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
        .map_err(|error| error.to_string())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_stopped_session_made_is_on_its_branch() {
    let mut app = TestApp::new().await;
    let issue = app.go(
        "Add a note",
        "write NOTE.md: hello\nwait 300\nsay Wrote it.",
    );
    app.until("it is written", |app| {
        app.session_dir(issue, 1).join("work/NOTE.md").exists()
    })
    .await;
    app.advance(Duration::from_secs(1));
    app.reply(issue, "/agent stop").await;
    app.settle_all().await;
    assert_eq!(app.state(issue).await, "cancelled", "{}", app.thread(issue));
    assert_eq!(
        file(&app, "NOTE.md").await.as_deref(),
        Some("hello\n"),
        "{}",
        app.thread(issue)
    );
    assert!(
        app.pulls().is_empty(),
        "nobody asked for a pull request of it"
    );
    let status = app.status(issue);
    assert!(
        status
            .contains("What it had done (1 changed file) is on the branch [`agent/1-add-a-note`]"),
        "{status}"
    );
    assert_eq!(
        app.git(&["log", "-1", "--format=%s", BRANCH]).trim(),
        "Add a note (unfinished)"
    );
    // The next one goes on from there.
    app.advance(Duration::from_secs(60));
    let body = "```skep-demo\nread NOTE.md\nsay It is there.\n```";
    app.simulator
        .edit_body(app.repository, issue, body, "ana")
        .expect("an edit");
    app.reply(issue, "/agent retry").await;
    app.settle_all().await;
    assert_eq!(
        app.made(issue, "NOTE.md").await.as_deref(),
        Some("hello\n"),
        "{}",
        app.thread(issue)
    );
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_late_failure_is_told_to_whoever_asked_with_its_branch() {
    let mut app = TestApp::new().await;
    let issue = app.go("Add a note", "write NOTE.md: hello\nwait 0.5\ncrash");
    app.settle_all().await;
    assert_eq!(app.state(issue).await, "failed", "{}", app.thread(issue));
    assert_eq!(
        file(&app, "NOTE.md").await.as_deref(),
        Some("hello\n"),
        "{}",
        app.thread(issue)
    );
    let ours = app.our_comments(issue);
    assert_eq!(ours.len(), 2, "the status and the notice: {ours:#?}");
    assert!(
        ours[1].starts_with("@ana it failed because ") && ours[1].contains("is on the branch"),
        "{}",
        ours[1]
    );
    assert!(ours[1].contains("comment `/agent retry`"), "{}", ours[1]);
    app.done().await;
}

/// Somebody tidies the branch up: that is no reason to fail the next try.
#[tokio::test(flavor = "multi_thread")]
async fn a_leftover_branch_that_was_deleted_is_made_anew() {
    let mut app = TestApp::new().await;
    let issue = app.go("Add a note", "write NOTE.md: hello\nwait 0.5\ncrash");
    app.settle_all().await;
    app.git(&["update-ref", "-d", "refs/heads/agent/1-add-a-note"]);
    app.advance(Duration::from_secs(60));
    let body = "```skep-demo\nwrite B.md: b\nsay B.\n```";
    app.simulator
        .edit_body(app.repository, issue, body, "ana")
        .expect("an edit");
    app.reply(issue, "/agent retry fresh").await;
    app.settle_all().await;
    assert_eq!(app.state(issue).await, "in-review", "{}", app.thread(issue));
    assert_eq!(file(&app, "B.md").await.as_deref(), Some("b\n"));
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_may_not_be_published_is_there_as_a_patch() {
    let mut app = TestApp::with(|plan| plan.limits.max_files = 1).await;
    let issue = app.go(
        "Add a note",
        "write NOTE.md: hello\nwrite MORE.md: more\nsay Wrote two.",
    );
    app.settle_all().await;
    assert_eq!(app.state(issue).await, "failed", "{}", app.thread(issue));
    assert_eq!(app.simulator.branches(app.repository), ["main"]);
    let session = app.session(issue, 1);
    assert!(
        app.status(issue)
            .contains(&format!("`skep session {session} --patch`")),
        "{}",
        app.status(issue)
    );
    let patch = patch(&app, issue).await.expect("a patch");
    assert!(
        patch.contains("+hello") && patch.contains("+more"),
        "{patch}"
    );
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_on_github_is_a_patch_as_well_and_no_change_an_empty_one() {
    let mut app = TestApp::new().await;
    let issue = app.go("Add a note", "write NOTE.md: hello\nsay Wrote it.");
    let idle = app.go("Look around", "say There is nothing to do.");
    app.settle_all().await;
    let published = patch(&app, issue).await.expect("its commits are here");
    assert!(published.contains("+hello"), "{published}");
    assert_eq!(patch(&app, idle).await.as_deref(), Ok(""), "no change");
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_label_reaction_or_assignee_fails_no_session() {
    for (method, path) in [
        ("POST", "/repos/*/*/issues/2/labels"),
        ("POST", "/repos/*/*/issues/1/labels"),
        ("POST", "/repos/*/*/issues/1/reactions"),
        ("POST", "/repos/*/*/issues/1/assignees"),
    ] {
        let mut app = TestApp::new().await;
        let refused = Fault::Status {
            status: 422,
            message: "Validation Failed".into(),
        };
        app.simulator
            .add_fault(FaultRule::next(method, path, refused).times(1_000));
        let issue = app.go_as(
            "Add a note",
            "write NOTE.md: hello\nsay Wrote it.",
            &["role:testing"],
        );
        app.settle_all().await;
        assert_eq!(
            app.state(issue).await,
            "in-review",
            "{method} {path}: {}",
            app.thread(issue)
        );
        app.done().await;
    }
}
