//! Where a task stands as far as the schedule goes.

use super::{Job, Stage, Task};
use crate::actor::Actor;
use crate::ids::UserId;
use crate::schedule::{Live, Queued, Reason, Standing, Told};

impl Task {
    /// Where it stands as far as the schedule goes: whether it waits for a slot, has one since `now` (epoch milliseconds), or
    /// neither. `before` is what it was.
    pub fn standing(&self, before: &Self, now: i64) -> Standing {
        match &self.stage {
            Stage::Queued { .. } if self.gate().is_some() => Standing::Held,
            Stage::Queued { job, told, .. } => Standing::Queued(Queued {
                installation: self.place.installation,
                role: job.role.name.to_string(),
                agents: agents(job),
                person: beginner(job),
                priority: self.priority(),
                queued_at: job.queued_at,
                told: self.told(*told),
            }),
            Stage::Working { job, .. } => Standing::Live(Live {
                installation: self.place.installation,
                role: job.role.name.to_string(),
                agent: job.agent.clone(),
                since: now,
                began: before.job().and_then(beginner),
            }),
            Stage::Idle | Stage::Checking { .. } | Stage::Blocked { .. } | Stage::Ended { .. } => {
                Standing::Away
            }
        }
    }

    /// What its people know of its wait; `None` before anybody looked.
    fn told(&self, place: Option<(i64, i64)>) -> Option<Told> {
        let is_known = place.is_some() || self.waits_for != Reason::Turn;
        is_known.then(|| Told {
            place,
            reason: self.waits_for.clone(),
            within: None,
        })
    }
}

/// The agents it may be given to. What one has begun only that one knows.
fn agents(job: &Job) -> Vec<String> {
    let others = job.role.fallbacks.iter();
    let begun = job.agent_session.is_some() || job.started_at.is_some();
    std::iter::once(&job.agent)
        .chain(others.filter(|agent| !begun && **agent != job.agent))
        .cloned()
        .collect()
}

/// Who asked for a session that has not begun: its start counts as one of theirs.
fn beginner(job: &Job) -> Option<UserId> {
    match &job.actor {
        Actor::Person(account) if job.started_at.is_none() => Some(account.id),
        Actor::Person(_) | Actor::Operator => None,
    }
}
