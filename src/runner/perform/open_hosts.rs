//! Lets a running agent reach what people opened for it.

use crate::agent::Agents;
use crate::core::effect::OpenHosts;
use crate::core::failure::Failure;
use crate::runner::lease::Lease;
use crate::runner::performed::Performed;

/// An agent that is not there is told nothing: the next one begins with it.
pub(super) async fn perform(
    action: &OpenHosts,
    lease: &Lease,
    agents: &Agents,
) -> Result<Performed, Failure> {
    agents.allow(lease.session()?, &action.hosts).await;
    Ok(Performed::Done)
}
