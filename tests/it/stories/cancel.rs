//! A person changes their mind at the worst moment: what was on its way is told, nothing else follows, nothing is left.

use std::time::Duration;

use skep::core::ids::IssueNumber;
use skep_simulator::fault::{Fault, FaultRule};

use super::agents::readable;
use crate::test_app::TestApp;

/// Ana closes the issue: unlike taking the label away, which only pauses, this is the end. The clock moves a second first.
fn close(app: &TestApp, issue: IssueNumber) {
    app.advance(Duration::from_secs(1));
    app.close_issue(issue, "ana");
}

/// The issue is open again, and the label taken off and put on.
async fn again(app: &mut TestApp, issue: IssueNumber) {
    app.simulator
        .reopen_issue(app.repository, issue, "ana")
        .expect("reopened");
    app.unlabel(issue, "agent:go");
    app.label(issue, "agent:go");
    app.settle_all().await;
}

/// An issue that is closed while GitHub thinks about a request; what follows is brought to its end.
async fn cancelled_during(method: &str, path: &str) -> (TestApp, IssueNumber) {
    let mut app = TestApp::new().await;
    app.simulator
        .add_fault(FaultRule::next(method, path, Fault::Held));
    let issue = app.go("Try", "write a.txt: a\ncommit A\nsay Done.");
    app.until("GitHub has the request", |app| {
        app.simulator.waiting_faults().is_empty()
    })
    .await;
    close(&app, issue);
    app.nudge().await;
    app.simulator.let_go();
    app.settle_all().await;
    // With a pull request the task is in review, though nobody works on it while the issue is closed.
    let state = if app.pulls().is_empty() {
        "cancelled"
    } else {
        "in-review"
    };
    assert_eq!(
        (app.state(issue).await.as_str(), app.live().await),
        (state, 0)
    );
    assert!(
        !app.session_dir(issue, 1).exists(),
        "the working copy is reaped"
    );
    assert_eq!(app.labels(issue), ["agent:go"], "people's own label stays");
    (app, issue)
}

#[tokio::test(flavor = "multi_thread")]
async fn while_the_working_copy_is_made() {
    let (app, issue) = cancelled_during("POST", "/octo/hello.git/git-upload-pack").await;
    assert_eq!(app.simulator.branches(app.repository), ["main"]);
    assert!(
        app.status(issue).starts_with("**Stopped**"),
        "{}",
        app.status(issue)
    );
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn while_the_right_to_publish_is_asked_for() {
    let mut app = TestApp::new().await;
    let permission = "/repos/*/*/collaborators/*/permission";
    app.simulator
        .add_fault(FaultRule::next("GET", permission, Fault::Held).after(1));
    let issue = app.go("Try", "write a.txt: a\nsay Done.");
    app.until("GitHub has the question", |app| {
        app.simulator.waiting_faults().is_empty()
    })
    .await;
    close(&app, issue);
    app.nudge().await;
    app.simulator.let_go();
    app.settle_all().await;
    assert_eq!(app.simulator.branches(app.repository), ["main"]);
    assert_eq!(
        app.kept(issue, 1, "a.txt").as_deref(),
        Some("a\n"),
        "the work is kept"
    );
    assert!(!app.session_dir(issue, 1).exists());
    assert!(
        app.status(issue)
            .contains("(1 changed file) is kept on the server"),
        "{}",
        app.status(issue)
    );
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn while_the_branch_is_pushed() {
    let (mut app, issue) = cancelled_during("POST", "/octo/hello.git/git-receive-pack").await;
    assert_eq!(
        app.simulator.branches(app.repository),
        ["agent/1-try", "main"]
    );
    assert!(
        app.simulator
            .pulls(app.repository)
            .expect("pulls")
            .is_empty()
    );
    insta::assert_snapshot!(readable(&app.thread(issue)), @"
    #1 Try (closed)
    labels: agent:go
    reactions: eyes skep[bot]

    ana:
      Please.

      ```skep-demo
      write a.txt: a
      commit A
      say Done.
      ```

    skep[bot]:
      **Stopped** after 1 s

      [`agent/1-try`](../tree/agent/1-try)

      Stopped because `@ana` closed the issue.

      What it had done (1 changed file) is on the branch [`agent/1-try`](../tree/agent/1-try).

      To start again, comment `/agent retry`; if the issue is closed, reopen it first.

      <details><summary>Details</summary>

      - Role `swe`: the issue has no `role:*` label, so the default `swe`
      - Agent: `demo` (skep-demo 0.1.0)
      - Session `1296269-1-1`
      - Limits: 1 h 0 m in all, 10 m 0 s without a sign of life
      - Spent: tokens and cost unknown, 1 of 20 sessions, 0 ms of 24 h 0 m at work
      - To see the log, comment `/agent logs`
      - 00:00:01Z Accepted as `swe`.
      - 00:00:01Z Started.
      - 00:00:02Z Stopped: `@ana` closed the issue.

      </details>

      <sub>updated 00:00:02Z</sub>
    ");
    // The branch is known as ours, so that the next session may go on with it.
    again(&mut app, issue).await;
    assert_eq!(app.state(issue).await, "in-review", "{}", app.status(issue));
    assert!(
        app.status(issue)
            .contains(&format!("Session `{}`", app.session(issue, 2))),
        "{}",
        app.status(issue)
    );
    app.done().await;
}

/// What waits for its next try is withdrawn: no time that passes brings it back.
#[tokio::test(flavor = "multi_thread")]
async fn while_the_push_waits_for_another_try() {
    let mut app = TestApp::with(|plan| plan.limits.retry_base_ms = 60_000).await;
    app.simulator.add_fault(FaultRule::next(
        "POST",
        "/octo/hello.git/git-receive-pack",
        Fault::BadGateway,
    ));
    let issue = app.go("Try", "write a.txt: a\nsay Done.");
    app.settle().await;
    let waiting = app.waiting().await;
    assert!(
        waiting
            .iter()
            .any(|effect| effect.starts_with("publish x1")),
        "{waiting:?}"
    );
    close(&app, issue);
    app.settle_all().await;
    assert_eq!(
        (app.state(issue).await.as_str(), app.live().await),
        ("cancelled", 0)
    );
    assert_eq!(app.simulator.branches(app.repository), ["main"]);
    let pushes = app
        .simulator
        .calls()
        .into_iter()
        .filter(|call| call.path.ends_with("/git-receive-pack"));
    assert_eq!(pushes.count(), 1, "pushed after the end");
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn while_the_pull_request_is_opened() {
    let (app, issue) = cancelled_during("POST", "/repos/*/*/pulls").await;
    assert_eq!(app.simulator.pulls(app.repository).expect("pulls").len(), 1);
    let status = app.status(issue);
    assert!(
        status.contains("Stopped because `@ana` closed the issue."),
        "{status}"
    );
    assert!(
        status.contains("the issue is closed") && status.contains("draft pull request #2"),
        "{status}"
    );
    app.done().await;
}
