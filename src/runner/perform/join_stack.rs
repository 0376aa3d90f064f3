//! Puts our pull request onto the one below in one of GitHub's own stacks.

use crate::core::effect::JoinStack;
use crate::core::failure::Failure;
use crate::core::ids::IssueNumber;
use crate::github::{At, Stacking};
use crate::runner::lease::Lease;
use crate::runner::performed::Performed;
use crate::runner::scope::Stacks;

/// Without such stacks the one goes to the other's branch all the same; that there are none is said once.
pub(super) async fn perform(
    action: &JoinStack,
    lease: &Lease,
    stacks: &Stacks<'_>,
) -> Result<Performed, Failure> {
    let at = At::of(lease.place());
    let (below, pull) = (IssueNumber(action.below), IssueNumber(action.pull));
    match stacks.github.stack(&at, below, pull).await? {
        Stacking::Done => stacks.declined.granted(at.installation),
        Stacking::Declined { why } => {
            if stacks.declined.is_news(at.installation) {
                tracing::info!(
                    installation = %at.installation,
                    why,
                    "GitHub makes no stack of these pull requests; each goes to the branch of the one below all the same"
                );
            }
        }
    }
    Ok(Performed::Done)
}
