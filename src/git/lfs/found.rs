//! What is known of repositories and Git LFS from the last look. It must never be asked about another commit than it was told.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::core::event::Lfs;
use crate::core::ids::{RepositoryId, Sha};

/// What was found of each repository at the commit it was asked about last: many sessions begin with the same.
#[derive(Debug, Default)]
pub(crate) struct LfsFound(Mutex<BTreeMap<RepositoryId, (Sha, Lfs)>>);

impl LfsFound {
    fn known(&self) -> MutexGuard<'_, BTreeMap<RepositoryId, (Sha, Lfs)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What was found at a commit, if it was the last that was asked about.
    pub(super) fn at(&self, repository: RepositoryId, commit: &Sha) -> Option<Lfs> {
        let known = self.known();
        let (at, found) = known.get(&repository)?;
        (at == commit).then_some(*found)
    }

    /// Notes what was found.
    pub(super) fn note(&self, repository: RepositoryId, commit: &Sha, found: Lfs) {
        self.known().insert(repository, (commit.clone(), found));
    }
}
