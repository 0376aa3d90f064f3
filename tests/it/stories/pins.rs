//! The status comment is pinned to the top of its issue, and people have the last word about that.

use skep::core::ids::IssueNumber;

use crate::test_app::TestApp;

async fn pinning() -> TestApp {
    TestApp::with(|plan| plan.issues.pin_status = true).await
}

/// What begins so is pinned.
fn pinned(app: &TestApp, issue: IssueNumber) -> Vec<String> {
    let comments = app.simulator.comments(app.repository, issue);
    let comments = comments.expect("comments").into_iter();
    let pinned = comments.filter(|comment| comment.pinned);
    pinned
        .map(|comment| comment.body.chars().take(13).collect())
        .collect()
}

fn pins(app: &TestApp) -> usize {
    let calls = app.simulator.calls();
    let pins = calls.iter().filter(|call| call.path.ends_with("/pin"));
    pins.count()
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_pinned_once_and_stays_off_when_a_person_takes_it_off() {
    let mut app = pinning().await;
    let issue = app.go("Note", "ask Which? | red | blue\nwrite NOTE.md: {answer}");
    app.settle().await;
    assert_eq!(pinned(&app, issue).len(), 1, "{}", app.thread(issue));
    let all = app.simulator.comments(app.repository, issue);
    let all = all.expect("comments");
    let status = all.iter().find(|comment| comment.pinned).expect("pinned");
    assert!(app.status(issue).starts_with(&status.body[..10]));
    let off = app
        .simulator
        .pin_comment(app.repository, status.id, ("ana", false));
    off.expect("taken off");
    let answer = app
        .simulator
        .comment(app.repository, issue, "ana", "/agent answer red");
    answer.expect("an answer");
    app.settle_all().await;
    assert_eq!(app.state(issue).await, "in-review", "{}", app.thread(issue));
    assert_eq!((pinned(&app, issue).len(), pins(&app)), (0, 1));
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_somebody_pinned_stays_and_an_older_server_is_not_asked() {
    let mut app = pinning().await;
    let script = "Please.\n\n```skep-demo\nwrite NOTE.md: hello\n```\n";
    let issue = app.issue("Note", script, &[]);
    let hers = app
        .simulator
        .comment(app.repository, issue, "ana", "Read this first.");
    let hers = hers.expect("a comment");
    let pin = app
        .simulator
        .pin_comment(app.repository, hers, ("ana", true));
    pin.expect("pinned");
    app.label(issue, "agent:go");
    app.settle_all().await;
    assert_eq!(app.state(issue).await, "in-review", "{}", app.thread(issue));
    assert_eq!(pinned(&app, issue), ["Read this fir"]);
    app.simulator.set_pins(false);
    let other = app.go("Other", "write OTHER.md: hello");
    app.settle_all().await;
    assert_eq!(app.state(other).await, "in-review", "{}", app.thread(other));
    assert_eq!(pins(&app), 0);
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_no_matter_that_it_cannot_be_pinned_and_the_operator_may_not_want_it() {
    use skep_simulator::fault::{Fault, FaultRule};

    let mut app = pinning().await;
    let pin = "/repos/*/*/issues/comments/*/pin";
    app.simulator
        .add_fault(FaultRule::next("PUT", pin, Fault::BadGateway));
    let issue = app.go("Note", "write NOTE.md: hello");
    app.settle_all().await;
    assert_eq!(app.state(issue).await, "in-review", "{}", app.thread(issue));
    assert!(app.simulator.waiting_faults().is_empty());
    app.crash().await;
    app.wish(|plan| plan.issues.pin_status = false);
    app.open().await;
    let other = app.go("Other", "write OTHER.md: hello");
    app.settle_all().await;
    assert_eq!(app.state(other).await, "in-review", "{}", app.thread(other));
    assert_eq!((pinned(&app, other).len(), pins(&app)), (0, 1));
    app.done().await;
}
