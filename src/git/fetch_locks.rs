//! A mirror is fetched by one at a time, and all who wait for it see how far it is.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{MutexGuard, watch};

use super::pipe::Told;
use crate::core::event::FetchProgress;
use crate::core::ids::RepositoryId;

/// A lock for each repository whose mirror somebody is at, and for no others.
#[derive(Debug, Default)]
pub(super) struct FetchLocks(Mutex<HashMap<RepositoryId, FetchLock>>);

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
        Self {
            seen: fetching.told.subscribe(),
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

impl FetchLocks {
    pub(super) fn of(&self, repository: RepositoryId) -> FetchLock {
        let mut locks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // A lock that only this table holds locks nobody out.
        locks.retain(|_, lock| Arc::strong_count(lock) > 1);
        locks.entry(repository).or_default().clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn locks_of_repositories_nobody_fetches_are_forgotten() {
        let locks = FetchLocks::default();
        let held = locks.of(RepositoryId(1));
        let guard = held.turn.try_lock().expect("nobody has it");
        for number in 2..100 {
            locks.of(RepositoryId(number));
        }
        assert!(locks.of(RepositoryId(1)).turn.try_lock().is_err());
        assert!(locks.0.lock().expect("not poisoned").len() <= 2);
        drop(guard);
    }
}
