//! The issue is closed while its pull request is open, or a pull request is opened again: people hear at once who works on
//! what, and nothing runs for nobody.

use std::time::Duration;

use super::{Told, with};

const NOTE: &str = "write NOTE.md: hello\nsay Wrote it.";

impl Told {
    async fn close_issue(&mut self) {
        self.app.advance(Duration::from_secs(1));
        self.app
            .simulator
            .close_issue(self.app.repository, self.issue, "ana")
            .expect("closed");
        self.settle().await;
    }

    fn pull_thread(&self) -> String {
        self.app
            .simulator
            .pull_thread(self.app.repository, self.pull)
            .expect("a thread")
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn orders_for_the_pull_request_of_a_closed_issue_are_refused_before_anything_runs() {
    let mut told = Told::new(NOTE).await;
    told.app
        .simulator
        .set_permission(told.app.repository, "ben", "write")
        .expect("a permission");
    told.close_issue().await;
    assert!(
        told.pull_thread()
            .contains("Issue #1 is closed, so the agent does not work"),
        "{}",
        told.read()
    );
    let status = told.app.status(told.issue);
    assert!(
        status.contains("**In review** · the issue is closed")
            && status.contains("Reopen the issue"),
        "{status}"
    );
    told.comment(
        "ana",
        &with("/agent make it louder", "write NOTE.md: HI\nfinish Louder."),
    );
    told.settle().await;
    told.review(
        "ben",
        "REQUEST_CHANGES",
        &with("Louder.", "write NOTE.md: HI\nfinish Louder."),
        vec![],
    );
    told.job("test", "failure");
    told.settle().await;
    let thread = told.pull_thread();
    assert_eq!(
        thread
            .matches("nothing was begun: issue #1 is closed")
            .count(),
        2,
        "{thread}"
    );
    assert!(
        thread.contains("@ana nothing was begun") && thread.contains("@ben nothing was begun"),
        "{thread}"
    );
    assert_eq!(told.revisions().await, 0, "{}", told.read());
    // Open again, it hears.
    told.app.advance(Duration::from_secs(1));
    told.app
        .simulator
        .reopen_issue(told.app.repository, told.issue, "ana")
        .expect("reopened");
    told.settle().await;
    told.comment(
        "ana",
        &with("/agent make it louder", "write NOTE.md: HI\nfinish Louder."),
    );
    told.settle().await;
    assert_eq!(
        told.file("NOTE.md").await.as_deref(),
        Some("HI\n"),
        "{}",
        told.read()
    );
    assert!(
        !told.app.status(told.issue).contains("the issue is closed"),
        "{}",
        told.read()
    );
    told.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_merge_that_closes_the_issue_is_no_closed_issue() {
    let mut told = Told::new(NOTE).await;
    told.app.advance(Duration::from_secs(1));
    let (home, pull) = (told.app.repository, told.pull);
    told.app
        .simulator
        .mark_ready(home, pull, "ana")
        .expect("ready");
    told.app
        .simulator
        .merge(home, pull, "ana")
        .await
        .expect("merged");
    told.settle().await;
    assert_eq!(told.state().await, "done", "{}", told.read());
    assert!(
        !told.pull_thread().contains("is closed, so the agent"),
        "{}",
        told.read()
    );
    told.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pull_request_that_is_opened_again_is_in_review_again() {
    let mut told = Told::new(NOTE).await;
    told.app.advance(Duration::from_secs(1));
    told.app
        .simulator
        .close_pull(told.app.repository, told.pull, "ana")
        .expect("closed");
    told.settle().await;
    assert!(
        !told
            .app
            .labels(told.issue)
            .iter()
            .any(|label| label == "agent:done"),
        "{}",
        told.read()
    );
    told.app.advance(Duration::from_secs(1));
    told.app
        .simulator
        .reopen_issue(told.app.repository, told.pull, "ana")
        .expect("opened again");
    told.settle().await;
    assert_eq!(told.state().await, "in-review", "{}", told.read());
    told.review(
        "ana",
        "REQUEST_CHANGES",
        &with("Shorter.", "write NOTE.md: hi\nfinish Shorter."),
        vec![],
    );
    told.settle().await;
    assert_eq!(
        told.file("NOTE.md").await.as_deref(),
        Some("hi\n"),
        "{}",
        told.read()
    );
    told.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_earlier_pull_request_that_is_opened_again_says_which_one_counts() {
    let mut told = Told::new(NOTE).await;
    told.app.advance(Duration::from_secs(1));
    told.app
        .simulator
        .close_pull(told.app.repository, told.pull, "ana")
        .expect("closed");
    told.settle().await;
    told.app.reply(told.issue, "/agent retry").await;
    told.settle().await;
    assert_eq!(told.app.pulls().len(), 2, "{}", told.read());
    told.app.advance(Duration::from_secs(1));
    told.app
        .simulator
        .reopen_issue(told.app.repository, told.pull, "ana")
        .expect("opened again");
    told.settle().await;
    let thread = told.pull_thread();
    assert!(
        thread.contains("the agent works on pull request #") && thread.contains("close the one"),
        "{thread}"
    );
    told.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pull_request_that_is_opened_again_while_nobody_hears_is_found() {
    let mut told = Told::new(NOTE).await;
    let (home, pull) = (told.app.repository, told.pull);
    told.app.advance(Duration::from_secs(1));
    told.app
        .simulator
        .close_pull(home, pull, "ana")
        .expect("closed");
    told.settle().await;
    assert_eq!(told.state().await, "cancelled", "{}", told.read());
    told.app.refuse_deliveries();
    told.app.crash().await;
    told.app.advance(Duration::from_secs(7_200));
    told.app
        .simulator
        .reopen_issue(home, pull, "ana")
        .expect("opened again");
    told.app.simulator.quiet().await;
    told.app.open().await;
    let down = told.app.look_around().await;
    assert_eq!(
        down.recovered.get("reopened pull requests"),
        Some(&1),
        "{down:?}"
    );
    told.settle().await;
    assert_eq!(told.state().await, "in-review", "{}", told.read());
    told.review(
        "ana",
        "REQUEST_CHANGES",
        &with("Shorter.", "write NOTE.md: hi\nfinish Shorter."),
        vec![],
    );
    told.settle().await;
    assert_eq!(
        told.file("NOTE.md").await.as_deref(),
        Some("hi\n"),
        "{}",
        told.read()
    );
    // It is found once, and a close after it is the last word.
    told.app
        .simulator
        .close_pull(home, pull, "ana")
        .expect("closed");
    told.settle().await;
    let again = told.app.look_around().await;
    assert_eq!(
        again.recovered.get("reopened pull requests"),
        None,
        "{again:?}"
    );
    assert_eq!(told.state().await, "cancelled", "{}", told.read());
    told.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pull_request_that_becomes_ready_while_nobody_hears_is_known_as_such() {
    let mut told = Told::new(NOTE).await;
    assert!(
        told.app.status(told.issue).contains("draft pull request #"),
        "{}",
        told.read()
    );
    told.app.refuse_deliveries();
    told.app.crash().await;
    told.app.advance(Duration::from_secs(7_200));
    told.app
        .simulator
        .mark_ready(told.app.repository, told.pull, "ana")
        .expect("ready");
    told.app.simulator.quiet().await;
    told.app.open().await;
    told.app.look_around().await;
    told.settle().await;
    told.app.reply(told.issue, "/agent status").await;
    let status = told.app.one_of_ours(told.issue, "asked ").body;
    assert!(
        status.contains("pull request #") && !status.contains("draft pull request"),
        "{status}"
    );
    told.done().await;
}
