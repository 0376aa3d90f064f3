//! From the queue to a slot. Which task gets one is `core::schedule`'s choice; here it only starts.

use serde_json::json;

use super::{Decision, Draft};
use crate::core::effect::Effect;
use crate::core::story::Happening;
use crate::core::task::{Progress, Stage, Step};

/// A slot is free for this task.
pub(super) fn granted(mut draft: Draft<'_>) -> Decision {
    let now = draft.cx.now;
    let Stage::Queued { job, .. } = &draft.task.stage else {
        return draft.because("a slot for a task that does not wait");
    };
    let mut job = job.clone();
    job.started_at = Some(now);
    let effect = Effect::PrepareWorkspace {
        place: draft.task.place.clone(),
        session: job.session.clone(),
        base_branch: job.base_branch.clone(),
        base: job.base.clone(),
        branch: job.branch.clone(),
        agent: job.agent.clone(),
    };
    let waited = now - job.queued_at;
    draft.task.stage = Stage::Working { job, step: Step::Preparing, progress: Progress::default() };
    draft.task.tell(now, "Started.");
    draft.note(Happening::SessionDispatched, json!({ "waited_ms": waited }));
    draft.plan(effect);
    draft.show();
    draft.because("a slot is free")
}

/// No slot yet.
pub(super) fn waiting(mut draft: Draft<'_>, position: i64, total: i64) -> Decision {
    let Stage::Queued { told, .. } = &mut draft.task.stage else {
        return draft.because("it does not wait any more");
    };
    if *told == Some((position, total)) {
        return draft.because("its place is known");
    }
    let first = told.replace((position, total)).is_none();
    draft.note(Happening::TaskWaiting, json!({ "position": position, "total": total }));
    if first {
        draft.show();
    } else {
        draft.show_progress();
    }
    draft.because(format!("waits as {position} of {total}"))
}
