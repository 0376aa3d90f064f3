//! A person changes their mind at the worst moment: what was on its way is told, nothing else follows, nothing is left.

use std::time::Duration;

use skep::core::ids::IssueNumber;
use skep_simulator::fault::{Fault, FaultRule};

use super::agents::readable;
use crate::house::House;

/// Ana closes the issue: unlike taking the label away, which only pauses, this is the end. The clock moves a second first.
fn close(house: &House, issue: IssueNumber) {
    house.advance(Duration::from_secs(1));
    house
        .simulator
        .close_issue(house.repository, issue, "ana")
        .expect("closed");
}

/// The issue is open again, and the label taken off and put on.
async fn again(house: &mut House, issue: IssueNumber) {
    house
        .simulator
        .reopen_issue(house.repository, issue, "ana")
        .expect("reopened");
    house.unlabel(issue, "agent:go");
    house.label(issue, "agent:go");
    house.settle_all().await;
}

/// An issue that is closed while GitHub thinks about a request; what follows is brought to its end.
async fn cancelled_during(method: &str, path: &str) -> (House, IssueNumber) {
    let mut house = House::new().await;
    house
        .simulator
        .add_fault(FaultRule::next(method, path, Fault::Held));
    let issue = house.go("Try", "write a.txt: a\ncommit A\nsay Done.");
    house
        .until("GitHub has the request", |house| {
            house.simulator.waiting_faults().is_empty()
        })
        .await;
    close(&house, issue);
    house.nudge().await;
    house.simulator.let_go();
    house.settle_all().await;
    // With a pull request the task is in review, though nobody works on it while the issue is closed.
    let state = if house.pulls().is_empty() {
        "cancelled"
    } else {
        "in-review"
    };
    assert_eq!(
        (house.state(issue).await.as_str(), house.live().await),
        (state, 0)
    );
    assert!(
        !house.session_dir(issue, 1).exists(),
        "the working copy is reaped"
    );
    assert_eq!(
        house.labels(issue),
        ["agent:go"],
        "people's own label stays"
    );
    (house, issue)
}

#[tokio::test(flavor = "multi_thread")]
async fn while_the_working_copy_is_made() {
    let (house, issue) = cancelled_during("POST", "/octo/hello.git/git-upload-pack").await;
    assert_eq!(house.simulator.branches(house.repository), ["main"]);
    assert!(
        house.status(issue).starts_with("**Stopped**"),
        "{}",
        house.status(issue)
    );
    house.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn while_the_right_to_publish_is_asked_for() {
    let mut house = House::new().await;
    let permission = "/repos/*/*/collaborators/*/permission";
    house
        .simulator
        .add_fault(FaultRule::next("GET", permission, Fault::Held).after(1));
    let issue = house.go("Try", "write a.txt: a\nsay Done.");
    house
        .until("GitHub has the question", |house| {
            house.simulator.waiting_faults().is_empty()
        })
        .await;
    close(&house, issue);
    house.nudge().await;
    house.simulator.let_go();
    house.settle_all().await;
    assert_eq!(house.simulator.branches(house.repository), ["main"]);
    assert_eq!(
        house.kept(issue, 1, "a.txt").as_deref(),
        Some("a\n"),
        "the work is kept"
    );
    assert!(!house.session_dir(issue, 1).exists());
    assert!(
        house
            .status(issue)
            .contains("(1 changed file) is kept on the server"),
        "{}",
        house.status(issue)
    );
    house.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn while_the_branch_is_pushed() {
    let (mut house, issue) = cancelled_during("POST", "/octo/hello.git/git-receive-pack").await;
    assert_eq!(
        house.simulator.branches(house.repository),
        ["agent/1-try", "main"]
    );
    assert!(
        house
            .simulator
            .pulls(house.repository)
            .expect("pulls")
            .is_empty()
    );
    insta::assert_snapshot!(readable(&house.thread(issue)));
    // The branch is known as ours, so that the next session may go on with it.
    again(&mut house, issue).await;
    assert_eq!(
        house.state(issue).await,
        "in-review",
        "{}",
        house.status(issue)
    );
    assert!(
        house
            .status(issue)
            .contains(&format!("Session `{}`", house.session(issue, 2))),
        "{}",
        house.status(issue)
    );
    house.done().await;
}

/// What waits for its next try is withdrawn: no time that passes brings it back.
#[tokio::test(flavor = "multi_thread")]
async fn while_the_push_waits_for_another_try() {
    let mut house = House::with(|plan| plan.limits.retry_base_ms = 60_000).await;
    house.simulator.add_fault(FaultRule::next(
        "POST",
        "/octo/hello.git/git-receive-pack",
        Fault::BadGateway,
    ));
    let issue = house.go("Try", "write a.txt: a\nsay Done.");
    house.settle().await;
    let waiting = house.waiting().await;
    assert!(
        waiting
            .iter()
            .any(|effect| effect.starts_with("publish x1")),
        "{waiting:?}"
    );
    close(&house, issue);
    house.settle_all().await;
    assert_eq!(
        (house.state(issue).await.as_str(), house.live().await),
        ("cancelled", 0)
    );
    assert_eq!(house.simulator.branches(house.repository), ["main"]);
    let pushes = house
        .simulator
        .calls()
        .into_iter()
        .filter(|call| call.path.ends_with("/git-receive-pack"));
    assert_eq!(pushes.count(), 1, "pushed after the end");
    house.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn while_the_pull_request_is_opened() {
    let (house, issue) = cancelled_during("POST", "/repos/*/*/pulls").await;
    assert_eq!(
        house
            .simulator
            .pulls(house.repository)
            .expect("pulls")
            .len(),
        1
    );
    let status = house.status(issue);
    assert!(
        status.contains("Stopped because `@ana` closed the issue."),
        "{status}"
    );
    assert!(
        status.contains("the issue is closed") && status.contains("draft pull request #2"),
        "{status}"
    );
    house.done().await;
}
