//! A change that is much to read: people are asked before its pull request opens.

use crate::test_app::TestApp;

/// It opens when somebody has said how.
#[tokio::test(flavor = "multi_thread")]
async fn pull_lines() {
    let mut app = TestApp::with(|plan| plan.limits.pull_lines = 1).await;
    let issue = app.go("Pages", "write a.rs: one\nwrite b.rs: two\nsay Done.");
    app.settle().await;
    assert_eq!(app.state(issue).await, "needs-you", "{}", app.thread(issue));
    let question = app.one_of_ours(issue, "Shall it be split?");
    assert!(
        question.body.contains("2 changed lines (more than 1)"),
        "{}",
        question.body
    );
    assert!(app.pulls().is_empty(), "{:?}", app.pulls());
    app.reply(issue, "1").await;
    app.settle_all().await;
    assert_eq!(app.state(issue).await, "in-review", "{}", app.thread(issue));
    let pulls = app.pulls();
    assert_eq!(pulls.len(), 1);
    assert!(
        pulls[0]
            .issue
            .body
            .contains("Much to read: 2 changed lines"),
        "{}",
        pulls[0].issue.body
    );
    app.done().await;
}
