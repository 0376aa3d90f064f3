//! A model that fails for now: skep tries again by itself, without a process, a slot or a word to anybody, within limits.

use std::time::Duration;

use super::agents::impatient;
use crate::agents::manners;
use crate::test_app::{Options, TestApp};

const FAILS_ONCE: &str = "write half.txt: half\nfail rate-limit\nwrite a.txt: a\nsay Done.";

fn patient(plan: &mut Options) {
    impatient(plan);
    plan.limits.silence_ms = 30_000;
    (plan.limits.model_attempts, plan.limits.model_retry_ms) = (3, 30_000);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_model_that_fails_once_bothers_nobody() {
    let mut app = TestApp::with(patient).await;
    let issue = app.go("Try", FAILS_ONCE);
    app.settle().await;
    assert_eq!(
        (app.state(issue).await.as_str(), app.labels(issue)),
        (
            "waiting",
            vec!["agent:go".to_owned(), "agent:queued".to_owned()]
        )
    );
    assert!(
        app.runner().services().agents.live().is_empty(),
        "it waits without a process"
    );
    assert_eq!(app.live().await, 0, "and without a slot");
    let status = app.status(issue);
    assert!(
        status.starts_with("**Waiting** · paused by the provider's limit, resumes at 00:00:"),
        "{status}"
    );
    assert!(
        status.contains("It waits because the agent's model refused more requests for now"),
        "{status}"
    );
    // Whatever dies meanwhile: the moment is in the outbox.
    app.crash_and_open().await;
    app.advance(Duration::from_secs(29));
    app.settle().await;
    assert_eq!(app.state(issue).await, "waiting", "not yet");
    // Up to a fifth later than 30 s: not all come back together.
    app.advance(Duration::from_secs(7));
    app.settle().await;
    assert_eq!(app.state(issue).await, "in-review", "{}", app.thread(issue));
    assert_eq!(app.reactions(issue), ["eyes", "hooray"]);
    assert_eq!(
        app.ours_with(issue, "").len(),
        1,
        "nothing but the status: {}",
        app.thread(issue)
    );
    assert!(!app.the_pull().issue.body.contains("not finished"));
    app.settle_all().await;
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_error_of_the_protocol_is_tried_again_as_well() {
    if !crate::required::installed(&["python3"], "agents written for the tests") {
        return;
    }
    let mut app = TestApp::with(|plan| {
        patient(plan);
        plan.agent = Some(manners::agent("hangs-up"));
    })
    .await;
    let issue = app.go("Try", "say never");
    app.settle().await;
    assert_eq!(app.state(issue).await, "waiting", "{}", app.thread(issue));
    app.settle_all().await;
    assert_eq!(app.state(issue).await, "in-review", "{}", app.thread(issue));
    assert_eq!(app.reactions(issue), ["eyes", "hooray"]);
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_model_that_fails_for_good_is_said_in_the_end() {
    let mut app = TestApp::with(patient).await;
    let issue = app.go("Try", &"fail rate-limit\n".repeat(9));
    app.settle_all().await;
    assert_eq!(app.state(issue).await, "failed");
    let status = app.status(issue);
    assert!(
        status.contains("`rate_limit`") && status.contains("It was tried 3 times."),
        "{status}"
    );
    app.done().await;
}

/// Waiting counts: a session has no more time because its model fails.
#[tokio::test(flavor = "multi_thread")]
async fn it_never_waits_longer_than_the_session_may_work() {
    let mut app = TestApp::with(|plan| {
        patient(plan);
        plan.limits.model_attempts = 50;
        plan.limits.session_timeout_ms = 100_000;
    })
    .await;
    let issue = app.go("Try", &"fail server\n".repeat(9));
    app.settle_all().await;
    // After 30 and 60 seconds; 120 more would be too long.
    let status = app.status(issue);
    assert!(
        status.contains("`model_unavailable`") && status.contains("It was tried 3 times."),
        "{status}"
    );
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_may_try_at_once_or_stop_it() {
    for (command, state) in [
        ("/agent go", "in-review"),
        ("/agent stop", "cancelled"),
        ("/agent pause", "paused"),
    ] {
        let mut app = TestApp::with(patient).await;
        let issue = app.go("Try", FAILS_ONCE);
        app.settle().await;
        app.reply(issue, command).await;
        assert_eq!(
            app.state(issue).await,
            state,
            "{command}: {}",
            app.thread(issue)
        );
        app.settle_all().await;
        assert_eq!(app.state(issue).await, state, "{command}");
        app.done().await;
    }
}

/// The owner's No reaches every session that waits for its model, not only the first of its repository.
#[tokio::test(flavor = "multi_thread")]
async fn what_waits_for_its_model_ends_when_its_repository_is_taken_away() {
    let mut app = TestApp::with(patient).await;
    let issues = ["One", "Two", "Three"].map(|title| app.go(title, FAILS_ONCE));
    app.settle().await;
    for issue in issues {
        assert_eq!(app.state(issue).await, "waiting", "{}", app.thread(issue));
    }
    app.simulator
        .set_installed(app.repository, false)
        .expect("taken away");
    app.settle().await;
    for issue in issues {
        assert_eq!(app.state(issue).await, "cancelled", "{}", app.thread(issue));
    }
    app.settle_all().await;
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_issue_that_is_closed_unheard_ends_the_wait_for_its_model() {
    let mut app = TestApp::with(patient).await;
    let issue = app.go("Try", FAILS_ONCE);
    app.settle().await;
    assert_eq!(app.state(issue).await, "waiting", "{}", app.thread(issue));
    app.refuse_deliveries();
    app.crash().await;
    app.advance(Duration::from_secs(10));
    app.close_issue(issue, "ana");
    app.simulator.quiet().await;
    app.open().await;
    app.look_around().await;
    assert_eq!(app.state(issue).await, "cancelled", "{}", app.thread(issue));
    app.settle_all().await;
    app.done().await;
}
