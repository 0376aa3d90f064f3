//! From the queue to a slot, and from the working copy to the first turn.

use serde_json::json;

use super::state::{Advance, Fired, because};
use super::{collect, hold, stack, turn};
use crate::attachment;
use crate::effect::{self, Start};
use crate::event_name::DomainEvent;
use crate::schedule::Reason;
use crate::task::{FailureClass, Next, Stage, Step};
use crate::text;

/// So often a session's working copy is laid out anew: whatever removes it again and again has to be seen to by people.
const ANEW: u32 = 3;

/// The task begins, or goes on where it was.
pub(super) fn begin(on: &mut Advance<'_>) -> Option<Fired> {
    stack::begin(on);
    let stage = std::mem::replace(&mut on.task.stage, Stage::Idle);
    let Stage::Queued {
        mut job,
        next,
        slot: true,
        progress,
        ..
    } = stage
    else {
        on.task.stage = stage;
        return None;
    };
    let now = on.cx.now;
    (on.task.waits_for, on.task.may_start) = (Reason::default(), None);
    let waited = now - job.queued_at;
    on.tell(match job.started_at {
        None => text::conversation::STARTED,
        Some(_) => text::conversation::GOES_ON,
    });
    job.started_at.get_or_insert(now);
    let (start, round) = (job.start, job.round);
    on.task.stage = Stage::Working {
        job,
        step: Step::Preparing { ready: false },
        progress,
    };
    on.note(
        DomainEvent::SessionDispatched,
        json!({ "waited_ms": waited, "round": round }),
    );
    match next {
        Next::Begin => prepare(on, start),
        Next::Revise => prepare(on, Start::Branch),
        Next::Conversation { interrupted } => {
            turn::begin(on, interrupted, "a slot is free; the agent goes on")
        }
        Next::Look { end } => collect::look(on, end),
    }
}

/// Has the working copy laid out.
pub(super) fn prepare(on: &mut Advance<'_>, start: Start) -> Option<Fired> {
    let job = on.task.job()?;
    let effect = effect::PrepareWorkspace {
        base_branch: job.base_branch.clone(),
        // A revision goes on from the branch, on whatever the base is by now.
        base: job.base.clone().filter(|_| start == Start::Base),
        branch: job.branch.clone(),
        agent: job.agent.clone(),
        start,
        attachments: attachment::named(job.snapshot.texts()).0,
        reads_policy: on.task.policy_read.is_old(on.cx.now),
    };
    on.set_step(Step::Preparing { ready: false });
    on.plan(effect);
    because("a slot is free")
}

/// The working copy is gone with what was done in it and not published: it is laid out anew, and a new session of the agent is told
/// all that was said so far.
pub(super) fn anew(on: &mut Advance<'_>) -> Option<Fired> {
    if !std::mem::take(&mut on.task.wanted.workspace_gone) {
        return None;
    }
    if let Some(turn) = on.task.stage.turn_mut().map(|turn| turn.clone()) {
        hold::unhear(on, &turn);
    }
    let published = on.task.branch_head.is_some();
    let job = on.task.job_mut()?;
    job.laid_out_anew += 1;
    if job.laid_out_anew > ANEW {
        return on.fail(FailureClass::NoWorkspace, text::failure::WORKSPACE_GONE);
    }
    (job.workspace, job.agent_session) = (None, None);
    let start = match job.round > 0 || job.moved || published {
        true => Start::Branch,
        false => job.start,
    };
    on.tell(text::failure::LAID_OUT_ANEW);
    prepare(on, start)?;
    because("the working copy is gone; it is laid out anew")
}

/// The working copy stands: the agent gets its task, and what people said meanwhile.
pub(super) fn prepared(on: &mut Advance<'_>) -> Option<Fired> {
    let Stage::Working {
        step: Step::Preparing { ready },
        ..
    } = &mut on.task.stage
    else {
        return None;
    };
    if !std::mem::take(ready) {
        return None;
    }
    turn::begin(on, false, "the working copy stands")
}
