//! What GitHub asks for is obeyed, what a person closes is respected, and the work goes on afterwards.

use std::time::{Duration, Instant};

use skep::core::ids::IssueNumber;
use skep::http::AdminService;
use skep_simulator::Simulator;
use skep_simulator::call_log::CallRecord;
use skep_simulator::fault::{Fault, FaultRule};

use crate::required::grid;
use crate::test_app::{ANSWER, CODE, Ending, PATIENCE, Scenario, TestApp, told};

const COMMENTS: &str = "/repos/octo/hello/issues/1/comments";
const PULLS: &str = "/repos/octo/hello/pulls";
const PUSH: &str = "/octo/hello.git/git-receive-pack";

/// Calls with an installation's token; those of the App itself have another limit.
fn calls(world: &Simulator) -> Vec<CallRecord> {
    world
        .calls()
        .into_iter()
        .filter(|call| !call.path.starts_with("/app"))
        .collect()
}

fn mints(world: &Simulator) -> Vec<CallRecord> {
    world
        .calls()
        .into_iter()
        .filter(|call| call.path.ends_with("/access_tokens"))
        .collect()
}

/// Whether skep makes no calls for now, by its own account.
async fn is_held_up(app: &TestApp) -> bool {
    let status = told(app.product().admin.status().await);
    status["held_up"] != serde_json::json!([])
}

