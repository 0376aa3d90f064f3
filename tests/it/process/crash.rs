//! `kill -9` at every station of a run: the same end (C1, C3, C5, C11).

use std::time::{Duration, Instant};

use skep::core::ids::IssueNumber;
use skep_simulator::fault::{Fault, FaultRule};

use crate::agents::until;

use super::running::{Served, is_running};
use super::setup::{PATIENCE, Setup};
use super::stop::{ONCE, waiting};

const SCRIPT: &str =
    "plan Look | Write\nstart 1\nwait 0.1\ntick 1\nwrite A.md: a\ntick 2\nsay Done.";

/// Kills it when the event was seen, and follows the next life to the end.
async fn killed_after(event: &str) {
    let setup = Setup::new().await;
    setup.hurry();
    let served = Served::start(&setup);
    let issue = setup.go(SCRIPT);
    served.event(event).await;
    goes_on(&setup, served, issue).await;
}

/// Kills it and follows the next life to the end.
async fn goes_on(setup: &Setup, served: Served, issue: IssueNumber) {
    served.kill();
    let served = Served::start(setup);
    served.ends_well(setup, issue).await;
}

macro_rules! killed_after {
    ($($name:ident $event:literal)*) => { $(
        #[tokio::test(flavor = "multi_thread")]
        async fn $name() {
            killed_after($event).await;
        }
    )* };
}

killed_after! {
    killed_after_its_receipt "delivery.accepted"
    killed_after_it_was_queued "task.queued"
    killed_after_it_was_dispatched "session.dispatched"
    killed_with_a_workspace "workspace.ready"
    killed_with_an_agent "session.running"
    killed_while_the_agent_reports "session.progress"
    killed_after_the_turn "session.idle"
    killed_after_git_decided "session.collected"
    killed_after_the_push "branch.pushed"
    killed_after_the_pull_request "pull_request.opened"
}

/// Kills it as soon as GitHub has done what it was asked for: skep cannot have written down that it is done.
async fn killed_on(method: &str, end_of_path: &str) {
    let setup = Setup::new().await;
    setup.hurry();
    let served = Served::start(&setup);
    let issue = setup.go(SCRIPT);
    let began = Instant::now();
    let done = || {
        setup
            .github
            .calls()
            .iter()
            .any(|call| call.method == method && call.path.ends_with(end_of_path))
    };
    while !done() {
        assert!(
            began.elapsed() < PATIENCE,
            "no {method} {end_of_path}: {}",
            served.log()
        );
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    goes_on(&setup, served, issue).await;
    let asked = setup
        .github
        .calls()
        .into_iter()
        .filter(|call| call.method == "POST" && call.path.ends_with("/pulls"));
    assert_eq!(
        asked.count(),
        1,
        "a pull request that is there is found, not asked for again"
    );
}

macro_rules! killed_on {
    ($($name:ident $method:literal $end:literal)*) => { $(
        #[tokio::test(flavor = "multi_thread")]
        async fn $name() {
            killed_on($method, $end).await;
        }
    )* };
}

killed_on! {
    killed_on_its_reaction "POST" "/issues/1/reactions"
    killed_on_its_status_comment "POST" "/issues/1/comments"
    killed_on_its_push "POST" "/git-receive-pack"
    killed_on_its_pull_request "POST" "/pulls"
}

/// One run that dies after each new thing it told of.
#[tokio::test(flavor = "multi_thread")]
async fn killed_again_and_again() {
    let setup = Setup::new().await;
    setup.hurry();
    let mut served = Served::start(&setup);
    let issue = setup.go(SCRIPT);
    let stations = [
        "task.received",
        "session.dispatched",
        "workspace.ready",
        "session.running",
        "session.idle",
        "session.collected",
        "branch.pushed",
        "session.completed",
    ];
    for event in stations {
        served.event(event).await;
        served.kill();
        served = Served::start(&setup);
    }
    served.ends_well(&setup, issue).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_while_the_agent_waits() {
    let setup = Setup::new().await;
    setup.hurry();
    while_the_agent_waits(&setup, &[]).await;
}

/// git in the middle of a talk with a GitHub that does not go on, and its helper for the talk, which is no child of skep's.
#[tokio::test(flavor = "multi_thread")]
async fn killed_while_git_waits_for_github() {
    let setup = Setup::new().await;
    setup.hurry();
    setup.github.add_fault(FaultRule::next(
        "POST",
        "/octo/hello.git/git-upload-pack",
        Fault::Held,
    ));
    let served = Served::start(&setup);
    let issue = setup.go(SCRIPT);
    until("git asks for the commits", || {
        setup.github.waiting_faults().is_empty()
    })
    .await;
    let working = setup.agents();
    assert!(working.len() >= 2, "git and its helper: {working:?}");
    all_is_gone_after(&setup, served).await;
    setup.github.let_go();
    let served = Served::start(&setup);
    served.ends_well(&setup, issue).await;
}

/// Kills it, and whatever it had started is gone within moments, without a next start.
async fn all_is_gone_after(setup: &Setup, served: Served) {
    let children = served.children();
    assert!(!children.is_empty(), "it has a guard at least");
    served.kill();
    let began = Instant::now();
    let left = || {
        let guards = children.iter().filter(|number| is_running(**number));
        (setup.agents(), Vec::from_iter(guards))
    };
    while left() != (vec![], vec![]) {
        let waited = began.elapsed();
        assert!(waited < Duration::from_secs(30), "{:?} go on", left());
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    eprintln!("all is gone after {:?}", began.elapsed());
}

/// An agent without a sandbox, whose child left its family.
#[tokio::test(flavor = "multi_thread")]
async fn killed_while_an_agent_without_a_sandbox_waits() {
    let setup = Setup::new().await;
    setup.hurry();
    let served = Served::start_with(&setup, &[("SKEP_SANDBOX", "none")]);
    setup.go("start 1\nrun setsid sleep 300 >/dev/null 2>&1 &\nhang");
    served.event("session.running").await;
    until("the agent's child is there", || setup.agents().len() >= 2).await;
    all_is_gone_after(&setup, served).await;
}

async fn while_the_agent_waits(setup: &Setup, more: &[(&str, &str)]) {
    let served = Served::start_with(setup, more);
    let issue = setup.go(ONCE);
    waiting(setup).await;
    let before = setup.agents();
    served.kill();
    let served = Served::start_with(setup, more);
    let began = Instant::now();
    while setup.agents().iter().any(|number| before.contains(number)) {
        assert!(
            began.elapsed() < Duration::from_secs(10),
            "agents of the former life go on"
        );
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    served.ends_well(setup, issue).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn on_postgres_all_the_same() {
    crate::store::on_postgres(|database| async move {
        let setup = Setup::new().await;
        setup.hurry();
        while_the_agent_waits(&setup, &[("SKEP_DATABASE_URL", &database.url)]).await;
        assert!(!setup.data().join("skep.db").exists(), "it went to SQLite");
    })
    .await;
}
