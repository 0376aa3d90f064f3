//! What a task has spent, against what it may: read from its meter, the policy and its role.

use super::meter::{Since, Waited};
use super::{BlockReason, Stage, Step, Task};
use crate::budget::{Amounts, Cap, Left, TurnBudget, WARN_PERCENT, percent};
use crate::ids::SessionId;
use crate::policy::Policy;
use crate::role::RoleLimits;
use crate::usage::{Price, Spent};

impl Task {
    /// What it has used of a limit.
    pub fn used(&self, cap: Cap) -> u64 {
        let spent = &self.meter.spent;
        match cap {
            Cap::Attempts => self.sessions.into(),
            Cap::Time => u64::try_from(spent.worked_ms).unwrap_or_default(),
            Cap::Tokens => spent.tokens.total(),
            Cap::Cost => spent.cost.amount,
        }
    }

    /// What it may use in all: by configuration, by its role, and by what people raised; 0 where there is no limit.
    pub fn caps(&self, policy: &Policy) -> Amounts {
        let own = self
            .job()
            .map_or_else(RoleLimits::default, |job| job.role.limits);
        own.caps(&policy.limits).raised_by(&self.meter.raised)
    }

    /// What is used up so that no further turn may begin.
    pub fn used_up(&self, policy: &Policy) -> Option<Cap> {
        let caps = self.caps(policy);
        let begun = self.job().is_some_and(|job| job.started_at.is_some());
        let over = |cap: &Cap| match (caps.of(*cap), self.used(*cap)) {
            (0, _) => false,
            // The last session that it may have is one that it may have.
            (limit, used) if *cap == Cap::Attempts => used > limit && !begun,
            (limit, used) => used >= limit,
        };
        Cap::ALL.into_iter().find(over)
    }

    /// What is used up or nearly so.
    pub fn nearly_used_up(&self, policy: &Policy) -> Vec<Cap> {
        let caps = self.caps(policy);
        let near = |cap: &Cap| percent(self.used(*cap), caps.of(*cap)) >= WARN_PERCENT;
        Cap::ALL.into_iter().filter(near).collect()
    }

    /// What a session has cost, as far as it is the one in hand or the last one.
    pub fn session_usage(&self, session: &SessionId) -> Spent {
        let meter = self
            .meter
            .session
            .as_ref()
            .filter(|meter| meter.session == *session);
        meter.map(|meter| meter.spent).unwrap_or_default()
    }

    /// The price of the tokens of the session in hand: that of its model, else that of its agent.
    pub fn price<'a>(&self, policy: &'a Policy) -> Option<&'a Price> {
        let job = self.job()?;
        let of_model = job
            .role
            .model
            .as_ref()
            .and_then(|model| policy.prices.get(model));
        of_model.or_else(|| policy.prices.get(&job.agent))
    }

    /// What a turn that begins now has left.
    pub fn turn_budget(&self, policy: &Policy, now: i64) -> TurnBudget {
        let caps = self.caps(policy);
        let left = |cap: Cap| {
            let warned = self.meter.warned.contains(&cap);
            Left::of(self.used(cap), caps.of(cap), warned)
        };
        let session = self.job().map(|job| &job.session);
        let meter = self
            .meter
            .session
            .as_ref()
            .filter(|meter| Some(&meter.session) == session);
        TurnBudget {
            time: left(Cap::Time),
            tokens: left(Cap::Tokens),
            cost: left(Cap::Cost),
            price: self.price(policy).copied(),
            counter: meter.map(|meter| meter.counter.clone()).unwrap_or_default(),
            began: now,
        }
    }

    /// It waits for people: nothing of it runs until somebody does something.
    pub fn waits_for_people(&self) -> bool {
        match &self.stage {
            Stage::Idle | Stage::Checking { .. } | Stage::Queued { .. } => false,
            Stage::Working { step, .. } => matches!(step, Step::Waiting { .. }),
            Stage::Blocked { reason, .. } => !matches!(reason, BlockReason::Later { .. }),
            Stage::Ended { .. } => self.can_revise(),
        }
    }

    /// Starts or stops the clock of the waiting, as the task stands.
    pub fn clock_waiting(&mut self, now: i64) {
        let waits = self.waits_for_people();
        let total = self.meter.spent.tokens.total();
        let (ms, tokens) = self.meter.waited(now);
        match (waits, self.meter.waited.since) {
            (true, None) => {
                self.meter.waited.since = Some(Since {
                    at: now,
                    tokens: total,
                })
            }
            (false, Some(_)) => {
                self.meter.waited = Waited {
                    ms,
                    tokens,
                    since: None,
                };
            }
            (true, Some(_)) | (false, None) => {}
        }
    }
}
