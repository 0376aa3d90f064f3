//! Inbox → decide → one transaction. The only caller of `core::decide`, and the only writer of tasks and effects.
//!
//! It takes the oldest unhandled facts, lets the core decide, and commits the task, its session, its effects, its events
//! and the handled mark together; then it gives free slots to waiting tasks in the same transaction. It never talks to
//! anything but the store.

mod audit;
mod batch;
mod counted;
mod decided;
mod error;
mod facts;
mod gate;
mod open;
mod parts;
mod queue_order;
mod readiness;
mod relation;
mod relations;
mod rows;
mod settle;
mod slots;
mod spread;
mod sprints;
mod stacks;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Mutex, Notify};
use tokio_util::sync::CancellationToken;

use crate::core::ids::TaskKey;
use crate::core::schedule::Memory;
use crate::core::time::Clock;
use crate::live_policy::LivePolicy;
use crate::store::{Complaint, InboxRow, Store, StoreError};

pub use error::EngineError;
pub use open::{MemoryView, QueueView};
pub use queue_order::{QUEUE_ORDER, QueueOrder};
pub use readiness::{Ask, Finding, Health};
pub use rows::{lane_installation, worth_of_rank};

use open::Slots;

/// How many facts go into one transaction.
const BATCH: i64 = 128;
/// So many deliveries coming in during one batch are a crowd.
const BUSY_ARRIVALS: usize = 8;
/// How long the engine leaves the database to a burst of deliveries between two batches: a fact that waits a little longer is
/// handled all the same, but a delivery that waits ten seconds is lost to its sender.
const YIELD: Duration = Duration::from_millis(20);
/// The engine. Clones share everything.
#[derive(Clone)]
pub struct Engine {
    store: Store,
    policy: LivePolicy,
    clock: Clock,
    slots: Arc<Mutex<Slots>>,
    /// Rung when something waits that may need to be looked at.
    asked: Arc<Notify>,
}

impl Engine {
    /// Puts the engine together.
    pub fn new(store: Store, policy: LivePolicy, clock: Clock) -> Self {
        Self {
            store,
            policy,
            clock,
            slots: Arc::default(),
            asked: Arc::default(),
        }
    }

    /// Says whether the machine is short of room: then nothing starts, and whoever waits is told why. Answers whether that is
    /// news.
    pub async fn set_short(&self, short: bool) -> Result<bool, EngineError> {
        let before = {
            let mut slots = self.slots.lock().await;
            std::mem::replace(&mut slots.room.disk_short, short)
        };
        let news = before != short;
        if news {
            self.schedule().await?;
        }
        Ok(news)
    }

    /// Says how much memory is left, and what each session at work takes of it, bytes: what does not fit waits and is told why,
    /// and what fits now starts.
    pub async fn set_memory(
        &self,
        memory: Memory,
        taken: BTreeMap<TaskKey, u64>,
    ) -> Result<(), EngineError> {
        let starts = {
            let mut slots = self.slots.lock().await;
            slots.room.memory = Some(memory);
            slots.measured(taken, (self.clock)())
        };
        match starts {
            true => self.schedule().await,
            false => Ok(()),
        }
    }

    /// How many sessions may be at work at once.
    pub fn slots_in_all(&self) -> u32 {
        self.policy.limits.sessions
    }

    /// Handles facts until cancelled.
    pub async fn run(self, cancel: CancellationToken) {
        let (mut wake, trouble) = (self.store.inbox_wake(), Complaint::default());
        while !cancel.is_cancelled() {
            match self.step().await {
                Ok(0) => {}
                Ok(_) => {
                    if self.store.arrivals() >= BUSY_ARRIVALS {
                        tokio::time::sleep(YIELD).await;
                    }
                    continue;
                }
                Err(error) => {
                    trouble.say("facts could not be handled; trying again", &error);
                    tokio::time::sleep(Duration::from_millis(500)).await;
                }
            }
            tokio::select! {
                () = cancel.cancelled() => {}
                _ = wake.changed() => {}
                () = tokio::time::sleep(Duration::from_secs(1)) => {}
            }
        }
    }

    /// Handles one batch of facts and gives out free slots; answers how many facts there were.
    pub async fn step(&self) -> Result<usize, EngineError> {
        let rows = self.store.unhandled(BATCH).await?;
        if rows.is_empty() {
            // What waits for a time alone: nobody else would say that it has come.
            if self.slots.lock().await.is_due((self.clock)()) {
                self.schedule().await?;
            }
            return Ok(0);
        }
        match self.handle(&rows).await {
            // One fact must not hold up the others: alone, each either passes or is set aside.
            Err(error)
                if rows.len() > 1 && !matches!(error, EngineError::Store(StoreError::Busy)) =>
            {
                tracing::warn!(%error, "a batch failed; handling its facts one by one");
                for row in &rows {
                    self.handle_alone(row).await?;
                }
            }
            other => other?,
        }
        Ok(rows.len())
    }

    /// Gives out free slots without any new fact: at start-up.
    pub async fn schedule(&self) -> Result<(), EngineError> {
        let mut open = self.begin().await?;
        self.give_slots(&mut open).await?;
        open.commit().await
    }

    /// Counts slots, caps and turns by the policy as it is now.
    pub async fn policy_changed(&self) -> Result<(), EngineError> {
        self.slots.lock().await.schedule = None;
        self.schedule().await
    }

    async fn handle(&self, rows: &[InboxRow]) -> Result<(), EngineError> {
        // Read before the transaction opens: deliveries wait for as long as it is open.
        let meanings = rows
            .iter()
            .map(|row| facts::meaning(row, &self.policy.issues.words))
            .collect::<Result<Vec<_>, _>>()?;
        let mut transition = self.begin().await?;
        transition.look_up(&facts::tasks(&meanings)).await?;
        for (row, meaning) in rows.iter().zip(meanings) {
            let gated = self.gated(row);
            let meaning = meaning.or_of_gate(&gated);
            self.settle(&mut transition, row, meaning).await?;
            transition.tell_gates(gated, row.seq);
            self.tell_related(&mut transition).await?;
        }
        self.give_slots(&mut transition).await?;
        transition.commit().await
    }

    async fn handle_alone(&self, row: &InboxRow) -> Result<(), EngineError> {
        match self.handle(std::slice::from_ref(row)).await {
            Err(error @ EngineError::Unreadable { .. }) => {
                tracing::error!(%error, fact = row.id, "set aside");
                let mut transition = self.store.begin().await?;
                transition.mark_handled(row.seq, (self.clock)(), format!("set aside: {error}"));
                Ok(transition.commit().await?)
            }
            other => other,
        }
    }
}
