//! Who holds sessions to their memory and their processes: control groups of skep's own where it has some, and otherwise the watchers
//! alone. It decides nothing about either.

use std::sync::Arc;

use super::Agents;
use super::cgroup::enter;
use super::error::AgentError;
use super::launch::{Launch, LaunchContext};
use super::sandbox::Confinement;
use super::spawn::Order;
use crate::core::text::cgroup as text;

/// The kernel counts threads as processes.
const THREADS: u64 = 8;

impl Agents {
    /// Who holds sessions to their limits, in a sentence for operators.
    pub fn limits_held_by(&self) -> String {
        match &self.inner.ground.cgroups {
            Ok(_) => text::OWN.to_owned(),
            Err(why) => text::watchers(why),
        }
    }
}

impl LaunchContext {
    /// Gives a start a control group of its own, where there are any. A container has one of its engine's.
    pub(super) fn hold(
        &self,
        order: &mut Order,
        (launch, mark): (&Launch, &str),
        confinement: &Confinement,
    ) -> Result<(), AgentError> {
        let Some(cgroups) = self.cgroups.as_ref().ok() else {
            return Ok(());
        };
        if confinement.brings_programs() {
            return Ok(());
        }
        let threads = launch.resources.processes;
        let threads = threads.map(|most| most.saturating_mul(THREADS));
        let group = cgroups
            .make(mark, threads)
            .map_err(|error| AgentError::Spawn {
                what: "a control group".to_owned(),
                why: error.to_string(),
            })?;
        let argv = std::mem::take(&mut order.argv);
        order.argv = enter::line(self.fence.inner(), group.folder(), argv);
        order.group = Some(Arc::new(group));
        Ok(())
    }
}
