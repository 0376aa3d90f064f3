//! From a label to a pull request.

use crate::test_app::TestApp;

#[tokio::test(flavor = "multi_thread")]
async fn a_label_becomes_a_pull_request() {
    let mut app = TestApp::new().await;
    let issue = app.go(
        "Add a greeting",
        "plan read the code | write the greeting\nstart 1\nsay Reading.\ntick 1\nwrite GREETING.md: hello\ntick 2\nsay Wrote the greeting.",
    );
    app.settle_all().await;
    insta::assert_snapshot!(app.thread(issue), @"
    #1 Add a greeting (open)
    labels: agent:go, agent:review
    reactions: eyes skep[bot], hooray skep[bot]
    pull requests: #2 Add a greeting (open draft)

    ana:
      Please.

      ```skep-demo
      plan read the code | write the greeting
      start 1
      say Reading.
      tick 1
      write GREETING.md: hello
      tick 2
      say Wrote the greeting.
      ```

    skep[bot] (edited 1x):
      **In review** · done in 0 ms

      [`agent/1-add-a-greeting`](../tree/agent/1-add-a-greeting) · draft pull request #2

      - [x] read the code
      - [x] write the greeting

      1 file changed (+1 −0). Review the pull request: a review, or `/agent <what to do>` on it, sends the agent back to work; when you are happy, mark it ready for review, then merge it.

      <details><summary>Details</summary>

      - Role `swe`: the issue has no `role:*` label, so the default `swe`
      - Agent: `demo` (skep-demo 0.1.0)
      - Session `1296269-1-1`
      - Limits: 1 h 0 m in all, 10 m 0 s without a sign of life
      - Spent: tokens and cost unknown, 1 of 20 sessions, 0 ms of 24 h 0 m at work
      - To see the log, comment `/agent logs`
      - 00:00:01Z Accepted as `swe`.
      - 00:00:01Z Started.
      - 00:00:01Z Opened the pull request.

      </details>

      <sub>updated 00:00:01Z</sub>
    ");
    insta::assert_debug_snapshot!(app.course(issue).await, @r#"
    [
        "task.received",
        "task.queued",
        "session.dispatched",
        "workspace.ready",
        "session.progress",
        "session.idle",
        "session.collected",
        "branch.pushed",
        "change.risk",
        "pull_request.opened",
        "session.completed",
    ]
    "#);
    app.done().await;
}
