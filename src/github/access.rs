//! Which installations are shut to us for now, and which one covers a repository that has moved.
//!
//! A suspended or removed installation is left alone for a while instead of being asked at every step (R25), and a repository
//! that was transferred is reached through its new owner (R26). It is kept in memory only: whoever asks anew finds it out again.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::Instant;

use super::error::GitHubError;
use super::token::{Purpose, Scope};
use super::{At, GitHub};
use crate::core::ids::{InstallationId, RepositoryId, RepositoryName};

/// How long a suspended or removed installation is not asked again.
pub(super) const ASLEEP: Duration = Duration::from_secs(300);
/// So many repositories that moved are remembered.
const MOVED: usize = 1_000;

/// What is shut, and what has moved.
#[derive(Default)]
pub(super) struct Access {
    asleep: Mutex<HashMap<InstallationId, (Instant, GitHubError)>>,
    fell_asleep: Notify,
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

    fn is_any_asleep(&self) -> bool {
        let asleep = self.asleep.lock().unwrap_or_else(PoisonError::into_inner);
        asleep.values().any(|(until, _)| *until > Instant::now())
    }

    fn wake(&self, installation: InstallationId) {
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

    fn follow(&self, repository: RepositoryId, installation: InstallationId) {
        let mut moved = self.moved.lock().unwrap_or_else(PoisonError::into_inner);
        if moved.len() >= MOVED {
            // What is forgotten here is found out again by asking.
            moved.clear();
        }
        moved.insert(repository, installation);
    }
}

impl GitHub {
    /// Asks GitHub again about an installation that was suspended or removed (after its `unsuspend` or `created` event).
    pub fn wake(&self, installation: InstallationId) {
        self.0.access.wake(installation);
    }

    /// GitHub told us that an installation is suspended: it is left alone until it is woken, or for a while.
    pub fn suspended(&self, installation: InstallationId) {
        self.sleep(installation, &GitHubError::Suspended);
    }

    /// GitHub told us that an installation is gone.
    pub fn uninstalled(&self, installation: InstallationId) {
        self.sleep(installation, &GitHubError::Uninstalled);
    }

    /// GitHub told us which installation covers a repository that was renamed or moved.
    pub fn moved(&self, repository: RepositoryId, installation: InstallationId) {
        self.0.access.follow(repository, installation);
    }

    /// Whether the installation that covers a repository is shut to us, as far as is known without asking.
    pub fn is_shut(&self, installation: InstallationId, repository: RepositoryId) -> bool {
        let scope = Scope {
            installation,
            repository: Some(repository),
            purpose: Purpose::Read,
        };
        let access = &self.0.access;
        access.awake(access.followed(scope).installation).is_err()
    }

    /// Whether any installation is shut to us.
    pub fn is_any_shut(&self) -> bool {
        self.0.access.is_any_asleep()
    }

    /// Waits until the installation that covers a repository is shut to us, and tells why.
    pub async fn shut(&self, at: &At) -> GitHubError {
        loop {
            let mut news = std::pin::pin!(self.0.access.fell_asleep.notified());
            // Heard from here on, so that nothing happens between the look and the wait.
            news.as_mut().enable();
            if let Err(error) = self
                .0
                .access
                .awake(self.0.access.followed(at.scope(Purpose::Read)).installation)
            {
                return error;
            }
            news.await;
        }
    }

    /// The scope at another installation, when the repository has moved to an owner who has the App as well (R26).
    pub(super) async fn elsewhere(&self, scope: Scope, name: &str) -> Option<Scope> {
        let repository = scope.repository?;
        let name: RepositoryName = name.parse().ok()?;
        // What this asks for is a token of all repositories, so that it comes here no second time.
        let found = Box::pin(self.locate(&name)).await.ok()?;
        if found.repository != repository || found.installation == scope.installation {
            return None;
        }
        tracing::info!(%name, installation = found.installation.0, "the repository moved; it goes on through its new owner");
        self.0.access.follow(repository, found.installation);
        Some(Scope {
            installation: found.installation,
            ..scope
        })
    }

    /// Leaves a suspended or removed installation alone for a while.
    pub(super) fn rest(&self, scope: Scope, error: &GitHubError) {
        if matches!(error, GitHubError::Suspended | GitHubError::Uninstalled) {
            self.sleep(self.0.access.followed(scope).installation, error);
        }
    }

    /// Leaves an installation alone. Its tokens are worth nothing any more: whoever asks after the rest asks GitHub.
    fn sleep(&self, installation: InstallationId, error: &GitHubError) {
        let until = Instant::now() + ASLEEP;
        self.0
            .access
            .asleep
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(installation, (until, error.clone()));
        self.0.tokens.drop_all(installation);
        self.0.access.fell_asleep.notify_waiters();
    }
}
