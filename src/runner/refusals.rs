//! Of which installations and repositories the operator was told something that is not needed for work, so that it is told once.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use crate::core::ids::{InstallationId, RepositoryId};

/// So many are remembered; of others nobody is told.
const MOST: usize = 1_000;

/// Those that refused, as far as the operator was told.
#[derive(Debug, Default)]
pub struct Refusals(Mutex<BTreeSet<InstallationId>>);

impl Refusals {
    /// It refused; whether nobody was told yet.
    pub(super) fn is_news(&self, installation: InstallationId) -> bool {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.len() < MOST && known.insert(installation)
    }

    /// It let us: should it refuse again, that is news.
    pub(super) fn granted(&self, installation: InstallationId) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.remove(&installation);
    }
}

/// The repositories of which the operator was told something.
#[derive(Debug, Default)]
pub struct ToldOf(Mutex<BTreeSet<RepositoryId>>);

impl ToldOf {
    /// Whether nobody was told of it yet.
    pub fn is_news(&self, repository: RepositoryId) -> bool {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.len() < MOST && known.insert(repository)
    }
}
