//! A model that fails for now: skep tries again by itself, without a process, a slot or a word to anybody, within limits.

use std::time::Duration;

use super::agents::impatient;
use crate::agents::manners;
use crate::house::{House, Plan};

const FAILS_ONCE: &str = "write half.txt: half\nfail rate-limit\nwrite a.txt: a\nsay Done.";

fn patient(plan: &mut Plan) {
    impatient(plan);
    plan.limits.silence_ms = 30_000;
    (plan.limits.model_attempts, plan.limits.model_retry_ms) = (3, 30_000);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_model_that_fails_once_bothers_nobody() {
    let mut house = House::with(patient).await;
    let issue = house.go("Try", FAILS_ONCE);
    house.settle().await;
    assert_eq!(
        (house.state(issue).await.as_str(), house.labels(issue)),
        (
            "waiting",
            vec!["agent:go".to_owned(), "agent:queued".to_owned()]
        )
    );
    assert!(
        house.runner().services().agents.live().is_empty(),
        "it waits without a process"
    );
    assert_eq!(house.live().await, 0, "and without a slot");
    let status = house.status(issue);
    assert!(
        status.starts_with("**Waiting** · tries its model again at 00:00:"),
        "{status}"
    );
    assert!(
        status.contains("It waits because the agent's model refused more requests for now"),
        "{status}"
    );
    // Whatever dies meanwhile: the moment is in the outbox.
    house.crash_and_open().await;
    house.advance(Duration::from_secs(29));
    house.settle().await;
    assert_eq!(house.state(issue).await, "waiting", "not yet");
    house.advance(Duration::from_secs(1));
    house.settle().await;
    assert_eq!(
        house.state(issue).await,
        "in-review",
        "{}",
        house.thread(issue)
    );
    assert_eq!(house.reactions(issue), ["eyes", "hooray"]);
    assert_eq!(
        house.ours_with(issue, "").len(),
        1,
        "nothing but the status: {}",
        house.thread(issue)
    );
    assert!(!house.the_pull().issue.body.contains("not finished"));
    house.settle_all().await;
    house.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_error_of_the_protocol_is_tried_again_as_well() {
    if !crate::required::installed(&["python3"], "agents written for the tests") {
        return;
    }
    let mut house = House::with(|plan| {
        patient(plan);
        plan.agent = Some(manners::agent("hangs-up"));
    })
    .await;
    let issue = house.go("Try", "say never");
    house.settle().await;
    assert_eq!(
        house.state(issue).await,
        "waiting",
        "{}",
        house.thread(issue)
    );
    house.settle_all().await;
    assert_eq!(
        house.state(issue).await,
        "in-review",
        "{}",
        house.thread(issue)
    );
    assert_eq!(house.reactions(issue), ["eyes", "hooray"]);
    house.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_model_that_fails_for_good_is_said_in_the_end() {
    let mut house = House::with(patient).await;
    let issue = house.go("Try", &"fail rate-limit\n".repeat(9));
    house.settle_all().await;
    assert_eq!(house.state(issue).await, "failed");
    let status = house.status(issue);
    assert!(
        status.contains("`rate_limit`") && status.contains("It was tried 3 times."),
        "{status}"
    );
    house.done().await;
}

/// Waiting counts: a session has no more time because its model fails.
#[tokio::test(flavor = "multi_thread")]
async fn it_never_waits_longer_than_the_session_may_work() {
    let mut house = House::with(|plan| {
        patient(plan);
        plan.limits.model_attempts = 50;
        plan.limits.session_timeout_ms = 100_000;
    })
    .await;
    let issue = house.go("Try", &"fail server\n".repeat(9));
    house.settle_all().await;
    // After 30 and 60 seconds; 120 more would be too long.
    let status = house.status(issue);
    assert!(
        status.contains("`model_unavailable`") && status.contains("It was tried 3 times."),
        "{status}"
    );
    house.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_may_try_at_once_or_stop_it() {
    for (command, state) in [
        ("/agent go", "in-review"),
        ("/agent stop", "cancelled"),
        ("/agent pause", "paused"),
    ] {
        let mut house = House::with(patient).await;
        let issue = house.go("Try", FAILS_ONCE);
        house.settle().await;
        house.reply(issue, command).await;
        assert_eq!(
            house.state(issue).await,
            state,
            "{command}: {}",
            house.thread(issue)
        );
        house.settle_all().await;
        assert_eq!(house.state(issue).await, state, "{command}");
        house.done().await;
    }
}

/// The owner's No reaches every session that waits for its model, not only the first of its repository.
#[tokio::test(flavor = "multi_thread")]
async fn what_waits_for_its_model_ends_when_its_repository_is_taken_away() {
    let mut house = House::with(patient).await;
    let issues = ["One", "Two", "Three"].map(|title| house.go(title, FAILS_ONCE));
    house.settle().await;
    for issue in issues {
        assert_eq!(
            house.state(issue).await,
            "waiting",
            "{}",
            house.thread(issue)
        );
    }
    house
        .simulator
        .set_installed(house.repository, false)
        .expect("taken away");
    house.settle().await;
    for issue in issues {
        assert_eq!(
            house.state(issue).await,
            "cancelled",
            "{}",
            house.thread(issue)
        );
    }
    house.settle_all().await;
    house.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_issue_that_is_closed_unheard_ends_the_wait_for_its_model() {
    let mut house = House::with(patient).await;
    let issue = house.go("Try", FAILS_ONCE);
    house.settle().await;
    assert_eq!(
        house.state(issue).await,
        "waiting",
        "{}",
        house.thread(issue)
    );
    house.refuse_deliveries();
    house.crash().await;
    house.advance(Duration::from_secs(10));
    house
        .simulator
        .close_issue(house.repository, issue, "ana")
        .expect("closed");
    house.simulator.quiet().await;
    house.open().await;
    house.look_around().await;
    assert_eq!(
        house.state(issue).await,
        "cancelled",
        "{}",
        house.thread(issue)
    );
    house.settle_all().await;
    house.done().await;
}
