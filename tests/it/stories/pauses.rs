//! What GitHub asks for is obeyed, what a person closes is respected, and the work goes on afterwards.

use std::time::{Duration, Instant};

use skep::core::ids::IssueNumber;
use skep_simulator::Simulator;
use skep_simulator::call_log::CallRecord;
use skep_simulator::fault::{Fault, FaultRule};

use crate::house::{ANSWER, CODE, Ending, House, Scene};
use crate::required::grid;

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

/// A second of rest is a second without a single call, on the real clock; then the work is finished.
async fn rests(trouble: Fault, longest: Duration) {
    let (_, clean) = CODE.clean().await;
    let (mut house, issue) = CODE.begin().await;
    house
        .simulator
        .add_fault(FaultRule::next("POST", COMMENTS, trouble.clone()));
    while !house.simulator.waiting_faults().is_empty() {
        assert!(house.step().await, "the fault is never played");
    }
    let (paused, before) = (Instant::now(), calls(&house.simulator).len());
    // The story's clock runs ahead; GitHub's patience is measured on the real one.
    house.advance(Duration::from_secs(3));
    house.settle().await;
    if paused.elapsed() < Duration::from_millis(900) {
        let during = calls(&house.simulator).split_off(before);
        let api: Vec<_> = during
            .iter()
            .filter(|call| call.path.starts_with("/repos"))
            .collect();
        assert!(
            api.is_empty(),
            "{trouble:?}: called while asked to wait: {api:?}"
        );
    }
    tokio::time::sleep(longest.saturating_sub(paused.elapsed())).await;
    house.walk(usize::MAX).await;
    house
        .ending(issue)
        .await
        .must_be(&clean, &format!("{trouble:?}"));
    house.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secondary_limit_is_obeyed() {
    rests(
        Fault::SecondaryLimit {
            retry_after: Some(1),
        },
        Duration::from_millis(1_200),
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn too_many_requests_is_obeyed() {
    rests(
        Fault::TooMany { retry_after: 1 },
        Duration::from_millis(1_200),
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_exhausted_hour_is_obeyed() {
    rests(
        Fault::PrimaryLimit { reset_in: 0 },
        Duration::from_millis(1_200),
    )
    .await;
}

async fn suspended_after(scene: Scene, steps: usize, clean: Ending) {
    let (mut house, issue) = scene.begin().await;
    house.walk(steps).await;
    let installation = house
        .simulator
        .installation(house.repository)
        .expect("an installation");
    let before = mints(&house.simulator).len();
    house.simulator.suspend(installation).expect("suspended");
    for _ in 0..8 {
        // More often than an effect is tried on the story's clock, seconds on the one the pause between two questions runs on.
        house.settle().await;
        house.advance(Duration::from_secs(301));
    }
    let asked = mints(&house.simulator).len() - before;
    assert!(
        asked <= 2,
        "after {steps} steps: {asked} requests for a token of a suspended installation"
    );
    house.no_zombies().await;
    let when = house.now();
    house
        .simulator
        .unsuspend(installation)
        .expect("unsuspended");
    house.settle().await;
    assert!(house.now() - when < 1_000, "the work goes on at once");
    house.walk(usize::MAX).await;
    house
        .ending(issue)
        .await
        .must_be(&clean, &format!("suspended after {steps} steps"));
    house.done().await;
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
    let (mut house, issue) = CODE.begin().await;
    let installation = house
        .simulator
        .installation(house.repository)
        .expect("an installation");
    house.simulator.suspend(installation).expect("suspended");
    house.settle().await;
    house.simulator.quiet().await;
    house.crash().await;
    house
        .simulator
        .unsuspend(installation)
        .expect("unsuspended");
    house.simulator.quiet().await;
    house.open().await;
    house.walk(usize::MAX).await;
    house
        .ending(issue)
        .await
        .must_be(&clean, "unsuspended while skep was down");
    house.done().await;
}

async fn renamed_after(steps: usize, clean: Ending) {
    let (mut house, issue) = CODE.begin().await;
    house.walk(steps).await;
    house
        .simulator
        .rename_repository(house.repository, "octo", "hello-again")
        .expect("renamed");
    house.walk(usize::MAX).await;
    house
        .ending(issue)
        .await
        .must_be(&clean, &format!("renamed after {steps} steps"));
    house.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repository_renamed_at_any_step_gets_its_pull_request() {
    let (steps, clean) = CODE.clean().await;
    grid(0..steps, |step| renamed_after(step, clean.clone())).await;
}

/// 401 for any one git request: a new token, the same commit (C5).
#[tokio::test(flavor = "multi_thread")]
async fn a_token_git_refuses_is_replaced() {
    let (_, clean) = CODE.clean().await;
    let (mut whole, _) = CODE.begin().await;
    whole.walk(usize::MAX).await;
    let (mut tried, usual) = (0, mints(&whole.simulator).len());
    whole.done().await;
    for path in [
        "/octo/hello.git/info/refs",
        "/octo/hello.git/git-upload-pack",
        PUSH,
    ] {
        for nth in 0..8 {
            let (mut house, issue) = CODE.begin().await;
            let fault = FaultRule {
                method: None,
                ..FaultRule::next("", path, Fault::Unauthorized).after(nth)
            };
            house.simulator.add_fault(fault);
            house.walk(usize::MAX).await;
            let when = format!("401 for {path} #{nth}");
            if !house.simulator.waiting_faults().is_empty() {
                house.done().await;
                break;
            }
            tried += 1;
            house.ending(issue).await.must_be(&clean, &when);
            assert_eq!(
                mints(&house.simulator).len(),
                usual + 1,
                "{when}: one new token"
            );
            let pushes = house
                .simulator
                .calls()
                .into_iter()
                .filter(|call| call.path == PUSH && call.status == 200);
            assert_eq!(pushes.count(), 1, "{when}");
            house.done().await;
        }
    }
    assert!(tried >= 4, "only {tried} git requests");
}

/// Pushed, killed before it was written down, started again: the push is found, not repeated (C1).
#[tokio::test(flavor = "multi_thread")]
async fn a_push_whose_record_was_lost_is_found() {
    let (_, clean) = CODE.clean().await;
    let (mut house, issue) = CODE.begin().await;
    let pushed = |house: &House| house.simulator.branches(house.repository).len() == 2;
    assert!(house.chase(pushed).await, "never pushed");
    let branch = "agent/1-add-a-greeting";
    let head = house.simulator.branch_head(house.repository, branch);
    house.crash_and_open().await;
    house.walk(usize::MAX).await;
    house
        .ending(issue)
        .await
        .must_be(&clean, "killed after the push");
    assert_eq!(house.simulator.branch_head(house.repository, branch), head);
    house.done().await;
}

/// Opened, killed before it was written down, started again: the pull request is found by looking, not by asking GitHub for
/// a second one and being refused (C3).
#[tokio::test(flavor = "multi_thread")]
async fn a_pull_request_whose_record_was_lost_is_found() {
    let (_, clean) = CODE.clean().await;
    let (mut house, issue) = CODE.begin().await;
    // Without the answer nothing can be written down before the kill.
    house
        .simulator
        .add_fault(FaultRule::next("POST", PULLS, Fault::DropAfter));
    let opened = |house: &House| {
        !house
            .simulator
            .pulls(house.repository)
            .expect("pulls")
            .is_empty()
    };
    assert!(house.chase(opened).await, "never opened");
    house.crash_and_open().await;
    house.walk(usize::MAX).await;
    house
        .ending(issue)
        .await
        .must_be(&clean, "killed after the pull request");
    let asked = house
        .simulator
        .calls()
        .into_iter()
        .filter(|call| call.method == "POST" && call.path == PULLS);
    assert_eq!(asked.count(), 1, "one pull request was asked for");
    house.done().await;
}

/// A person is quicker than our record of the pull request.
#[tokio::test(flavor = "multi_thread")]
async fn a_pull_request_closed_before_it_is_known_is_left_so_and_asked_about_once() {
    let (mut house, issue) = CODE.begin().await;
    house
        .simulator
        .add_fault(FaultRule::next("POST", PULLS, Fault::DropAfter));
    while house
        .simulator
        .pulls(house.repository)
        .expect("pulls")
        .is_empty()
    {
        assert!(house.step().await, "no pull request");
    }
    let (home, number) = (house.repository, IssueNumber(2));
    house
        .simulator
        .close_pull(home, number, "ana")
        .expect("closed");
    house.walk(usize::MAX).await;
    let ending = house.ending(issue).await;
    assert_eq!(
        (ending.pulls.len(), ending.state.as_str(), ending.live),
        (1, "cancelled", 0),
        "{ending:#?}"
    );
    assert!(!house.simulator.pulls(home).expect("pulls")[0].issue.open);
    assert!(
        !house.session_dir(issue, 1).exists(),
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
    house.done().await;
}

/// The first status hangs until skep gives up on it; meanwhile the work is done and a newer status waits. The older one,
/// tried again, must neither be posted beside it nor put back what is out of date.
#[tokio::test(flavor = "multi_thread")]
async fn a_status_that_comes_late_gives_way_to_the_newer_one() {
    let scene = Scene {
        wish: |plan| {
            plan.timeouts.total = Duration::from_millis(1_500);
            plan.timings.look_again = Duration::from_millis(1_500);
        },
        ..CODE
    };
    let (_, clean) = scene.clean().await;
    let (mut house, issue) = scene.begin().await;
    house.simulator.add_fault(FaultRule::next(
        "POST",
        COMMENTS,
        Fault::Delay {
            milliseconds: 2_200,
        },
    ));
    house.walk(usize::MAX).await;
    house
        .seen("the late request", |house| {
            house.simulator.calls().iter().any(|call| call.faulty)
        })
        .await;
    house
        .ending(issue)
        .await
        .must_be(&clean, "a status that hangs");
    house.done().await;
}
