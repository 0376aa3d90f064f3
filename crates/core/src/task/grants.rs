//! What the sessions of a task get besides what the operator gives to their agents.

use super::Task;
use crate::effect::Grants;

impl Task {
    /// From the repository's own policy.
    pub fn grants(&self) -> Grants {
        Grants {
            egress: self.policy.egress_allow.clone(),
            environment: self.policy.env.clone(),
        }
    }
}
