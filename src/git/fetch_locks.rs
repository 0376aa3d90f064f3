//! A mirror is fetched by one at a time, and all who wait for it see how far it is.

use std::sync::Arc;

use tokio::sync::{MutexGuard, watch};

use super::per_repository::PerRepository;
use super::pipe::Told;
use crate::core::event::FetchProgress;

/// One for each repository whose mirror somebody is at.
pub(super) type FetchLocks = PerRepository<Fetching>;

/// One repository's.
pub(super) type FetchLock = Arc<Fetching>;

/// Whose turn it is, and how far they are.
#[derive(Debug, Default)]
pub(super) struct Fetching {
    turn: tokio::sync::Mutex<()>,
    told: Told,
}

impl Fetching {
    /// Waits for its turn at the mirror, which lasts as long as the guard.
    pub(super) async fn turn(&self) -> MutexGuard<'_, ()> {
        self.turn.lock().await
    }

    /// Where progress is told.
    pub(super) fn told(&self) -> &Told {
        &self.told
    }
}

/// Sees how far the long fetches of one repository are.
#[derive(Debug)]
pub struct FetchWatch {
    /// As long as it is held, whoever fetches tells it here.
    _fetching: FetchLock,
    seen: watch::Receiver<Option<FetchProgress>>,
}

impl FetchWatch {
    pub(super) fn of(fetching: FetchLock) -> Self {
        let mut seen = fetching.told.subscribe();
        // Whoever comes late sees how far it is by then.
        seen.mark_changed();
        Self {
            seen,
            _fetching: fetching,
        }
    }

    /// Waits until a fetch is further than it was seen last.
    pub async fn next(&mut self) -> FetchProgress {
        loop {
            if self.seen.changed().await.is_err() {
                // Not while the other end is held here.
                std::future::pending::<()>().await;
            }
            if let Some(progress) = *self.seen.borrow_and_update() {
                return progress;
            }
        }
    }
}
