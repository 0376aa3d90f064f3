//! Reacts to a comment, and takes back the reaction that is no longer true.

use crate::core::effect::ReactTo;
use crate::core::failure::Failure;
use crate::github::{At, GitHub, GitHubError};
use crate::runner::lease::Lease;
use crate::runner::performed::Performed;

/// Adds the one, then takes the other. A comment that is gone meanwhile needs no reaction.
pub(super) async fn perform(
    action: &ReactTo,
    lease: &Lease,
    github: &GitHub,
) -> Result<Performed, Failure> {
    let at = At::of(lease.place());
    match github
        .react_to_comment(&at, action.comment, action.reaction)
        .await
    {
        Err(GitHubError::NotFound { .. } | GitHubError::Gone { .. }) => return Ok(Performed::Done),
        other => other?,
    }
    if let Some(old) = action.instead_of {
        github
            .unreact_from_comment(&at, action.comment, old)
            .await?;
    }
    Ok(Performed::Done)
}
