//! How much is said: bounded, and never so that somebody waits for words that do not come.

use std::time::Duration;

use super::{COLOUR, asked};
use crate::test_app::TestApp;

#[tokio::test(flavor = "multi_thread")]
async fn a_session_writes_only_so_many_comments_and_its_status_says_so() {
    let mut app = TestApp::with(|plan| plan.limits.comments = 4).await;
    let issue = app.go("Choose a colour", COLOUR);
    app.settle().await;
    for _ in 0..8 {
        app.reply(issue, "/agent help").await;
    }
    let ours = app.our_comments(issue).len();
    assert_eq!(ours, 5, "four, and the status\n{}", app.thread(issue));
    assert!(
        app.status(issue).contains("More was to be said"),
        "{}",
        app.status(issue)
    );
    app.reply(issue, "1").await;
    app.settle_all().await;
    assert_eq!(app.state(issue).await, "in-review", "{}", app.thread(issue));
    insta::assert_snapshot!(app.conversation(issue));
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_that_may_not_be_written_any_more_ends_the_session_by_name() {
    let mut app = TestApp::with(|plan| plan.limits.comments = 2).await;
    let script = "write A.md: a\nask One? | red | blue\nask Two? | red | blue\nask Three? | red | blue\nsay Done.";
    let issue = app.go("Choose a colour", script);
    app.settle().await;
    app.reply(issue, "1").await;
    app.reply(issue, "1").await;
    app.settle_all().await;
    assert_eq!(
        (app.state(issue).await.as_str(), app.live().await),
        ("failed", 0),
        "{}",
        app.thread(issue)
    );
    assert_eq!(
        app.kept(issue, 1, "A.md").as_deref(),
        Some("a\n"),
        "the work is kept"
    );
    insta::assert_snapshot!(app.conversation(issue));
    app.done().await;
}

/// Whatever a session ends in, people find words of ours about it.
#[tokio::test(flavor = "multi_thread")]
async fn no_session_ends_silently() {
    let ends = [
        ("write A.md: a\nsay Done.", "**In review**"),
        ("say All is well.", "**Needs"),
        ("think Hm.", "**Failed**"),
        ("crash", "**Failed**"),
        ("fail auth", "**Failed**"),
        (
            "write .github/workflows/x.yml: on: push\nsay Wrote it.",
            "**Needs",
        ),
        ("ask Which? | a | b", "**Needs"),
    ];
    let mut app = TestApp::new().await;
    for (script, wanted) in ends {
        let issue = app.go("Do something", script);
        app.settle().await;
        let status = app.status(issue);
        assert!(status.starts_with(wanted), "{script}: {status}");
        // After one that could not log in the next waits for a while.
        app.advance(Duration::from_secs(3_600));
    }
    app.leave_unfinished();
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_status_comment_shows_the_whole_conversation_by_its_mood() {
    let (mut app, issue) = asked(COLOUR).await;
    let head = |app: &TestApp| {
        app.status(issue)
            .lines()
            .next()
            .unwrap_or_default()
            .to_owned()
    };
    let mut moods = vec![head(&app)];
    app.unlabel(issue, "agent:go");
    app.settle().await;
    moods.push(head(&app));
    app.label(issue, "agent:go");
    app.settle().await;
    moods.push(head(&app));
    app.reply(issue, "1").await;
    app.settle_all().await;
    moods.push(head(&app));
    insta::assert_debug_snapshot!(moods, @r#"
    [
        "**Needs `@ana`** · 1 open question",
        "**Paused**",
        "**Needs `@ana`** · 1 open question",
        "**In review** · done in 3 s",
    ]
    "#);
    app.done().await;
}
