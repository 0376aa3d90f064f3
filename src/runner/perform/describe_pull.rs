//! Makes our part of our pull request's text say this, with a statement of provenance signed anew.

use crate::core::effect::DescribePull;
use crate::core::failure::Failure;
use crate::core::ids::IssueNumber;
use crate::github::At;
use crate::runner::lease::Lease;
use crate::runner::own_part;
use crate::runner::performed::Performed;
use crate::runner::provenance::Stating;

/// What people wrote around it stays.
pub(super) async fn perform(
    action: &DescribePull,
    lease: &Lease,
    scope: &Stating<'_>,
) -> Result<Performed, Failure> {
    let (github, place) = (scope.github, lease.place());
    let recorded = action.recorded.as_deref();
    let part = scope.signed(&action.part, recorded, place).await?;
    let at = At::of(place);
    let pull = github.pull(&at, IssueNumber(action.pull)).await?;
    own_part::write(github, &at, &pull, &part).await?;
    Ok(Performed::Done)
}
