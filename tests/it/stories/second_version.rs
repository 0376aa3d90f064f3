//! The whole way in version 2 of the agents' protocol, a draft: an agent that takes the offer, on an issue as on any other.

use std::time::Duration;

use skep::agent::presets;
use skep::core::ids::{IssueNumber, SessionId, TaskKey};

use crate::test_app::TestApp;

/// An app whose demo agent is offered version 2, and takes it or does not.
async fn app(takes: bool) -> TestApp {
    TestApp::with(|plan| {
        let mut agent = presets::demo(env!("CARGO_BIN_EXE_skep"));
        agent.draft_protocol = true;
        let switch = if takes { "1" } else { "0" };
        agent
            .environment
            .insert("SKEP_DEMO_PROTOCOL_2".into(), switch.into());
        plan.agent = Some(agent);
    })
    .await
}

/// Whether the log of its session says that version 2 was spoken.
async fn spoke_it(app: &TestApp, issue: IssueNumber) -> bool {
    let session = SessionId::new(TaskKey::new(app.repository, issue), 1);
    let log = app.store().log(&session, 0, 1_000).await.expect("a log");
    let note = skep::core::text::session_log::SECOND_VERSION;
    log.iter().any(|row| row.line.body.contains(note))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_label_becomes_a_pull_request() {
    for takes in [true, false] {
        let mut app = app(takes).await;
        let issue = app.go(
            "Add a greeting",
            "plan read the code | write the greeting\nstart 1\nsay Reading.\ntick 1\nrun true\npermission edit Write it?\n\
             write GREETING.md: hello\ntick 2\nsay Wrote the greeting.",
        );
        app.settle_all().await;
        let thread = app.thread(issue);
        assert_eq!(app.state(issue).await, "in-review", "{thread}");
        let made = app.made(issue, "GREETING.md").await;
        assert_eq!(made.as_deref(), Some("hello\n"), "{thread}");
        assert!(
            thread.contains("- [x] read the code") && thread.contains("- [x] write the greeting"),
            "{thread}"
        );
        let pull = app.pull_for(issue).issue.body;
        assert!(pull.contains("Wrote the greeting."), "{pull}");
        assert_eq!(spoke_it(&app, issue).await, takes, "{thread}");
        app.done().await;
    }
}

/// While its process lives, and after it was ended and its own session was taken up again.
#[tokio::test(flavor = "multi_thread")]
async fn a_question_is_answered_and_the_session_goes_on() {
    for (asking, later) in [("ask", 0), ("ask", 301), ("elicit", 301)] {
        let mut app = app(true).await;
        let script = format!(
            "{asking} Which colour? | red | blue\nrecall\nwrite GREETING.md: {{answer}}\nsay It is {{answer}}."
        );
        let issue = app.go("Choose a colour", &script);
        app.settle().await;
        let thread = app.thread(issue);
        assert_eq!(app.state(issue).await, "needs-you", "{thread}");
        app.advance(Duration::from_secs(later));
        app.settle().await;
        app.reply(issue, "2").await;
        app.settle_all().await;
        let made = app.made(issue, "GREETING.md").await;
        let thread = app.thread(issue);
        assert_eq!(
            made.as_deref(),
            Some("blue\n"),
            "{asking} {later}: {thread}"
        );
        let log = SessionId::new(TaskKey::new(app.repository, issue), 1);
        let log = app.store().log(&log, 0, 1_000).await.expect("a log");
        let recalled = |row: &str| row.contains("This is turn 2 of my session");
        assert!(log.iter().any(|row| recalled(&row.line.body)), "{log:?}");
        assert!(spoke_it(&app, issue).await);
        app.done().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn closing_the_issue_ends_it() {
    let mut app = app(true).await;
    let issue = app.go("Try", "write A.md: a\nsay Waiting.\nwait 600\nsay Never.");
    let begun = app.session_dir(issue, 1).join("work/A.md");
    app.until("the agent has begun", |_| begun.exists()).await;
    app.advance(Duration::from_secs(1));
    app.close_issue(issue, "ana");
    app.nudge().await;
    app.settle_all().await;
    let thread = app.thread(issue);
    assert_eq!(app.state(issue).await, "cancelled", "{thread}");
    assert!(app.runner().services().agents.live().is_empty());
    assert!(spoke_it(&app, issue).await);
    app.done().await;
}
