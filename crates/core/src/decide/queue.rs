//! From the queue to a slot. Which task gets one is `core::schedule`'s choice; here it only starts.

use serde_json::json;

use super::work::look;
use super::{Decision, Draft, turn};
use crate::effect::{self, Start};
use crate::event_name::DomainEvent;
use crate::task::{Job, Next, Stage, Step};

/// A slot is free for this task: it begins, or goes on where it was.
pub(super) fn granted(mut draft: Draft<'_>) -> Decision {
    let now = draft.cx.now;
    let Stage::Queued {
        job,
        next,
        progress,
        ..
    } = draft.task.stage.clone()
    else {
        return draft.because("a slot for a task that does not wait");
    };
    draft.task.short = false;
    let mut job = job;
    let waited = now - job.queued_at;
    draft.task.tell(
        now,
        if job.started_at.is_none() {
            "Started."
        } else {
            "Resumed."
        },
    );
    job.started_at.get_or_insert(now);
    draft.task.stage = Stage::Working {
        job: job.clone(),
        step: Step::Preparing,
        progress,
    };
    draft.note(
        DomainEvent::SessionDispatched,
        json!({ "waited_ms": waited, "round": job.round }),
    );
    match next {
        Next::Begin => prepare(draft, &job, job.start),
        Next::Revise => prepare(draft, &job, Start::Branch),
        Next::Conversation { interrupted } => {
            turn::run(draft, interrupted, "a slot is free; the agent goes on")
        }
        Next::Look { end } => look(draft, end),
    }
}

/// Has the working copy laid out.
pub(super) fn prepare(mut draft: Draft<'_>, job: &Job, start: Start) -> Decision {
    let effect = effect::PrepareWorkspace {
        base_branch: job.base_branch.clone(),
        // A revision goes on from the branch, on whatever the base is by now.
        base: job.base.clone().filter(|_| start == Start::Base),
        branch: job.branch.clone(),
        agent: job.agent.clone(),
        start,
    };
    draft.set_step(Step::Preparing);
    draft.plan(effect);
    draft.because("a slot is free")
}

/// No slot yet, or no room on the machine.
pub(super) fn waiting(
    mut draft: Draft<'_>,
    (position, total): (i64, i64),
    short: bool,
) -> Decision {
    let Stage::Queued { told, .. } = &mut draft.task.stage else {
        return draft.because("it does not wait any more");
    };
    let turned = std::mem::replace(&mut draft.task.short, short) != short;
    if *told == Some((position, total)) && !turned {
        return draft.because("its place is known");
    }
    *told = Some((position, total));
    draft.note(
        DomainEvent::TaskWaiting,
        json!({ "position": position, "total": total }),
    );
    draft.because(format!("waits as {position} of {total}"))
}
