//! Reacts to the issue, and takes back the reaction that is no longer true.

use crate::core::effect::React;
use crate::core::failure::Failure;
use crate::github::{At, GitHub};
use crate::runner::lease::Lease;
use crate::runner::performed::Performed;

/// Adds the one, then takes the other.
pub(super) async fn perform(
    action: &React,
    lease: &Lease,
    github: &GitHub,
) -> Result<Performed, Failure> {
    let (at, issue) = (At::of(lease.place()), lease.place().issue);
    github.react_to_issue(&at, issue, action.reaction).await?;
    if let Some(old) = action.instead_of {
        github.unreact_from_issue(&at, issue, old).await?;
    }
    Ok(Performed::Done)
}
