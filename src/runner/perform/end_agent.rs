//! Ends the agent's process tree.

use crate::agent::Agents;
use crate::core::failure::Failure;
use crate::runner::lease::Lease;
use crate::runner::performed::Performed;

/// What is gone is ended.
pub(super) async fn perform(lease: &Lease, agents: &Agents) -> Result<Performed, Failure> {
    agents.close(lease.session()?).await?;
    Ok(Performed::Done)
}
