//! Another prefix for labels and another word for commands, and a second bot that uses the same ones.

use skep::core::ids::IssueNumber;
use skep::core::vocabulary::Vocabulary;

use crate::test_app::TestApp;

const SCRIPT: &str = "write NOTE.md: hello\nsay Wrote it.";

async fn app() -> TestApp {
    let words = Vocabulary::new("bot", "/bot").expect("usable");
    let app = TestApp::with(|plan| plan.issues.words = words).await;
    app.simulator.set_label_prefix("bot:");
    app
}

fn issue(app: &TestApp, script: &str, labels: &[&str]) -> IssueNumber {
    app.issue(
        "Add a note",
        &format!("Please.\n\n```skep-demo\n{script}\n```\n"),
        labels,
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn labels_and_commands_have_the_names_of_the_operator() {
    let mut app = app().await;
    let issue = issue(&app, SCRIPT, &["bot:plan"]);
    app.label(issue, "bot:go");
    app.settle().await;
    assert!(
        app.labels(issue).contains(&"bot:needs-you".to_owned()),
        "{:?}",
        app.labels(issue)
    );
    app.reply(issue, "/agent approve").await;
    app.settle().await;
    assert_eq!(app.state(issue).await, "needs-you", "another bot's command");
    app.reply(
        issue,
        &format!("/bot approve\n\n```skep-demo\n{SCRIPT}\n```"),
    )
    .await;
    app.settle().await;
    assert_eq!(app.state(issue).await, "in-review");
    assert_eq!(app.labels(issue), ["bot:go", "bot:plan", "bot:review"]);
    let thread = app.thread(issue);
    assert!(thread.contains("`/bot <what to do>`"), "{thread}");
    assert!(
        !thread.contains("agent:") && !thread.contains("`/agent"),
        "{thread}"
    );
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_old_names_are_nobodys() {
    let mut app = app().await;
    let issue = issue(&app, SCRIPT, &[]);
    app.label(issue, "agent:go");
    app.reply(issue, "/agent go").await;
    app.settle().await;
    assert_eq!(app.our_comments(issue), Vec::<String>::new());
    app.reply(issue, "/bot go").await;
    app.settle().await;
    assert_eq!(app.state(issue).await, "in-review");
    let labels = app.labels(issue);
    assert!(
        labels.contains(&"agent:go".to_owned()),
        "left alone: {labels:?}"
    );
    assert!(labels.contains(&"bot:go".to_owned()), "{labels:?}");
    app.reply(issue, "/bot help").await;
    let help = app.our_comments(issue).pop().expect("the help");
    assert!(
        help.contains("| `/bot go` | start work on this issue, as the label `bot:go` does |"),
        "{help}"
    );
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_label_that_goes_pauses_under_its_own_name() {
    let mut app = app().await;
    let issue = issue(
        &app,
        "ask Which colour? | red | blue\nwrite NOTE.md: {answer}",
        &[],
    );
    app.label(issue, "bot:go");
    app.settle().await;
    app.unlabel(issue, "bot:go");
    app.settle().await;
    assert!(
        app.labels(issue).contains(&"bot:paused".to_owned()),
        "{:?}",
        app.labels(issue)
    );
    let status = app.our_comments(issue).remove(0);
    assert!(
        status.contains("add the label `bot:go` or write `/bot resume`"),
        "{status}"
    );
    app.reply(issue, "/bot stop").await;
    app.settle().await;
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_bot_on_our_labels_is_named_on_the_issue() {
    let mut app = TestApp::new().await;
    app.simulator.create_bot("rival[bot]");
    app.permit("rival[bot]", "write");
    let issue = app.go("Add a note", SCRIPT);
    app.settle().await;
    app.label_by("rival[bot]", issue, "agent:working");
    app.settle().await;
    let status = app.our_comments(issue).remove(0);
    assert!(
        status.contains("`rival[bot]` uses labels that begin with `agent:` as well"),
        "{status}"
    );
    let quiet = app.go("Add another note", SCRIPT);
    app.settle().await;
    app.label_by("ana", quiet, "agent:working");
    app.settle().await;
    let status = app.our_comments(quiet).remove(0);
    assert!(!status.contains("as well"), "a person may: {status}");
    app.done().await;
}
