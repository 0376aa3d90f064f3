//! Hides a comment of ours that is out of date.

use crate::core::effect::HideComment;
use crate::core::failure::Failure;
use crate::github::{At, GitHub, GitHubError};
use crate::runner::lease::Lease;
use crate::runner::performed::Performed;

/// One that is gone need not be hidden.
pub(super) async fn perform(
    action: &HideComment,
    lease: &Lease,
    github: &GitHub,
) -> Result<Performed, Failure> {
    let at = At::of(lease.place());
    match github.minimize_comment(&at, action.comment).await {
        Err(GitHubError::NotFound { .. } | GitHubError::Gone { .. }) => Ok(Performed::Done),
        other => other.map(|()| Performed::Done).map_err(Into::into),
    }
}
