//! The data folder on a disk of a few megabytes, and an agent that writes it full: its own session ends, the next one works.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use rustix::process::Signal;
use serde_json::Value;

use super::running::Served;
use super::setup::Setup;
use crate::required;

/// Room for a database, a mirror and small working copies; the agent asks for twice as much.
const DISK: &str = "25165824";

#[tokio::test(flavor = "multi_thread")]
async fn one_agent_that_fills_the_disk_stops_no_other() {
    if !required::installed(&["bwrap"], "a small disk for skep") {
        return;
    }
    let setup = Setup::new().await;
    setup.hurry();
    std::fs::create_dir_all(setup.data()).expect("a folder");
    let data = setup.data().display().to_string();
    let disk = [
        "bwrap",
        "--die-with-parent",
        "--dev-bind",
        "/",
        "/",
        "--size",
        DISK,
        "--tmpfs",
        &data,
    ];
    let served = Served::start_within(&setup, &disk);
    let greedy = setup.go("run head -c 50331648 /dev/urandom > big.bin\nhang");
    let task = served.settled(greedy, "failed").await;
    let thread = setup
        .github
        .thread(setup.repository, greedy)
        .expect("a thread");
    assert!(thread.contains("disk"), "{task}\n{thread}");
    let next = setup.go("write B.md: b\nsay Done.");
    served.settled(next, "in-review").await;
    served.signal(Signal::KILL);
    assert_eq!(said_too_often(&served.log()), [""; 0], "{}", served.log());
}

/// Warnings and errors with the same words that came within a minute: a full disk would fill the log as well.
fn said_too_often(log: &str) -> Vec<String> {
    let mut last: HashMap<String, DateTime<Utc>> = HashMap::new();
    let entries = log
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let bad = entries.filter(|entry| entry["level"] == "WARN" || entry["level"] == "ERROR");
    let again = bad.filter_map(|entry| {
        let at: DateTime<Utc> = entry["timestamp"].as_str()?.parse().ok()?;
        let words = format!(
            "{} {} {}",
            entry["fields"]["message"], entry["fields"]["error"], entry["fields"]["reason"]
        );
        let before = last.insert(words.clone(), at)?;
        (at - before < TimeDelta::seconds(59)).then_some(words)
    });
    again.collect()
}
