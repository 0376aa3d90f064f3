//! Every command from the issue: what it does, its receipt, and what is said where it fits nothing.

use std::time::Duration;

use skep::core::ids::IssueNumber;

use super::{COLOUR, asked};
use crate::test_app::TestApp;

const LONG: &str = "write A.md: a\nwait 20\nwrite GREETING.md: hello\nrecall";

pub(super) fn issue_of(app: &TestApp, script: &str) -> IssueNumber {
    app.issue(
        "Add a greeting",
        &format!("Please.\n\n```skep-demo\n{script}\n```\n"),
        &[],
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn go_starts_as_the_label_does_and_sets_it() {
    let mut app = TestApp::new().await;
    let issue = issue_of(&app, "write GREETING.md: hello");
    let comment = app.reply(issue, "/agent go").await;
    app.settle_all().await;
    assert_eq!(app.state(issue).await, "in-review", "{}", app.thread(issue));
    assert_eq!(app.labels(issue), ["agent:go", "agent:review"]);
    assert_eq!(app.reactions_to(issue, comment), ["+1"]);
    insta::assert_snapshot!(app.conversation(issue), @"
    #1 Add a greeting (open)
    labels: agent:go, agent:review
    reactions: eyes skep[bot], hooray skep[bot]
    pull requests: #2 Add a greeting (open draft)

    ana:
      Please.

      ```skep-demo
      write GREETING.md: hello
      ```

    ana [+1 skep[bot]]:
      /agent go

    skep[bot]:
      **In review** · done in 0 ms

      [`agent/1-add-a-greeting`](../tree/agent/1-add-a-greeting) · draft pull request #2

      1 file changed (+1 −0). Review the pull request: a review, or `/agent <what to do>` on it, sends the agent back to work; when you are happy, mark it ready for review, then merge it.

      <details><summary>Details</summary>

      - Role `swe`: the issue has no `role:*` label, so the default `swe`
      - Agent: `demo` (skep-demo 0.1.0)
      - Session `1296269-1-1`
      - Limits: 1 h 0 m in all, 10 m 0 s without a sign of life
      - Spent: tokens and cost unknown, 1 of 20 sessions, 0 ms of 24 h 0 m at work
      - To see the log, comment `/agent logs`
      - TIME Accepted as `swe`.
      - TIME Started.
      - TIME Opened the pull request.

      </details>

      <sub>updated TIME</sub>
    ");
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn pause_and_resume_move_the_switch() {
    let mut app =
        TestApp::with(|plan| plan.timings.cancel_grace = Duration::from_millis(100)).await;
    let issue = app.go("Add a greeting", LONG);
    app.until("it works", |app| {
        app.session_dir(issue, 1).join("work/A.md").exists()
    })
    .await;
    app.reply(issue, "/agent pause").await;
    assert_eq!(app.state(issue).await, "paused", "{}", app.thread(issue));
    assert_eq!(
        app.labels(issue),
        ["agent:paused"],
        "our own change of the label is no second command"
    );
    app.reply(issue, "/agent resume").await;
    app.settle_all().await;
    assert_eq!(app.state(issue).await, "in-review", "{}", app.thread(issue));
    assert_eq!(app.labels(issue), ["agent:go", "agent:review"]);
    assert!(
        app.the_pull().issue.body.contains("This is turn 2"),
        "{}",
        app.the_pull().issue.body
    );
    insta::assert_snapshot!(app.conversation(issue), @"
    #1 Add a greeting (open)
    labels: agent:go, agent:review
    reactions: eyes skep[bot], hooray skep[bot]
    pull requests: #2 Add a greeting (open draft)

    ana:
      Please.

      ```skep-demo
      write A.md: a
      wait 20
      write GREETING.md: hello
      recall
      ```

    skep[bot]:
      **In review** · done in 2 s

      [`agent/1-add-a-greeting`](../tree/agent/1-add-a-greeting) · draft pull request #2

      2 files changed (+2 −0). Review the pull request: a review, or `/agent <what to do>` on it, sends the agent back to work; when you are happy, mark it ready for review, then merge it.

      <details><summary>Details</summary>

      - Role `swe`: the issue has no `role:*` label, so the default `swe`
      - Agent: `demo` (skep-demo 0.1.0)
      - Session `1296269-1-1`
      - Limits: 1 h 0 m in all, 10 m 0 s without a sign of life
      - Spent: tokens and cost unknown, 1 of 20 sessions, 1 s of 24 h 0 m at work, SPAN waiting for people: 0 tokens
      - To see the log, comment `/agent logs`
      - TIME Resumed: `@ana` wrote `/agent resume`.
      - TIME Resumed.
      - TIME Opened the pull request.

      </details>

      <sub>updated TIME</sub>

    ana [+1 skep[bot]]:
      /agent pause

    ana [+1 skep[bot]]:
      /agent resume
    ");
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn retry_goes_on_from_what_was_left_and_fresh_does_not() {
    let mut app = TestApp::new().await;
    for (command, kept) in [
        ("/agent retry", Some("half\n")),
        ("/agent retry fresh", None),
    ] {
        let issue = app.go("Add a greeting", "write HALF.md: half\ncommit Half\ncrash");
        app.settle_all().await;
        assert_eq!(app.state(issue).await, "failed");
        let body = "```skep-demo\nwrite GREETING.md: hello\n```";
        app.simulator
            .edit_body(app.repository, issue, body, "ana")
            .expect("an edit");
        app.reply(issue, command).await;
        app.settle_all().await;
        assert_eq!(
            app.state(issue).await,
            "in-review",
            "{command}\n{}",
            app.thread(issue)
        );
        assert_eq!(
            app.made(issue, "HALF.md").await.as_deref(),
            kept,
            "{command}"
        );
        assert_eq!(
            app.made(issue, "GREETING.md").await.as_deref(),
            Some("hello\n"),
            "{command}"
        );
    }
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn questions_about_it_are_answered_in_one_comment() {
    let (mut app, issue) = asked(COLOUR).await;
    app.reply(issue, "/agent status\n/AGENT Logs\n  /agent help")
        .await;
    assert_eq!(
        app.state(issue).await,
        "needs-you",
        "questions about it change nothing"
    );
    insta::assert_snapshot!(app.conversation(issue));
    app.reply(issue, "1").await;
    app.settle_all().await;
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_log_of_an_agent_at_work_can_be_seen() {
    let mut app = TestApp::new().await;
    let issue = app.go("Read all of it", "say Reading the third chapter.\nwait 300");
    app.until_event(issue, "session.progress").await;
    app.say("ana", issue, "/agent logs");
    app.until("the log is there", |app| {
        !app.ours_with(issue, "The last lines of session").is_empty()
    })
    .await;
    let log = app.one_of_ours(issue, "The last lines of session");
    assert!(
        log.body.contains("Reading the third chapter."),
        "{}",
        log.body
    );
    app.reply(issue, "/agent stop").await;
    app.settle_all().await;
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn role_agent_and_priority_are_for_the_session_that_has_not_begun() {
    let mut app = TestApp::new().await;
    let issue = issue_of(&app, "write GREETING.md: hello\nsay I would do it so.");
    app.reply(
        issue,
        "/agent role triage\n/agent priority high\n/agent agent nobody",
    )
    .await;
    assert_eq!(
        app.ours_with(issue, "is not configured on this server")
            .len(),
        1,
        "{}",
        app.thread(issue)
    );
    app.reply(issue, "/agent go").await;
    app.settle_all().await;
    assert_eq!(
        app.state(issue).await,
        "done",
        "triage only answers\n{}",
        app.thread(issue)
    );
    assert!(
        app.status(issue).contains("triage"),
        "{}",
        app.status(issue)
    );
    insta::assert_snapshot!(app.conversation(issue));
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn priorities_order_the_queue() {
    let mut app = TestApp::with(|plan| plan.limits.sessions = 1).await;
    let first = app.go("First", COLOUR);
    app.settle().await;
    let low = app.go_as("Low", "write 2.md: x", &["priority:low"]);
    let plain = app.go("Plain", "write 3.md: x");
    let high = app.go_as("High", "write 4.md: x", &["priority:high"]);
    let raised = app.go("Raised", "write 5.md: x");
    app.settle().await;
    app.reply(raised, "/agent priority high").await;
    app.label(low, "priority:high");
    app.settle().await;
    app.reply(first, "1").await;
    app.settle_all().await;
    let events = app.store().events(0, 10_000).await.expect("events");
    let dispatched = events
        .iter()
        .filter(|row| row.event.name == "session.dispatched");
    let order: Vec<i64> = dispatched.filter_map(|row| row.event.issue).collect();
    assert_eq!(
        order,
        [first, low, high, raised, plain].map(|issue| issue.0),
        "by priority, then by age"
    );
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn ask_is_answered_and_all_is_as_before() {
    // Without a session: one that only answers.
    let mut app = TestApp::new().await;
    let issue = issue_of(&app, "write GREETING.md: hello\nsay It is a greeting.");
    app.reply(issue, "/agent ask what is this?").await;
    app.settle_all().await;
    assert_eq!(app.state(issue).await, "done", "{}", app.thread(issue));
    assert_eq!(
        app.ours_with(issue, "It is a greeting.").len(),
        1,
        "{}",
        app.thread(issue)
    );
    assert!(app.pulls().is_empty(), "an answer changes nothing");
    insta::assert_snapshot!(app.conversation(issue), @"
    #1 Add a greeting (open)
    reactions: eyes skep[bot]

    ana:
      Please.

      ```skep-demo
      write GREETING.md: hello
      say It is a greeting.
      ```

    ana [+1 skep[bot]]:
      /agent ask what is this?

    skep[bot]:
      **Answered** in 0 ms · the answer is a comment of its own

      <details><summary>Details</summary>

      - Role `swe`: the issue has no `role:*` label, so the default `swe`
      - Agent: `demo` (skep-demo 0.1.0)
      - Session `1296269-1-1`
      - Limits: 1 h 0 m in all, 10 m 0 s without a sign of life
      - Spent: tokens and cost unknown, 1 of 20 sessions, 0 ms of 24 h 0 m at work
      - To see the log, comment `/agent logs`
      - TIME Accepted as `swe`.
      - TIME Started.
      - TIME Answered.

      </details>

      <sub>updated TIME</sub>

    skep[bot]:
      @ana the agent answers:

      It is a greeting.
    ");
    // While its pull request is in review.
    let issue = app.go("Add a greeting", "write GREETING.md: hello\nsay Done.");
    app.settle_all().await;
    let head = app.pull_for(issue).head_sha;
    app
        .reply(
            issue,
            "/agent ask why hello?\n\n```skep-demo\nwrite GREETING.md: changed\nsay Because it is polite.\n```",
        )
        .await;
    app.settle_all().await;
    assert_eq!(app.state(issue).await, "in-review", "{}", app.thread(issue));
    assert_eq!(
        app.ours_with(issue, "Because it is polite.").len(),
        1,
        "{}",
        app.thread(issue)
    );
    assert_eq!(
        app.pull_for(issue).head_sha,
        head,
        "an answer changes nothing"
    );
    insta::assert_snapshot!("asked_in_review", app.conversation(issue));
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn several_commands_and_words_in_one_comment() {
    let mut app = TestApp::with(|plan| plan.limits.sessions = 1).await;
    let first = app.go("First", COLOUR);
    app.settle().await;
    let issue = app.go("Second", "write A.md: a\nsay Done.");
    app.settle().await;
    let comment = app
        .reply(issue, "/agent priority high\nMind the whales, please.")
        .await;
    app.reply(first, "1").await;
    app.settle_all().await;
    assert_eq!(app.state(issue).await, "in-review", "{}", app.thread(issue));
    let prompts = app.prompts(issue).await;
    assert!(prompts[0].contains("Mind the whales"), "{}", prompts[0]);
    let mut thanks = app.reactions_to(issue, comment);
    thanks.sort();
    assert_eq!(thanks, ["+1", "rocket"]);
    app.done().await;
}
