//! The data folder on a disk of a few megabytes, and an agent or a fetch that writes it full: its own session ends, the next
//! one works.

use std::collections::HashMap;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

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
    let served = on_small_disk(&setup, &[]);
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

/// A repository that brings more than there is room for: its fetch ends before the disk is full, and nothing of it stays.
#[tokio::test(flavor = "multi_thread")]
async fn a_repository_that_does_not_fit_is_given_up() {
    if !required::installed(&["bwrap"], "a small disk for skep") {
        return;
    }
    let setup = Setup::new().await;
    setup.hurry();
    // A git whose first fetch writes most of the disk full and then comes to no end.
    let [git, real, once] = ["git", "real-git", "once"].map(|name| setup.folder.path().join(name));
    let script = format!(
        "#!/bin/sh\ncase \" $* \" in *' fetch '*' --progress '*) if [ ! -e '{once}' ]; then touch '{once}'\n\
         for mirror in '{data}'/mirrors/*.git; do head -c 20971520 /dev/zero >\"$mirror/objects/pack/tmp_pack_half\"; done\n\
         sleep 600; fi;; esac\nexec '{real}' \"$@\"\n",
        once = once.display(),
        data = setup.data().display(),
        real = real.display(),
    );
    std::fs::write(&git, script).expect("written");
    std::fs::set_permissions(&git, PermissionsExt::from_mode(0o755)).expect("set");
    let found = std::env::var_os("PATH").expect("a path");
    let found = std::env::split_paths(&found).map(|folder| folder.join("git"));
    let mut found = found.filter_map(|git| git.canonicalize().ok());
    let machines = found.next().expect("git is installed");
    std::fs::copy(&machines, &real).expect("copied");
    let served = on_small_disk(&setup, &["--ro-bind", path(&git), path(&machines)]);
    let issue = setup.go("write A.md: a\nsay Done.");
    served.settled(issue, "failed").await;
    let thread = setup
        .github
        .thread(setup.repository, issue)
        .expect("a thread");
    assert!(
        thread.contains("does not fit on the server's disk: the fetch was ended after 20 MiB"),
        "{thread}"
    );
    setup
        .github
        .comment(setup.repository, issue, "ana", "/agent retry")
        .expect("a comment");
    served.settled(issue, "in-review").await;
    served.signal(Signal::KILL);
}

fn path(path: &Path) -> &str {
    path.to_str().expect("a path of ours")
}

/// A skep whose data folder is a small disk of its own.
fn on_small_disk(setup: &Setup, further: &[&str]) -> Served {
    let data = setup.data();
    std::fs::create_dir_all(&data).expect("a folder");
    let disk = ["--size", DISK, "--tmpfs", path(&data)];
    let line = ["bwrap", "--die-with-parent", "--dev-bind", "/", "/"];
    Served::start_within(setup, &[&line, further, &disk].concat())
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
