//! Killed at any moment: whatever was said to be stored is stored.

use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

use skep::store::{Accepted, IgnoredDelivery, Store};
use sqlx::{AnyConnection, Connection, Row};

use super::{TestDatabase, fact, on_each, on_postgres, on_sqlite};

const DATABASE: &str = "SKEP_TEST_ACCEPT_INTO";
const ROUND: &str = "SKEP_TEST_ROUND";

/// The child's half of the tests below: stores rows for ever and says each id as soon as it was told it is durable.
/// Without the parent's word in the environment there is nothing to do.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn accepting_child() {
    let (Ok(url), Ok(round)) = (std::env::var(DATABASE), std::env::var(ROUND)) else {
        return;
    };
    let store = Store::open(&url).await.expect("a database that opens");
    let mut callers = tokio::task::JoinSet::new();
    for caller in 0..8 {
        let (store, round) = (store.clone(), round.clone());
        callers.spawn(async move {
            for n in 0_u64.. {
                let mut new = fact(&format!("webhook:{round}-{caller}-{n}"));
                new.body = "x".repeat(20_000);
                store.accept(new.clone()).await.expect("stored");
                // One write per line: a line is there as a whole or not at all.
                let line = format!("acked {}\n", new.id);
                std::io::stdout()
                    .lock()
                    .write_all(line.as_bytes())
                    .expect("a parent that reads");
            }
        });
    }
    callers.join_all().await;
}

fn child(url: &str, round: u64) -> Child {
    Command::new(std::env::current_exe().expect("this test"))
        .args([
            "--exact",
            "store::durability::accepting_child",
            "--nocapture",
            "--test-threads=1",
        ])
        .env(DATABASE, url)
        .env(ROUND, round.to_string())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("a child")
}

/// Lets a child store rows, kills it after it acknowledged some, and answers every id it acknowledged.
fn killed_after(url: &str, round: u64, acks: usize) -> Vec<String> {
    let mut child = child(url, round);
    let mut output = BufReader::new(child.stdout.take().expect("piped"));
    let mut acked = Vec::new();
    let mut line = String::new();
    while acked.len() < acks {
        line.clear();
        assert_ne!(
            output.read_line(&mut line).expect("a line"),
            0,
            "the child ended by itself"
        );
        acked.extend(line.trim().strip_prefix("acked ").map(str::to_owned));
    }
    child.kill().expect("killed");
    let mut rest = String::new();
    output.read_to_string(&mut rest).expect("the rest");
    child.wait().expect("reaped");
    let whole = rest
        .split_inclusive('\n')
        .filter(|line| line.ends_with('\n'));
    acked.extend(whole.filter_map(|line| line.trim().strip_prefix("acked ").map(str::to_owned)));
    acked
}

