//! What may hold a job that is accepted: whether GitHub has to be asked what it waits for, and whether a person has to agree.

use crate::decide::advance::{approval, project};
use crate::dependency;
use crate::event::{Asking, TriggerFacts};
use crate::label;
use crate::policy::CHECKPOINT_LABEL;
use crate::role::Role;
use crate::task::{Approval, ApprovalReason, Read, Reading, Task};

/// A start that is accepted.
pub(super) struct Start<'a> {
    /// What was read of it.
    pub(super) facts: &'a TriggerFacts,
    /// As what it works.
    pub(super) role: &'a Role,
    /// Who agreed to it, if somebody did.
    pub(super) approved_by: Option<String>,
    /// Whether it takes the place of one that waits, with what was said about that.
    pub(super) anew: bool,
    /// Whether the operator wants a person to agree to each start here.
    pub(super) by_repository: bool,
}

impl Start<'_> {
    /// A person wants it started in spite of everything that would hold it.
    fn passes(&self) -> bool {
        self.facts.asking == Asking::Override
    }
}

/// Sets the gates of a new job.
pub(super) fn set(task: &mut Task, start: &Start<'_>, now: i64) {
    let before = std::mem::take(&mut task.gates);
    if start.anew {
        (task.gates.waived, task.gates.cycle) = (before.waived, before.cycle);
    }
    if start.passes() {
        // What is known is passed, and that nothing could be read; what is found later counts again.
        task.gates.waived.add(&task.dependencies, Reading::Failed);
        task.gates.cycle.clear();
        return;
    }
    if may_wait(task, start.facts) {
        task.gates.reading = Reading::Asked;
        if !task.wanted.reads.contains(&Read::Dependencies) {
            task.wanted.reads.push(Read::Dependencies);
        }
    }
    task.gates.project = project::on_hold(&start.facts.project, now);
    let kept = before.approval.filter(|_| start.anew);
    task.gates.approval = reason(start).map(|why| Approval {
        why,
        since: kept.as_ref().map_or(now, |kept| kept.since),
        reminded: kept.as_ref().is_some_and(|kept| kept.reminded),
        stale: false,
        counts_from: now,
        look_at: now + approval::FIRST_LOOK,
        looked: 0,
        by: (start.approved_by.clone()).or_else(|| kept.filter(|kept| !kept.stale)?.by),
        void: None,
    });
}

/// Whether there is anything to read: GitHub's own count, or words that may name an issue.
fn may_wait(task: &Task, facts: &TriggerFacts) -> bool {
    let known = &task.dependencies;
    facts.links.blockers > 0
        || facts
            .labels_now
            .iter()
            .any(|name| dependency::is_label(name))
        || dependency::may_name(&facts.snapshot.body)
        || !(known.blockers.is_empty() && known.unresolved.is_empty() && known.hidden == 0)
}

fn reason(start: &Start<'_>) -> Option<ApprovalReason> {
    if label::has(&start.facts.labels_now, CHECKPOINT_LABEL) {
        return Some(ApprovalReason::Checkpoint);
    }
    if start.role.approve {
        return Some(ApprovalReason::Role);
    }
    if start.by_repository {
        return Some(ApprovalReason::Repository);
    }
    let asking = start.facts.asking;
    let by_itself = matches!(
        asking,
        Asking::Rule | Asking::Sprint | Asking::Discovery | Asking::Recurring
    );
    (start.role.plan && by_itself).then_some(ApprovalReason::Planning)
}
