//! What the sessions of a task get besides what the operator gives to their agents.

use super::Task;
use crate::effect::Grants;

impl Task {
    /// From the repository's own policy, and from people who were asked about a host.
    pub fn grants(&self) -> Grants {
        let policy = self.policy.egress_allow.iter().cloned();
        let people = self.blocked.allowed().map(str::to_owned);
        Grants {
            egress: policy.chain(people).collect(),
            environment: self.policy.env.clone(),
            services: self.policy.services.clone(),
        }
    }
}
