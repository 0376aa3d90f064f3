//! How `skep serve` ends, and that it is alone.

use std::time::Duration;

use rustix::process::Signal;
use sqlx::Connection;

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

/// Each ends the start with one plain sentence, and nothing of what is there is touched.
#[tokio::test(flavor = "multi_thread")]
async fn what_a_start_cannot_do_without_is_named() {
    let setup = Setup::new().await;
    let served = Served::start(&setup);
    served.stop().await;
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = taken.local_addr().expect("an address").to_string();
    let file = setup.folder.path().join("file");
    std::fs::write(&file, "x").expect("written");
    let below = file.join("data").display().to_string();
    // What is read-only even for root.
    let (unmade, read_only) = ("/proc/skep", "/proc/self");
    let newer = setup.folder.path().join("newer.db");
    std::fs::copy(setup.data().join("skep.db"), &newer).expect("a copy");
    let url = skep::store::sqlite_url(&newer).expect("an absolute path");
    let mut later = sqlx::SqliteConnection::connect(&url)
        .await
        .expect("it opens");
    sqlx::query("INSERT INTO migration (number, name, checksum) VALUES (999, 'later', 'x')")
        .execute(&mut later)
        .await
        .expect("a later step");
    later.close().await.expect("closed");
    for (code, name, value, sentence) in [
        (1, "SKEP_LISTEN", port.as_str(), "cannot listen on"),
        (1, "SKEP_ADMIN_LISTEN", port.as_str(), "cannot listen on"),
        (2, "SKEP_DATA_DIR", below.as_str(), "cannot be made"),
        (2, "SKEP_DATA_DIR", unmade, "cannot be made"),
        (1, "SKEP_DATA_DIR", read_only, "cannot be written"),
        (
            1,
            "SKEP_DATABASE_URL",
            url.as_str(),
            "belongs to a newer skep",
        ),
    ] {
        let mut environment = setup.environment();
        environment.retain(|(known, _)| known != name);
        environment.push((name.to_owned(), value.to_owned()));
        let (ended, out, err) = skep("serve", &environment).await;
        assert_eq!(
            (ended, out.as_str()),
            (Some(code), ""),
            "{name}={value}: {err}"
        );
        let last = err.lines().last().expect("a message");
        assert!(
            last.contains("\"level\":\"ERROR\"") && last.contains(sentence),
            "{name}={value}: {err}"
        );
    }
    let environment = [
        setup.environment(),
        vec![("SKEP_DATABASE_URL".to_owned(), url)],
    ]
    .concat();
    let (code, out, _) = skep("config check --offline", &environment).await;
    assert_eq!(code, Some(1), "{out}");
    assert!(out.contains("belongs to a newer skep"), "{out}");
    let served = Served::start(&setup);
    served.stop().await;
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
