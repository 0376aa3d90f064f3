//! A mirror is fetched by one at a time.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::core::ids::RepositoryId;

/// A lock for each repository whose mirror somebody is at, and for no others.
#[derive(Debug, Default)]
pub(super) struct FetchLocks(Mutex<HashMap<RepositoryId, FetchLock>>);

pub(super) type FetchLock = Arc<tokio::sync::Mutex<()>>;

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
        let guard = held.try_lock().expect("nobody has it");
        for number in 2..100 {
            locks.of(RepositoryId(number));
        }
        assert!(locks.of(RepositoryId(1)).try_lock().is_err());
        assert!(locks.0.lock().expect("not poisoned").len() <= 2);
        drop(guard);
    }
}
