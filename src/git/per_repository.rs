//! What is kept for each repository that somebody is at, and for no others: locks, above all. It must never be used for what
//! has to outlive those who use it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::core::ids::RepositoryId;

/// One `T` a repository, made when it is first asked for.
#[derive(Debug)]
pub(super) struct PerRepository<T>(Mutex<HashMap<RepositoryId, Arc<T>>>);

impl<T> Default for PerRepository<T> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<T: Default> PerRepository<T> {
    /// The one of a repository, for as long as somebody holds it.
    pub(super) fn of(&self, repository: RepositoryId) -> Arc<T> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // What only this table holds nobody misses.
        all.retain(|_, one| Arc::strong_count(one) > 1);
        all.entry(repository).or_default().clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_holds_is_forgotten() {
        let locks = PerRepository::<tokio::sync::Mutex<()>>::default();
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
