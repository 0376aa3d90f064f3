//! The database, and the only SQL in skep: inbox, tasks, sessions, effects, events, session log.
//!
//! One text serves SQLite and Postgres: columns are `TEXT` and `BIGINT`, times are epoch milliseconds given by the
//! caller, JSON is text the caller made. The store knows identities and nothing else of the domain.
//!
//! It must never say that something is stored before the commit has returned, never hold a transaction while something
//! outside is awaited, and never name a database's address, SQL or content in an error.

use std::sync::Arc;
use std::time::Duration;

use sqlx::AnyPool;
use tokio::sync::{mpsc, watch};
use tokio_util::sync::{CancellationToken, DropGuard};
use tokio_util::task::TaskTracker;

mod age;
mod alone;
mod audit;
mod checkpoint;
mod complaint;
mod connect;
mod copy;
mod creation;
mod dashboard;
mod dependency;
mod effect_result;
mod error;
mod event;
mod group_commit;
mod inbox;
mod inbox_kind;
mod inbox_row;
mod lease;
mod lock;
mod memory;
mod meta;
mod migration;
mod notification;
mod notify;
mod outbox;
mod outcome;
mod packing;
mod put_back;
mod queries;
#[cfg(test)]
mod query_plan;
mod repository;
mod repository_policy;
mod retention;
mod schedule;
mod session_log;
mod since;
mod sprint;
mod task;
mod token;
mod transition;

pub use age::Oldest;
pub use audit::{AuditRow, Broken, Chain, Extent, Head, NewAudit, Walked};
pub use complaint::Complaint;
pub use connect::{Backend, Tuning, sqlite_file, sqlite_url};
pub use copy::{LostTime, Rows, back_up, fill, is_empty, restore, sound};
pub use creation::{Created, WaitingContent};
pub use dashboard::{LatelyRow, OpenedSums, Tally};
pub use dependency::DependencyRow;
pub use effect_result::EffectResult;
pub use error::StoreError;
pub use event::{EventFilter, EventRow, NewEvent};
pub use inbox_kind::InboxKind;
pub use inbox_row::{Accepted, IgnoredDelivery, InboxRow, NewInbox};
pub use lease::{Claim, Closed, Completion};
pub use lock::{DataLock, is_locked, lock_data_dir};
pub use memory::MemoryNeedRow;
pub use migration::probe;
pub use notification::{
    Failing, NewNotification, Noted, NotificationRow, NotifyTargetRow, Retried, notify_targets_of,
};
pub use outbox::{Added, EffectLook, EffectRow, NewEffect, Withdrawal, Withdrawn};
pub use outcome::OutcomeRow;
pub use put_back::{Behind, Reschedule};
pub use queries::{Counts, EffectFilter, SessionFilter};
pub use repository::RepositoryRow;
pub use repository_policy::WrongPolicy;
pub use retention::Pruned;
pub use schedule::{ClosedAgentRow, LiveRow, PauseRow, QueuedRow, ScheduleRows};
pub use session_log::{LogLine, LogRow};
pub use task::{SessionRow, TaskRow, Waits};
pub use token::{MOST_TOKENS, TokenRow};
pub use transition::Transition;

use connect::Pools;
use notify::Wake;

/// An open database. Clones share it.
#[derive(Debug, Clone)]
pub struct Store {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    pools: Pools,
    accept: mpsc::Sender<group_commit::Waiting>,
    accept_limit: Duration,
    arrivals: group_commit::Arrivals,
    tasks: TaskTracker,
    closing: CancellationToken,
    /// Whoever drops the last clone without closing it leaves no task behind.
    _end: DropGuard,
    inbox_wake: Wake,
    effect_wake: Wake,
    event_wake: Wake,
    log_wake: Wake,
}

impl Store {
    /// Opens the database at `url` (`sqlite:///path/to/file`, created when missing, or `postgres://…`), checks the settings
    /// that durability rests on, and brings its tables up to date.
    pub async fn open(url: &str) -> Result<Self, StoreError> {
        Self::open_with(url, Tuning::default()).await
    }

    /// [`Store::open`] with other limits.
    pub async fn open_with(url: &str, tuning: Tuning) -> Result<Self, StoreError> {
        let pools = connect::connect(url, &tuning).await?;
        migration::run(&pools).await?;
        let (inbox_wake, closing) = (Wake::new(), CancellationToken::new());
        let arrivals = group_commit::Arrivals::default();
        let waiting = group_commit::GroupCommit {
            pools: pools.clone(),
            rows: tuning.group_rows.max(1),
            arrivals: arrivals.clone(),
            wake: inbox_wake.clone(),
            closing: closing.clone(),
            trouble: Complaint::default(),
        };
        let tasks = TaskTracker::new();
        let accept = group_commit::open(waiting, &tasks);
        if pools.backend == Backend::Sqlite {
            tasks.spawn(checkpoint::keep(pools.reader.clone(), closing.clone()));
        }
        let inner = Inner {
            pools,
            accept,
            accept_limit: tuning.accept,
            arrivals,
            tasks,
            _end: closing.clone().drop_guard(),
            closing,
            inbox_wake,
            effect_wake: Wake::new(),
            event_wake: Wake::new(),
            log_wake: Wake::new(),
        };
        Ok(Self {
            inner: Arc::new(inner),
        })
    }

    /// Serves who already waits to be stored, then closes every connection. Later calls fail as `Unavailable`.
    pub async fn close(&self) {
        self.inner.closing.cancel();
        self.inner.tasks.close();
        self.inner.tasks.wait().await;
        self.inner.pools.writer.close().await;
        self.inner.pools.reader.close().await;
    }

    /// Which database it is.
    pub fn backend(&self) -> Backend {
        self.inner.pools.backend
    }

    /// Rings after a commit that added inbox rows. Listen first, then look: a ring in between is not missed.
    pub fn inbox_wake(&self) -> watch::Receiver<u64> {
        self.inner.inbox_wake.listen()
    }

    /// Rings after a commit that added, freed or withdrew effects.
    pub fn effect_wake(&self) -> watch::Receiver<u64> {
        self.inner.effect_wake.listen()
    }

    /// Rings after a commit that added events.
    pub fn event_wake(&self) -> watch::Receiver<u64> {
        self.inner.event_wake.listen()
    }

    /// Rings after a commit that added lines to the log of a session, whichever.
    pub fn log_wake(&self) -> watch::Receiver<u64> {
        self.inner.log_wake.listen()
    }

    /// How many facts came in by [`Store::accept`] since this was last asked: while they are many, whoever can wait with
    /// writing should.
    pub fn arrivals(&self) -> usize {
        self.inner.arrivals.take()
    }

    fn pools(&self) -> &Pools {
        &self.inner.pools
    }

    fn writer(&self) -> &AnyPool {
        &self.inner.pools.writer
    }

    fn reader(&self) -> &AnyPool {
        &self.inner.pools.reader
    }
}
