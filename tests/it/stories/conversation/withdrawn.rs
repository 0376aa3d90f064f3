//! The agent finishes although its question is open: it went on without an answer, and the issue says so.

use std::time::Duration;

use super::{COLOUR, asked};
use crate::stories::follow::with;

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_that_is_told_to_choose_and_finishes_waits_for_nobody() {
    for parked in [false, true] {
        let (mut app, issue) = asked(COLOUR).await;
        if parked {
            app.advance(Duration::from_secs(310));
            app.settle().await;
        }
        let words = with(
            "Please choose it yourself.",
            "write GREETING.md: green\nfinish Chose green.",
        );
        app.reply(issue, &words).await;
        app.settle_all().await;
        assert_eq!(
            (app.state(issue).await.as_str(), app.live().await),
            ("in-review", 0),
            "{}",
            app.thread(issue)
        );
        assert_eq!(
            app.made(issue, "GREETING.md").await.as_deref(),
            Some("green\n")
        );
        let question = app.one_of_ours(issue, "Which colour?").body;
        assert!(question.starts_with("**No longer asked**"), "{question}");
        assert!(
            question.contains("The agent went on without an answer.") && !question.contains("[ ]"),
            "{question}"
        );
        assert_eq!(app.assignees(issue), Vec::<String>::new());
        assert!(
            !app.labels(issue).contains(&"agent:needs-you".to_owned()),
            "{:?}",
            app.labels(issue)
        );
        let pull = app.pull_for(issue).issue.body;
        assert!(
            pull.contains("- Which colour? → no answer; the agent went on without one"),
            "{pull}"
        );
        let course = app.course(issue).await;
        assert!(
            course.contains(&"question.withdrawn".to_owned()),
            "{course:?}"
        );
        if !parked {
            insta::assert_snapshot!(app.conversation(issue));
        }
        app.done().await;
    }
}

/// Words alone take nothing back: the agent that ends its turn without finishing still waits.
#[tokio::test(flavor = "multi_thread")]
async fn an_agent_that_only_answers_still_waits() {
    let (mut app, issue) = asked(COLOUR).await;
    app.reply(issue, &with("There is no hurry.", "say I wait."))
        .await;
    assert_eq!(app.state(issue).await, "needs-you", "{}", app.thread(issue));
    app.reply(
        issue,
        &with(
            "/agent answer blue",
            "write GREETING.md: blue\nsay Painted.",
        ),
    )
    .await;
    app.settle_all().await;
    assert_eq!(
        app.made(issue, "GREETING.md").await.as_deref(),
        Some("blue\n"),
        "{}",
        app.thread(issue)
    );
    app.done().await;
}