async fn rounds(database: TestDatabase, rounds: u64) {
    let mut promised = Vec::new();
    for round in 0..rounds {
        // Spread over the first group commits and some later ones.
        let acks = 1 + (round * 37 % 151) as usize;
        let url = database.url.clone();
        let acked = tokio::task::spawn_blocking(move || killed_after(&url, round, acks))
            .await
            .expect("joined");
        promised.extend(acked);
        let store = database.open().await;
        let stored = store.unhandled(100_000).await.expect("rows");
        let ids: std::collections::HashSet<_> = stored.iter().map(|row| row.id.as_str()).collect();
        let lost: Vec<_> = promised
            .iter()
            .filter(|id| !ids.contains(id.as_str()))
            .collect();
        assert!(lost.is_empty(), "lost in round {round}: {lost:?}");
        assert!(
            stored.iter().all(|row| row.body.len() == 20_000),
            "a row without its body"
        );
        store.close().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_acknowledged_is_lost_by_a_kill() {
    on_sqlite(|database| async move {
        rounds(database.clone(), 20).await;
        let mut stranger = database.stranger().await;
        let check: (String,) = sqlx::query_as("PRAGMA integrity_check")
            .fetch_one(&mut stranger)
            .await
            .expect("a check");
        assert_eq!(check.0, "ok");
    })
    .await;
    on_postgres(|database| rounds(database, 5)).await;
}

/// GitHub delivers again, proxies repeat, and two senders may carry the same id at the same moment: one row each, and one of the
/// answers says so.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn ten_thousand_doubled_deliveries_are_taken_once() {
    on_each(|database| async move {
        const DELIVERIES: usize = 10_000;
        let store = database.open().await;
        let mut senders = tokio::task::JoinSet::new();
        for sender in 0..32 {
            let store = store.clone();
            senders.spawn(async move {
                let mut new = 0;
                // Sixteen go up and sixteen go down, so that each id is sent by two, and in the middle at once.
                let mine = (0..DELIVERIES).filter(|n| n % 16 == sender % 16);
                let mine: Vec<usize> = if sender < 16 {
                    mine.collect()
                } else {
                    mine.rev().collect()
                };
                for n in mine {
                    let id = format!("webhook:{n}");
                    // Of each other kind every second.
                    let taken = if n % 2 == 0 {
                        store.accept(fact(&id)).await
                    } else {
                        store
                            .accept_ignored(IgnoredDelivery {
                                id,
                                name: "issues".into(),
                                reason: "ignored".into(),
                                received_at: 1,
                            })
                            .await
                    };
                    new += usize::from(matches!(taken.expect("stored"), Accepted::New { .. }));
                }
                new
            });
        }
        let new: usize = senders.join_all().await.into_iter().sum();
        assert_eq!(new, DELIVERIES);
        let rows = store.unhandled(2 * DELIVERIES as i64).await.expect("rows");
        assert_eq!(
            rows.len(),
            DELIVERIES / 2,
            "those that somebody has to handle"
        );
        store.close().await;
    })
    .await;
}

/// A machine that loses power in the middle of a write leaves any part of it, or other bytes in its place: what was
/// acknowledged before is there, and of the rest nothing half. Cut at each byte of the last commit, and
/// changed at many.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_torn_write_takes_nothing_acknowledged_with_it() {
    on_sqlite(|database| async move {
        let folder = tempfile::tempdir().expect("a folder");
        let path = |name: &str| folder.path().join(name);
        let file = database.url.strip_prefix("sqlite://").expect("a file");
        let log = format!("{file}-wal");
        let store = Store::open(&database.url).await.expect("a database");
        for n in 0..3 {
            store
                .accept(fact(&format!("webhook:{n}")))
                .await
                .expect("stored");
        }
        let before = std::fs::read(&log).expect("the log");
        store.accept(fact("webhook:last")).await.expect("stored");
        let after = std::fs::read(&log).expect("the log");
        let whole = std::fs::read(file).expect("the file");
        store.close().await;
        assert!(after.len() > before.len(), "the last row is in the log");
        let (whole, after) = (Arc::new(whole), Arc::new(after));
        let mut workers = tokio::task::JoinSet::new();
        for worker in 0..4 {
            let (copy, whole, after) = (path(&worker.to_string()), whole.clone(), after.clone());
            let before = before.len();
            let mine = (before..after.len()).skip(worker).step_by(4);
            workers.spawn(async move {
                for at in mine {
                    let mut torn = after[..at].to_vec();
                    assert_kept(&found(&copy, &whole, &torn).await, at);
                    // A changed byte spoils its frame wherever it stands in it.
                    if at >= before + 64 && at % 16 != 0 {
                        continue;
                    }
                    torn.extend_from_slice(&after[at..]);
                    torn[at] ^= 0x10;
                    assert_kept(&found(&copy, &whole, &torn).await, at);
                }
            });
        }
        workers.join_all().await;
        // What SQLite makes of it the store takes as well.
        let cut = before.len() + (after.len() - before.len()) / 2;
        let copy = path("opened");
        std::fs::write(&copy, &*whole).expect("a copy");
        std::fs::write(format!("{}-wal", copy.display()), &after[..cut]).expect("its log");
        let url = skep::store::sqlite_url(&copy).expect("an address");
        let store = Store::open(&url).await.expect("a database that opens");
        let rows = store.unhandled(10).await.expect("rows");
        assert_kept(&rows.into_iter().map(|row| row.id).collect::<Vec<_>>(), cut);
        let again = store.accept(fact("webhook:last")).await.expect("stored");
        assert!(
            matches!(again, Accepted::New { .. }),
            "half of it is none of it"
        );
        store.close().await;
    })
    .await;
}

/// The ids in a database that is this file with this log: SQLite's own recovery, at each byte.
async fn found(copy: &Path, whole: &[u8], log: &[u8]) -> Vec<String> {
    let beside = |suffix| format!("{}{suffix}", copy.display());
    let _none_the_first_time = std::fs::remove_file(beside("-shm"));
    std::fs::write(copy, whole).expect("a copy");
    std::fs::write(beside("-wal"), log).expect("its log");
    let mut connection = AnyConnection::connect(&format!("sqlite://{}", copy.display()))
        .await
        .expect("a database that opens");
    let rows = sqlx::query("SELECT id FROM inbox ORDER BY seq")
        .fetch_all(&mut connection)
        .await
        .expect("rows");
    // Closing would write the log into the file, and wait for the disk.
    sqlx::query("PRAGMA synchronous = OFF")
        .execute(&mut connection)
        .await
        .expect("off");
    connection.close().await.expect("closed");
    rows.iter().map(|row| row.get("id")).collect()
}

fn assert_kept(ids: &[String], at: usize) {
    assert_eq!(
        ids[..3],
        ["webhook:0", "webhook:1", "webhook:2"],
        "torn at {at}"
    );
    assert!(
        ids.len() == 3 || ids[3] == "webhook:last",
        "torn at {at}: {ids:?}"
    );
}
