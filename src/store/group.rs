//! Group commit: whatever waits at the door is committed together, because the disk takes as long for one row as for many.
//!
//! One task owns the door. It answers nobody before the commit has returned, and it never holds more than a bounded
//! number of rows. Callers that gave up waiting are skipped when their row was not yet written.

use std::time::Duration;

use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::connect::Pools;
use super::error::StoreError;
use super::inbox::{Accepted, NewInbox, insert_inbox};
use super::wake::Wake;

/// Rows that may wait at the door; more wait outside it.
const DOOR: usize = 512;
/// A group is closed when its bodies reach this many bytes.
const GROUP_BYTES: usize = 8 * 1024 * 1024;

/// One caller at the door.
pub(super) struct Waiting {
    fact: NewInbox,
    answer: oneshot::Sender<Result<Accepted, StoreError>>,
}

/// What the door needs.
pub(super) struct Door {
    pub pools: Pools,
    pub rows: usize,
    pub wake: Wake,
    pub closing: CancellationToken,
}

/// Opens the door; the task ends when `closing` is cancelled (after serving who waits) or every sender is gone.
pub(super) fn open(door: Door) -> (mpsc::Sender<Waiting>, JoinHandle<()>) {
    let (sender, receiver) = mpsc::channel(DOOR);
    (sender, tokio::spawn(serve(door, receiver)))
}

/// Waits until `fact` is durable, at most `limit`.
pub(super) async fn accept(
    door: &mpsc::Sender<Waiting>,
    limit: Duration,
    fact: NewInbox,
) -> Result<Accepted, StoreError> {
    let (answer, answered) = oneshot::channel();
    let closed = || StoreError::Unavailable("the store is closed".to_owned());
    let wait = async {
        door.send(Waiting { fact, answer }).await.map_err(|_| closed())?;
        answered.await.map_err(|_| closed())?
    };
    tokio::time::timeout(limit, wait).await.unwrap_or(Err(StoreError::Busy))
}

async fn serve(door: Door, mut receiver: mpsc::Receiver<Waiting>) {
    loop {
        let first = tokio::select! {
            biased;
            first = receiver.recv() => first,
            () = door.closing.cancelled() => {
                receiver.close();
                receiver.recv().await
            }
        };
        let Some(first) = first else { return };
        let group = gather(first, &mut receiver, door.rows);
        commit(&door, group).await;
    }
}

fn gather(first: Waiting, receiver: &mut mpsc::Receiver<Waiting>, most: usize) -> Vec<Waiting> {
    let mut bytes = first.fact.body.len();
    let mut group = vec![first];
    while group.len() < most && bytes < GROUP_BYTES {
        let Ok(next) = receiver.try_recv() else { break };
        bytes += next.fact.body.len();
        group.push(next);
    }
    group.retain(|waiting| !waiting.answer.is_closed());
    group
}

async fn commit(door: &Door, group: Vec<Waiting>) {
    if group.is_empty() {
        return;
    }
    let (mut facts, answers): (Vec<_>, Vec<_>) = group.into_iter().map(|w| (w.fact, w.answer)).unzip();
    match store(&door.pools, &mut facts).await {
        Ok(accepted) => {
            if accepted.iter().any(|one| matches!(one, Accepted::New { .. })) {
                door.wake.ring();
            }
            for (answer, accepted) in answers.into_iter().zip(accepted) {
                let _gave_up = answer.send(Ok(accepted));
            }
        }
        Err(error) => {
            tracing::error!(%error, rows = facts.len(), "could not store what arrived");
            for answer in answers {
                let _gave_up = answer.send(Err(error.clone()));
            }
        }
    }
}

async fn store(pools: &Pools, facts: &mut [NewInbox]) -> Result<Vec<Accepted>, StoreError> {
    let mut writing = pools.begin().await?;
    let mut accepted = Vec::with_capacity(facts.len());
    let mut rest = facts;
    while !rest.is_empty() {
        // Powers of two: few different statements, so that they stay prepared.
        let size = 1 << rest.len().ilog2();
        let (chunk, after) = rest.split_at_mut(size);
        accepted.extend(pools.within(insert_inbox(&mut writing, chunk)).await?);
        rest = after;
    }
    pools.within(writing.commit()).await?;
    Ok(accepted)
}
