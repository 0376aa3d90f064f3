//! Issues that start by themselves, for people who might start them.

use skep::core::auto_start::AutoStart;
use skep::core::ids::IssueNumber;

use crate::test_app::TestApp;

const SCRIPT: &str = "write NOTE.md: hello\nsay Wrote it.";

async fn app() -> TestApp {
    let app = TestApp::with(|plan| {
        plan.issues.auto_start = AutoStart {
            labels: vec!["tier:auto".into()],
            users: vec!["ben".into()],
        };
    })
    .await;
    app.permit("ben", "write");
    app
}

fn opened(app: &TestApp, who: &str, labels: &[&str]) -> IssueNumber {
    let body = format!("Please.\n\n```skep-demo\n{SCRIPT}\n```\n");
    app.issue_by(who, "Add a note", &body, labels)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_issue_opened_with_the_label_starts_and_says_so() {
    let mut app = app().await;
    let issue = opened(&app, "ana", &["Tier:Auto"]);
    app.settle_all().await;
    assert_eq!(app.state(issue).await, "in-review");
    let labels = app.labels(issue);
    assert!(labels.contains(&"agent:go".to_owned()), "{labels:?}");
    let status = app.our_comments(issue).remove(0);
    assert!(
        status.contains("Started by itself, as its label or its author says."),
        "{status}"
    );
    let later = opened(&app, "ana", &[]);
    app.settle_all().await;
    assert_eq!(app.our_comments(later), Vec::<String>::new());
    app.label(later, "tier:auto");
    app.settle_all().await;
    assert_eq!(app.state(later).await, "in-review");
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_trusted_persons_issues_start_without_a_label() {
    let mut app = app().await;
    let issue = opened(&app, "ben", &[]);
    app.settle_all().await;
    assert_eq!(app.state(issue).await, "in-review");
    app.permit("ben", "read");
    let issue = opened(&app, "ben", &[]);
    app.settle_all().await;
    assert_eq!(
        app.our_comments(issue),
        Vec::<String>::new(),
        "no right, no word"
    );
    assert_eq!(app.reactions(issue), Vec::<String>::new());
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_label_that_a_form_put_on_for_a_stranger_starts_nothing() {
    let mut app = app().await;
    let issue = opened(&app, "stranger", &["tier:auto"]);
    app.settle_all().await;
    assert_eq!(app.our_comments(issue), Vec::<String>::new());
    app.label(issue, "agent:go");
    app.settle_all().await;
    assert_eq!(
        app.state(issue).await,
        "in-review",
        "somebody may start it by hand"
    );
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_strategic_issue_makes_a_plan_first() {
    let mut app = app().await;
    let issue = opened(&app, "ben", &["tier:strategic"]);
    app.settle().await;
    assert_eq!(app.state(issue).await, "needs-you");
    app.reply(
        issue,
        &format!("/agent approve\n\n```skep-demo\n{SCRIPT}\n```"),
    )
    .await;
    app.settle_all().await;
    assert_eq!(app.state(issue).await, "in-review");
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_starts_by_itself_unless_the_operator_says_so() {
    let mut app = TestApp::new().await;
    let issue = opened(&app, "ana", &["tier:auto", "tier:strategic"]);
    app.settle_all().await;
    assert_eq!(app.our_comments(issue), Vec::<String>::new());
    app.label(issue, "agent:go");
    app.settle_all().await;
    assert_eq!(
        app.state(issue).await,
        "in-review",
        "and no plan comes first"
    );
    app.done().await;
}