/// A second of rest is a second without a single call, on the real clock; then the work is finished.
async fn rests(trouble: Fault) {
    let (_, clean) = CODE.clean().await;
    let (mut app, issue) = CODE.begin().await;
    app.simulator
        .add_fault(FaultRule::next("POST", COMMENTS, trouble.clone()));
    while !app.simulator.waiting_faults().is_empty() {
        assert!(app.step().await, "the fault is never played");
    }
    let (paused, before) = (Instant::now(), calls(&app.simulator).len());
    // The story's clock runs ahead; GitHub's patience is measured on the real one.
    app.advance(Duration::from_secs(3));
    app.settle().await;
    if paused.elapsed() < Duration::from_millis(900) {
        let during = calls(&app.simulator).split_off(before);
        let api: Vec<_> = during
            .iter()
            .filter(|call| call.path.starts_with("/repos"))
            .collect();
        assert!(
            api.is_empty(),
            "{trouble:?}: called while asked to wait: {api:?}"
        );
    }
    while is_held_up(&app).await {
        assert!(paused.elapsed() < PATIENCE, "{trouble:?}: held up for ever");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    app.run_steps(usize::MAX).await;
    app.ending(issue)
        .await
        .must_be(&clean, &format!("{trouble:?}"));
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secondary_limit_is_obeyed() {
    rests(Fault::SecondaryLimit {
        retry_after: Some(1),
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn too_many_requests_is_obeyed() {
    rests(Fault::TooMany { retry_after: 1 }).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_exhausted_hour_is_obeyed() {
    rests(Fault::PrimaryLimit { reset_in: 0 }).await;
}

async fn suspended_after(scene: Scenario, steps: usize, clean: Ending) {
    let (mut app, issue) = scene.begin().await;
    app.run_steps(steps).await;
    let installation = app
        .simulator
        .installation(app.repository)
        .expect("an installation");
    let before = mints(&app.simulator).len();
    app.simulator.suspend(installation).expect("suspended");
    for _ in 0..8 {
        // More often than an effect is tried on the story's clock, seconds on the one the pause between two questions runs on.
        app.settle().await;
        app.advance(Duration::from_secs(301));
    }
    let asked = mints(&app.simulator).len() - before;
    assert!(
        asked <= 2,
        "after {steps} steps: {asked} requests for a token of a suspended installation"
    );
    app.no_zombies().await;
    let when = app.now();
    app.simulator.unsuspend(installation).expect("unsuspended");
    app.settle().await;
    assert!(app.now() - when < 1_000, "the work goes on at once");
    app.run_steps(usize::MAX).await;
    app.ending(issue)
        .await
        .must_be(&clean, &format!("suspended after {steps} steps"));
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_suspension_at_any_step_parks_the_work_and_loses_nothing() {
    for scene in [CODE, ANSWER] {
        let (steps, clean) = scene.clean().await;
        grid(0..steps, |step| {
            suspended_after(scene.clone(), step, clean.clone())
        })
        .await;
    }
}

/// The end of a suspension that nobody told us of is found out by asking.
#[tokio::test(flavor = "multi_thread")]
async fn a_restart_asks_a_suspended_installation_again() {
    let (_, clean) = CODE.clean().await;
    let (mut app, issue) = CODE.begin().await;
    let installation = app
        .simulator
        .installation(app.repository)
        .expect("an installation");
    app.simulator.suspend(installation).expect("suspended");
    app.settle().await;
    app.simulator.quiet().await;
    app.crash().await;
    app.simulator.unsuspend(installation).expect("unsuspended");
    app.simulator.quiet().await;
    app.open().await;
    app.run_steps(usize::MAX).await;
    app.ending(issue)
        .await
        .must_be(&clean, "unsuspended while skep was down");
    app.done().await;
}

async fn renamed_after(steps: usize, clean: Ending) {
    let (mut app, issue) = CODE.begin().await;
    app.run_steps(steps).await;
    app.simulator
        .rename_repository(app.repository, "octo", "hello-again")
        .expect("renamed");
    app.run_steps(usize::MAX).await;
    app.ending(issue)
        .await
        .must_be(&clean, &format!("renamed after {steps} steps"));
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repository_renamed_at_any_step_gets_its_pull_request() {
    let (steps, clean) = CODE.clean().await;
    grid(0..steps, |step| renamed_after(step, clean.clone())).await;
}

/// 401 for any one git request: a new token, the same commit (C5). Answers how many requests that was tried with.
async fn every_refused_token_is_replaced(scene: Scenario) -> usize {
    let (_, clean) = scene.clean().await;
    let (mut whole, _) = scene.begin().await;
    whole.run_steps(usize::MAX).await;
    let (mut tried, usual) = (0, mints(&whole.simulator).len());
    whole.done().await;
    for path in [
        "/octo/hello.git/info/refs",
        "/octo/hello.git/git-upload-pack",
        PUSH,
    ] {
        for nth in 0.. {
            let (mut app, issue) = scene.begin().await;
            let fault = FaultRule {
                method: None,
                ..FaultRule::next("", path, Fault::Unauthorized).after(nth)
            };
            app.simulator.add_fault(fault);
            app.run_steps(usize::MAX).await;
            let when = format!("401 for {path} #{nth}");
            if !app.simulator.waiting_faults().is_empty() {
                app.done().await;
                break;
            }
            tried += 1;
            app.ending(issue).await.must_be(&clean, &when);
            assert_eq!(
                mints(&app.simulator).len(),
                usual + 1,
                "{when}: one new token"
            );
            let pushes = app
                .simulator
                .calls()
                .into_iter()
                .filter(|call| call.path == PUSH && call.status == 200);
            assert_eq!(pushes.count(), 1, "{when}");
            app.done().await;
        }
    }
    tried
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_git_refuses_is_replaced() {
    let whole = every_refused_token_is_replaced(CODE).await;
    assert!(whole >= 4, "only {whole} git requests");
    let without_contents = Scenario {
        wish: |plan| plan.limits.full_history_bytes = 0,
        ..CODE
    };
    let partial = every_refused_token_is_replaced(without_contents).await;
    assert!(partial > whole, "the contents are fetched as well");
}

/// Pushed, killed before it was written down, started again: the push is found, not repeated (C1).
#[tokio::test(flavor = "multi_thread")]
async fn a_push_whose_record_was_lost_is_found() {
    let (_, clean) = CODE.clean().await;
    let (mut app, issue) = CODE.begin().await;
    let pushed = |app: &TestApp| app.simulator.branches(app.repository).len() == 2;
    assert!(app.settle_until(pushed).await, "never pushed");
    let branch = "agent/1-add-a-greeting";
    let head = app.simulator.branch_head(app.repository, branch);
    app.crash_and_open().await;
    app.run_steps(usize::MAX).await;
    app.ending(issue)
        .await
        .must_be(&clean, "killed after the push");
    assert_eq!(app.simulator.branch_head(app.repository, branch), head);
    app.done().await;
}

/// Opened, killed before it was written down, started again: the pull request is found by looking, not by asking GitHub for
/// a second one and being refused (C3).
#[tokio::test(flavor = "multi_thread")]
async fn a_pull_request_whose_record_was_lost_is_found() {
    let (_, clean) = CODE.clean().await;
    let (mut app, issue) = CODE.begin().await;
    // Without the answer nothing can be written down before the kill.
    app.simulator
        .add_fault(FaultRule::next("POST", PULLS, Fault::DropAfter));
    let opened = |app: &TestApp| {
        !app.simulator
            .pulls(app.repository)
            .expect("pulls")
            .is_empty()
    };
    assert!(app.settle_until(opened).await, "never opened");
    app.crash_and_open().await;
    app.run_steps(usize::MAX).await;
    app.ending(issue)
        .await
        .must_be(&clean, "killed after the pull request");
    let asked = app
        .simulator
        .calls()
        .into_iter()
        .filter(|call| call.method == "POST" && call.path == PULLS);
    assert_eq!(asked.count(), 1, "one pull request was asked for");
    app.done().await;
}

/// A person is quicker than our record of the pull request.
#[tokio::test(flavor = "multi_thread")]
async fn a_pull_request_closed_before_it_is_known_is_left_so_and_asked_about_once() {
    let (mut app, issue) = CODE.begin().await;
    app.simulator
        .add_fault(FaultRule::next("POST", PULLS, Fault::DropAfter));
    while app
        .simulator
        .pulls(app.repository)
        .expect("pulls")
        .is_empty()
    {
        assert!(app.step().await, "no pull request");
    }
    let (home, number) = (app.repository, IssueNumber(2));
    app.simulator
        .close_pull(home, number, "ana")
        .expect("closed");
    app.run_steps(usize::MAX).await;
    let ending = app.ending(issue).await;
    assert_eq!(
        (ending.pulls.len(), ending.state.as_str(), ending.live),
        (1, "cancelled", 0),
        "{ending:#?}"
    );
    assert!(!app.simulator.pulls(home).expect("pulls")[0].issue.open);
    assert!(
        !app.session_dir(issue, 1).exists(),
        "nothing of the session is needed any more"
    );
    assert!(
        ending
            .thread
            .contains("**Closed** · the pull request was closed without merging"),
        "{}",
        ending.thread
    );
    assert_eq!(
        ending
            .thread
            .matches("To try again, say what should be different")
            .count(),
        1,
        "{}",
        ending.thread
    );
    assert_eq!(
        (ending.reactions, ending.branches.len()),
        (vec!["eyes skep[bot]".to_owned()], 2)
    );
    app.done().await;
}

/// The first status hangs until skep gives up on it; meanwhile the work is done and a newer status waits. The older one,
/// tried again, must neither be posted beside it nor put back what is out of date.
#[tokio::test(flavor = "multi_thread")]
async fn a_status_that_comes_late_gives_way_to_the_newer_one() {
    let scene = Scenario {
        wish: |plan| {
            plan.timeouts.total = Duration::from_millis(1_500);
            plan.timings.look_again = Duration::from_millis(1_500);
        },
        ..CODE
    };
    let (_, clean) = scene.clean().await;
    let (mut app, issue) = scene.begin().await;
    app.simulator.add_fault(FaultRule::next(
        "POST",
        COMMENTS,
        Fault::Delay {
            milliseconds: 2_200,
        },
    ));
    app.run_steps(usize::MAX).await;
    app.seen("the late request", |app| {
        app.simulator.calls().iter().any(|call| call.faulty)
    })
    .await;
    app.ending(issue)
        .await
        .must_be(&clean, "a status that hangs");
    app.done().await;
}
