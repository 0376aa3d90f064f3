//! Group commit: whatever waits to be stored is committed together, because the disk takes as long for one row as for many.
//!
//! One task owns the queue. It answers nobody before the commit has returned, and it never holds more than a bounded
//! number of rows. Callers that gave up waiting are skipped when their row was not yet written.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::complaint::Complaint;
use super::connect::Pools;
use super::error::StoreError;
use super::inbox_row::{Accepted, Ready, insert_inbox, pieces};
use super::notify::Wake;

/// Rows that may wait to be stored; more wait to be let in.
const QUEUE: usize = 512;
/// A group is closed when its bodies reach this many bytes.
const GROUP_BYTES: usize = 8 * 1024 * 1024;
/// Rows of one statement.
const MOST_ROWS: usize = 256;

/// One caller.
pub(super) struct Waiting {
    fact: Ready,
    answer: oneshot::Sender<Result<Accepted, StoreError>>,
}

/// What the committing task needs.
pub(super) struct GroupCommit {
    pub pools: Pools,
    pub rows: usize,
    pub arrivals: Arrivals,
    pub wake: Wake,
    pub closing: CancellationToken,
    pub trouble: Complaint,
}

/// How many rows were let in since somebody last asked. A hint, and never more than that.
#[derive(Debug, Clone, Default)]
pub(super) struct Arrivals(Arc<AtomicUsize>);

impl Arrivals {
    pub(super) fn take(&self) -> usize {
        self.0.swap(0, Ordering::Relaxed)
    }
}

/// Starts it; its task ends when `closing` is cancelled (after serving who waits) or every sender is gone.
pub(super) fn open(group_commit: GroupCommit, tasks: &TaskTracker) -> mpsc::Sender<Waiting> {
    let (sender, receiver) = mpsc::channel(QUEUE);
    tasks.spawn(serve(group_commit, receiver));
    sender
}

/// Waits until `fact` is durable, at most `limit`.
pub(super) async fn accept(
    group_commit: &mpsc::Sender<Waiting>,
    limit: Duration,
    fact: Ready,
) -> Result<Accepted, StoreError> {
    let (answer, answered) = oneshot::channel();
    let closed = || StoreError::Unavailable("the store is closed".to_owned());
    let wait = async {
        group_commit
            .send(Waiting { fact, answer })
            .await
            .map_err(|_| closed())?;
        answered.await.map_err(|_| closed())?
    };
    tokio::time::timeout(limit, wait)
        .await
        .unwrap_or(Err(StoreError::Busy))
}

async fn serve(group_commit: GroupCommit, mut receiver: mpsc::Receiver<Waiting>) {
    loop {
        let first = tokio::select! {
            biased;
            first = receiver.recv() => first,
            () = group_commit.closing.cancelled() => {
                receiver.close();
                receiver.recv().await
            }
        };
        let Some(first) = first else { return };
        let group = gather(first, &mut receiver, group_commit.rows);
        group_commit
            .arrivals
            .0
            .fetch_add(group.len(), Ordering::Relaxed);
        commit(&group_commit, group).await;
    }
}

fn gather(first: Waiting, receiver: &mut mpsc::Receiver<Waiting>, most: usize) -> Vec<Waiting> {
    let mut bytes = first.fact.fact.body.len();
    let mut group = vec![first];
    while group.len() < most && bytes < GROUP_BYTES {
        let Ok(next) = receiver.try_recv() else { break };
        bytes += next.fact.fact.body.len();
        group.push(next);
    }
    group.retain(|waiting| !waiting.answer.is_closed());
    group
}

async fn commit(group_commit: &GroupCommit, group: Vec<Waiting>) {
    if group.is_empty() {
        return;
    }
    let (facts, answers): (Vec<_>, Vec<_>) = group.into_iter().map(|w| (w.fact, w.answer)).unzip();
    let results = store_all(&group_commit.pools, &facts).await;
    let is_work = |(fact, result): (&Ready, &Result<Accepted, StoreError>)| {
        fact.result.is_none() && matches!(result, Ok(Accepted::New { .. }))
    };
    if facts.iter().zip(&results).any(is_work) {
        group_commit.wake.ring();
    }
    for (answer, result) in answers.into_iter().zip(results) {
        if let Err(error) = &result {
            group_commit
                .trouble
                .say("could not store what arrived", error);
        }
        let _gave_up = answer.send(result);
    }
}

/// All together, or, when one row spoils it for the others, each alone.
async fn store_all(pools: &Pools, facts: &[Ready]) -> Vec<Result<Accepted, StoreError>> {
    match store(pools, facts).await {
        Ok(accepted) => accepted.into_iter().map(Ok).collect(),
        Err(StoreError::Conflict(_) | StoreError::Other(_)) if facts.len() > 1 => {
            let mut results = Vec::with_capacity(facts.len());
            for fact in facts {
                let one = store(pools, std::slice::from_ref(fact)).await;
                results.push(
                    one.map(|accepted| accepted.first().copied().unwrap_or(Accepted::Duplicate)),
                );
            }
            results
        }
        Err(error) => facts.iter().map(|_| Err(error.clone())).collect(),
    }
}

async fn store(pools: &Pools, facts: &[Ready]) -> Result<Vec<Accepted>, StoreError> {
    // One statement is a transaction by itself: that saves the way to the database's thread and back twice.
    if facts.len() <= MOST_ROWS && facts.iter().all(|fact| fact.result.is_some()) {
        let mut writer = pools.within(pools.writer.acquire()).await?;
        return pools.within(insert_inbox(&mut writer, facts)).await;
    }
    let mut writing = pools.begin().await?;
    let mut accepted = Vec::with_capacity(facts.len());
    for piece in pieces(facts, MOST_ROWS) {
        accepted.extend(pools.within(insert_inbox(&mut writing, piece)).await?);
    }
    pools.within(writing.commit()).await?;
    Ok(accepted)
}
