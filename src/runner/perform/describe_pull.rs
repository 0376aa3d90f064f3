//! Makes our part of our pull request's text say this.

use crate::core::effect::DescribePull;
use crate::core::failure::Failure;
use crate::core::ids::IssueNumber;
use crate::github::{At, GitHub};
use crate::runner::lease::Lease;
use crate::runner::own_part;
use crate::runner::performed::Performed;

/// What people wrote around it stays.
pub(super) async fn perform(
    action: &DescribePull,
    lease: &Lease,
    github: &GitHub,
) -> Result<Performed, Failure> {
    let at = At::of(lease.place());
    let pull = github.pull(&at, IssueNumber(action.pull)).await?;
    own_part::write(github, &at, &pull, &action.part).await?;
    Ok(Performed::Done)
}
