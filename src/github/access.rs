//! Which installations are shut to us for now, and which one covers a repository that has moved.
//!
//! A suspended or removed installation is left alone for a while instead of being asked at every step (R25), and a repository
//! that was transferred is reached through its new owner (R26). It is kept in memory only: whoever asks anew finds it out again.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use tokio::sync::Notify;
use tokio::time::Instant;

use super::error::{ASLEEP, GitHubError};
use super::purpose::Scope;
use crate::core::ids::{InstallationId, RepositoryId};

/// So many repositories that moved are remembered.
const MOVED: usize = 1_000;

/// What is shut, and what has moved.
#[derive(Default)]
pub(super) struct Access {
    asleep: Mutex<HashMap<InstallationId, (Instant, GitHubError)>>,
    pub(super) fell_asleep: Notify,
    moved: Mutex<HashMap<RepositoryId, InstallationId>>,
}

impl Access {
    /// The error an installation that is left alone answers with.
    pub(super) fn awake(&self, installation: InstallationId) -> Result<(), GitHubError> {
        let mut asleep = self.asleep.lock().unwrap_or_else(PoisonError::into_inner);
        asleep.retain(|_, (until, _)| *until > Instant::now());
        asleep
            .get(&installation)
            .map_or(Ok(()), |(_, error)| Err(error.clone()))
    }

    pub(super) fn is_any_asleep(&self) -> bool {
        let asleep = self.asleep.lock().unwrap_or_else(PoisonError::into_inner);
        asleep.values().any(|(until, _)| *until > Instant::now())
    }

    pub(super) fn wake(&self, installation: InstallationId) {
        self.asleep
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(&installation);
    }

    /// The same scope at the installation that covers its repository now.
    pub(super) fn followed(&self, scope: Scope) -> Scope {
        let moved = self.moved.lock().unwrap_or_else(PoisonError::into_inner);
        let now = scope
            .repository
            .and_then(|repository| moved.get(&repository).copied());
        Scope {
            installation: now.unwrap_or(scope.installation),
            ..scope
        }
    }

    pub(super) fn follow(&self, repository: RepositoryId, installation: InstallationId) {
        let mut moved = self.moved.lock().unwrap_or_else(PoisonError::into_inner);
        if moved.len() >= MOVED {
            // What is forgotten here is found out again by asking.
            moved.clear();
        }
        moved.insert(repository, installation);
    }

    /// Leaves an installation alone for a while.
    pub(super) fn sleep(&self, installation: InstallationId, error: &GitHubError) {
        let until = Instant::now() + ASLEEP;
        self.asleep
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(installation, (until, error.clone()));
    }
}
