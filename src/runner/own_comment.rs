//! Our own comments: found by their number or by their mark, edited where they are, posted where they are not (any more).
//! It must never post twice what it can find.

use super::lease::Lease;
use super::scope::Comments;
use crate::core::effect::Worth;
use crate::core::failure::Failure;
use crate::core::ids::{CommentId, IssueNumber};
use crate::github::{At, GitHubError};

/// How far back a mark is looked for before the effect was planned, milliseconds.
const LOOK_BACK: i64 = 3_600_000;

/// A comment as it shall be.
pub(super) struct OwnComment<'a> {
    /// The number it stands under.
    pub(super) on: IssueNumber,
    /// Its number, once known.
    pub(super) known: Option<CommentId>,
    /// What it is worth that it is there.
    pub(super) worth: Worth,
    /// What it is found by.
    pub(super) mark: &'a str,
    /// Markdown, without the mark.
    pub(super) body: &'a str,
}

impl Comments<'_> {
    /// Makes a comment say this; answers its number.
    pub(super) async fn put(
        &self,
        lease: &Lease,
        comment: &OwnComment<'_>,
    ) -> Result<CommentId, Failure> {
        let at = At::of(lease.place());
        let text = format!("{}\n{}", comment.body, comment.mark);
        let known = match comment.known {
            Some(id) => Some(id),
            None => {
                self.github.room(at.installation, comment.worth)?;
                self.find(lease, comment.on, comment.mark).await?
            }
        };
        if let Some(id) = known {
            match self.github.edit_comment(&at, id, &text).await {
                // Somebody deleted it: it is posted anew below.
                Err(GitHubError::NotFound { .. } | GitHubError::Gone { .. }) => {}
                other => return other.map(|()| id).map_err(Into::into),
            }
        }
        let (on, worth) = (comment.on, comment.worth);
        let posted = self.github.create_comment_of(&at, on, &text, worth);
        Ok(posted.await?)
    }

    /// Looks for our comment by its mark; after a first try of unknown outcome twice, because listings lag.
    pub(super) async fn find(
        &self,
        lease: &Lease,
        on: IssueNumber,
        mark: &str,
    ) -> Result<Option<CommentId>, GitHubError> {
        let at = At::of(lease.place());
        let since = Some(lease.made_since() - LOOK_BACK);
        let found = match self.github.find_comment(&at, on, since, mark).await {
            // Nobody may be left without a word because a list cannot be read; a first try has posted nothing yet.
            Err(error) if lease.is_first_try() && is_definite(&error) => {
                tracing::warn!(%error, "our comments cannot be listed; a new one is posted");
                None
            }
            found => found?,
        };
        if found.is_some() || lease.is_first_try() {
            return Ok(found);
        }
        tokio::time::sleep(self.look_again).await;
        self.github.find_comment(&at, on, since, mark).await
    }
}

/// Whether asking again will not help.
fn is_definite(error: &GitHubError) -> bool {
    !matches!(
        error,
        GitHubError::Unreachable { .. }
            | GitHubError::Unanswered { .. }
            | GitHubError::Unknown { .. }
            | GitHubError::TokenRefused { .. }
            | GitHubError::Limited { .. }
            | GitHubError::Paced { .. }
            | GitHubError::Suspended
    )
}
