//! A repository's git address with a token for one purpose, and what is done when the host takes either of them no more.
//!
//! A token the host refuses is never used again, and a repository that was renamed is followed by its identity: the new
//! name is GitHub's own answer for the repository we act for, never the address a redirect leads to.

use crate::core::failure::Failure;
use crate::core::location::Place;
use crate::git::{GitError, Remote};
use crate::github::{At, GitHub, Purpose, Token};

/// An address and the token for it.
pub(super) struct AuthenticatedRemote<'a> {
    github: &'a GitHub,
    place: &'a Place,
    purpose: Purpose,
    pub(super) token: Token,
    pub(super) remote: Remote,
}

impl<'a> AuthenticatedRemote<'a> {
    /// The address as it is known, with a token.
    pub(super) async fn open(
        github: &'a GitHub,
        place: &'a Place,
        purpose: Purpose,
    ) -> Result<Self, Failure> {
        let token = github.token(&At::of(place), purpose).await?;
        let url = github.clone_url(&place.name);
        let remote = Remote {
            repository: place.repository,
            url,
            token: Some(token.secret.clone()),
        };
        Ok(Self {
            github,
            place,
            purpose,
            token,
            remote,
        })
    }

    /// Asks the host, and once more where that can help.
    pub(super) async fn ask<T, F>(&mut self, ask: impl Fn(Remote) -> F) -> Result<T, Failure>
    where
        F: Future<Output = Result<T, GitError>>,
    {
        match ask(self.remote.clone()).await {
            Ok(answer) => Ok(answer),
            Err(error) => {
                self.refresh(error).await?;
                Ok(ask(self.remote.clone()).await?)
            }
        }
    }

    /// Ends the token, which was for this line alone.
    pub(super) async fn hang_up(self) {
        if let Err(error) = self.github.revoke(&self.token).await {
            tracing::debug!(%error, "the push token was not revoked; it ends by itself");
        }
    }

    /// Makes the line good for one more try after `error`; gives the error back when that cannot help.
    pub(super) async fn refresh(&mut self, error: GitError) -> Result<(), Failure> {
        let (github, at) = (self.github, At::of(self.place));
        match error {
            GitError::BadToken => {
                github.invalidate(&self.token).await;
                self.token = github.token(&at, self.purpose).await?;
                self.remote.token = Some(self.token.secret.clone());
                Ok(())
            }
            GitError::Redirected => {
                self.remote.url = github.clone_url(&github.repository(&at).await?.name);
                Ok(())
            }
            // Git says only "403": whether the whole installation is shut to us is for the API to tell.
            GitError::Forbidden { .. } | GitError::Rejected { .. } => {
                github.repository(&at).await?;
                Err(error.into())
            }
            other => Err(other.into()),
        }
    }
}
