//! The sweep itself: its services, what it has seen in this life, and what it remembers for the next.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio_util::sync::CancellationToken;

use super::polling::{Polling, SeenRow};
use super::services::SweepServices;
use crate::core::ids::{IssueNumber, RepositoryId};
use crate::github::GitHubError;
use crate::store::{Complaint, Store, StoreError};

/// The last complete look at tasks and repositories.
pub(super) const FACTS_SINCE: &str = "sweep-facts";
/// So much before the last look is looked at again: clocks differ, and deliveries come late. Milliseconds.
pub(super) const OVERLAP: i64 = 15 * 60_000;

/// What GitHub shows may be as late as this beside what was changed after it, milliseconds.
pub(super) const LATE: i64 = 2 * 60_000;

/// Why a look came to nothing.
#[derive(Debug, thiserror::Error)]
pub enum SweepError {
    /// The database.
    #[error("store: {0}")]
    Store(#[from] StoreError),
    /// GitHub.
    #[error("{0}")]
    GitHub(#[from] GitHubError),
}

/// The sweep. Clones share everything.
#[derive(Clone)]
pub struct Sweep {
    pub(super) services: SweepServices,
    seen: Arc<Mutex<Seen>>,
    pub(super) trouble: Arc<Complaint>,
    /// Where nobody tells: how GitHub is asked instead.
    pub(super) polling: Option<Arc<Polling>>,
    /// Cancelled when what happened before this life is found: polling begins then.
    pub(super) caught_up: CancellationToken,
}

/// What was seen in this life: so that what did not change is not looked at twice.
#[derive(Default)]
pub(super) struct Seen {
    /// Since when comments of a repository are asked for.
    pub(super) comments: HashMap<RepositoryId, i64>,
    /// The last change of labeled issues that were looked at.
    pub(super) labeled: HashMap<(RepositoryId, IssueNumber), i64>,
    /// At which push a repository's own file was read, and for what.
    pub(super) files: HashMap<RepositoryId, String>,
    /// Rows of lists that polling looked at.
    pub(super) rows: HashMap<(RepositoryId, IssueNumber), SeenRow>,
    /// How a pull request stood.
    pub(super) pulls: HashMap<(RepositoryId, i64), String>,
}

impl Sweep {
    /// Puts it together.
    pub fn new(services: SweepServices) -> Self {
        let polling = services
            .hearing
            .every()
            .map(|every| Arc::new(Polling::new(every)));
        Self {
            services,
            seen: Arc::default(),
            trouble: Arc::default(),
            polling,
            caught_up: CancellationToken::new(),
        }
    }

    pub(super) fn seen(&self) -> MutexGuard<'_, Seen> {
        // Each entry is whole whenever the lock is free, so a panic elsewhere does not spoil it.
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn now(&self) -> i64 {
        (self.services.clock)()
    }

    pub(super) async fn remember(&self, key: &str, at: i64) {
        if let Err(error) = self.services.store.put_meta(key, &at.to_string()).await {
            self.trouble
                .say("how far this was looked at could not be remembered", &error);
        }
    }

    pub(super) async fn recall(&self, key: &str) -> Option<i64> {
        recalled(&self.services.store, key).await
    }
}

/// What was remembered; nothing where nothing was, or where it cannot be read.
pub(super) async fn recalled(store: &Store, key: &str) -> Option<i64> {
    store.meta(key).await.ok().flatten()?.parse().ok()
}
