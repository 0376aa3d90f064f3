//! Which repositories should have a working copy standing ready, and who is making one. It must never hold more than one wish a
//! repository, and makes nothing itself (see `standby`).

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

use super::per_repository::PerRepository;
use crate::core::ids::{RepositoryId, Sha};

/// What is wanted, and who is at it.
#[derive(Debug, Default)]
pub(super) struct Standbys {
    wanted: Mutex<BTreeMap<RepositoryId, Sha>>,
    pub(super) news: Notify,
    pub(super) makers: PerRepository<tokio::sync::Mutex<()>>,
    /// Of the sessions that come while one is being made, the first waits for it.
    pub(super) heirs: PerRepository<tokio::sync::Mutex<()>>,
}

impl Standbys {
    /// The commit that is wanted of each repository.
    pub(super) fn wanted(&self) -> MutexGuard<'_, BTreeMap<RepositoryId, Sha>> {
        self.wanted.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes one wish.
    pub(super) fn next(&self) -> Option<(RepositoryId, Sha)> {
        self.wanted().pop_first()
    }
}
