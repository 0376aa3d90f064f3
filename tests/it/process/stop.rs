//! How `skep serve` ends, and that it is alone.

use std::time::Duration;

use rustix::process::Signal;

use super::running::{Served, skep};
use super::setup::{PATIENCE, Setup};

/// Waits in the first life only: the home of a session outlives its agent, the working copy must not change by it.
pub(super) const ONCE: &str =
    "run test -e ~/once || { touch ~/once; sleep 100; }\nwrite A.md: a\nsay Done.";

/// Waits until the agent has begun to wait.
pub(super) async fn waiting(setup: &Setup) {
    let began = std::time::Instant::now();
    let sleeps = |number: &u32| {
        std::fs::read_to_string(format!("/proc/{number}/comm"))
            .is_ok_and(|name| name.trim() == "sleep")
    };
    while !setup.agents().iter().any(sleeps) {
        assert!(began.elapsed() < PATIENCE, "the agent never waits");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_interrupts_the_agent_and_the_next_start_goes_on() {
    let setup = Setup::new().await;
    setup.hurry();
    let mut served = Served::start(&setup);
    let issue = setup.go(ONCE);
    waiting(&setup).await;
    served.signal(Signal::TERM);
    let (code, took) = served.ended().await;
    assert_eq!(code, Some(0), "{}", served.log());
    assert!(
        took < Duration::from_secs(30),
        "longer than `drain`: {took:?}"
    );
    assert_eq!(setup.agents(), [0_u32; 0]);
    assert_eq!(
        setup.github.pulls(setup.repository).expect("pull requests"),
        []
    );
    let served = Served::start(&setup);
    served.ends_well(&setup, issue).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_signal_ends_it_at_once() {
    let setup = Setup::new().await;
    setup.hurry();
    let mut served = Served::start(&setup);
    setup.go("hang");
    served.event("session.running").await;
    let left = setup.agents();
    assert!(!left.is_empty());
    served.signal(Signal::TERM);
    let began = std::time::Instant::now();
    while !served.log().contains("stopping: agents are interrupted") {
        assert!(began.elapsed() < PATIENCE, "{}", served.log());
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    served.signal(Signal::TERM);
    let (_, took) = served.ended().await;
    assert!(took < Duration::from_secs(5), "{took:?}");
    assert!(
        served.log().contains("a second signal: ending at once"),
        "{}",
        served.log()
    );
    let again = Served::start(&setup);
    assert!(
        !setup.agents().iter().any(|number| left.contains(number)),
        "agents of the former life go on"
    );
    again.kill();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_one_on_the_same_folder_says_so_and_leaves() {
    let setup = Setup::new().await;
    let served = Served::start(&setup);
    let (code, out, err) = skep("serve", &setup.environment()).await;
    assert_eq!((code, out.as_str()), (Some(1), ""), "{err}");
    let last = err.lines().last().expect("a message");
    assert!(
        last.contains("\"level\":\"ERROR\"") && last.contains("another skep (process "),
        "{err}"
    );
    assert!(last.contains(&setup.data().display().to_string()), "{err}");
    served.stop().await;
}
