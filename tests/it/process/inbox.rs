//! No 202 without a row (R3): deliveries while the process dies.

use std::sync::atomic::{AtomicUsize, Ordering};

use skep::store::Store;

use super::running::Served;
use super::setup::{Setup, ask, signed};
use crate::test_app::SECRET;

const DELIVERIES: usize = 100;
const AT_ONCE: usize = 8;
const ROUNDS: usize = 10;

/// Sends until everything is answered or the other side is dead; answers with what got its 202.
async fn send(
    address: &str,
    round: usize,
    kill_after: usize,
    kill: tokio::sync::oneshot::Sender<()>,
) -> Vec<String> {
    let (next, accepted) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let kill = std::sync::Mutex::new(Some(kill));
    let body = serde_json::json!({ "action": "opened", "padding": "x".repeat(5_000) }).to_string();
    let sender = || async {
        let mut mine = Vec::new();
        loop {
            let number = next.fetch_add(1, Ordering::SeqCst);
            if number >= DELIVERIES {
                return mine;
            }
            let guid = format!("r{round}-{number}");
            let answer = ask(
                address,
                "POST /webhook",
                &signed("issues", &guid, &body, SECRET),
                &body,
            )
            .await;
            let Some((status, text)) = answer else {
                continue;
            };
            assert_eq!(status, 202, "{text}");
            mine.push(guid);
            if accepted.fetch_add(1, Ordering::SeqCst) + 1 == kill_after {
                let kill = kill.lock().expect("no panic").take().expect("once");
                kill.send(()).expect("it is waited for");
            }
        }
    };
    futures::future::join_all((0..AT_ONCE).map(|_| sender()))
        .await
        .concat()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_accepted_is_there_after_kill_9() {
    let setup = Setup::new().await;
    setup.hurry();
    let url = skep::store::sqlite_url(&setup.data().join("skep.db")).expect("a path");
    let mut all = Vec::new();
    for round in 0..ROUNDS {
        let mut byte = [0_u8];
        getrandom::fill(&mut byte).expect("randomness");
        let kill_after = 1 + usize::from(byte[0]) % (DELIVERIES - AT_ONCE);
        let served = Served::start(&setup);
        let address = served.listen.clone();
        let (kill, killed) = tokio::sync::oneshot::channel();
        let dying = tokio::spawn(async move {
            killed.await.expect("enough are accepted");
            served.kill();
        });
        let accepted = send(&address, round, kill_after, kill).await;
        dying.await.expect("killed");
        assert!(
            accepted.len() >= kill_after && accepted.len() < DELIVERIES,
            "{} of {kill_after}",
            accepted.len()
        );
        all.extend(accepted);
        let store = Store::open(&url).await.expect("the database opens");
        for guid in &all {
            let row = store
                .inbox(&format!("webhook:{guid}"))
                .await
                .expect("a look");
            assert!(
                row.is_some(),
                "{guid} was answered 202 and is lost (round {round}, killed after {kill_after})"
            );
        }
        store.close().await;
    }
}
