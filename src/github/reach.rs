//! Leaving alone what is shut to us, and following a repository to where it moved: what GitHub told us, and what we find out.

use super::at::At;
use super::client::GitHub;
use super::error::GitHubError;
use super::purpose::{Purpose, Scope};
use crate::core::ids::{InstallationId, RepositoryId, RepositoryName};

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
        self.shut_by(installation, repository).is_some()
    }

    /// The same, with what shuts it.
    pub fn shut_by(
        &self,
        installation: InstallationId,
        repository: RepositoryId,
    ) -> Option<GitHubError> {
        let scope = Scope {
            installation,
            repository: Some(repository),
            purpose: Purpose::Read,
        };
        let access = &self.0.access;
        access.awake(access.followed(scope).installation).err()
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
        self.0.access.sleep(installation, error);
        self.0.tokens.drop_all(installation);
        self.0.access.fell_asleep.notify_waiters();
    }
}
