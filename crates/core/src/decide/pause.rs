//! The switch: taking the label off (or a command) pauses a session with its working copy kept, putting it back goes on.

use serde_json::json;

use super::{Decision, Draft, turn};
use crate::event_name::DomainEvent;
use crate::task::{BlockReason, Job, Next, Planning, ReturnTo, Stage, Step};
use crate::text;

/// The label `agent:go` is gone.
pub(super) fn label_removed(mut draft: Draft<'_>, login: &str, at: i64) -> Decision {
    if at < draft.task.last_trigger {
        return draft.because("older than the last trigger");
    }
    if at <= draft.task.last_removal {
        return draft.because("this removal was taken before");
    }
    draft.task.last_removal = at;
    draft.task.switched(false);
    if let Stage::Checking { .. } = draft.task.stage {
        draft.uncheck();
        if !draft.task.is_kept() {
            return draft.because(format!("superseded: @{login} removed the label again"));
        }
    }
    if draft.task.can_revise() {
        draft.task.review.auto_fix_off = true;
        draft.task.tell(draft.cx.now, text::conversation::RESTS);
        return draft.because("the agent rests while its pull request is in review");
    }
    pause(draft, &text::conversation::label_removed(login))
}

/// Holds the session: its process goes, its working copy stays, and what it made so far is looked at and kept.
pub(super) fn pause(mut draft: Draft<'_>, why: &str) -> Decision {
    if let Some(back @ ReturnTo::Ended { .. }) = draft.task.side_question() {
        draft.task.review.auto_fix_off = true;
        return turn::abandon(draft, back, why);
    }
    let stage = draft.task.stage.clone();
    let (job, next, progress) = match stage {
        Stage::Idle | Stage::Checking { .. } | Stage::Ended { .. } => {
            return draft.because("nothing is on");
        }
        Stage::Blocked {
            reason: BlockReason::Paused { .. },
            ..
        } => return draft.because("it is paused already"),
        Stage::Queued {
            job,
            next,
            progress,
            ..
        } => (job, next, progress),
        Stage::Blocked {
            job,
            next,
            progress,
            ..
        } => (job, next, progress),
        Stage::Working {
            step: Step::Opening { .. } | Step::Answering,
            ..
        } => {
            return draft.because("it is finishing: nothing is left to pause");
        }
        Stage::Working {
            job,
            step,
            progress,
        } => {
            let next = interrupt(&mut draft, &job, &step);
            (job, next, progress)
        }
    };
    let mut job = job;
    // An errand ends with the pause; the session itself is where it was before.
    let next = match job.return_to.take() {
        Some(ReturnTo::Blocked { next, .. }) => *next,
        _ => next,
    };
    draft.task.stage = Stage::Blocked {
        job,
        reason: BlockReason::Paused {
            why: why.to_owned(),
        },
        next,
        progress,
        since: draft.cx.now,
    };
    draft
        .task
        .tell(draft.cx.now, text::conversation::paused(why));
    draft.note(DomainEvent::SessionPaused, json!({ "why": why }));
    draft.because(format!("paused: {why}"))
}

/// Ends what runs for the session now, and says where it goes on.
pub(super) fn interrupt(draft: &mut Draft<'_>, job: &Job, step: &Step) -> Next {
    match step {
        Step::Preparing => {
            if job.round > 0 || job.moved {
                Next::Revise
            } else {
                Next::Begin
            }
        }
        Step::Running { .. } | Step::Waiting { .. } => {
            if let Step::Running { turn } = step {
                turn::unhear(draft, turn);
            }
            // The look is the checkpoint: it ends the agent, and the mirror has what was made so far.
            draft.plan_look(text::pull::Said::Unfinished);
            Next::Conversation { interrupted: true }
        }
        Step::Collecting { end } => Next::Look { end: end.clone() },
        Step::Asking { end, .. } | Step::Publishing { end, .. } => Next::Look { end: end.clone() },
        Step::Opening { .. } | Step::Answering => Next::Conversation { interrupted: false },
    }
}

/// Goes on with a session that was paused. Where people are still asked, it waits for them again.
pub(super) fn resume(mut draft: Draft<'_>, why: &str) -> Decision {
    let Some(job) = draft.task.job().filter(|_| draft.task.is_paused()) else {
        return draft.because("nothing is paused");
    };
    let planning = job.plan == Planning::Wanted && draft.task.conversation.plan_comment.is_some();
    let wait = match (draft.task.open_questions().next().is_some(), planning) {
        (true, _) => Some(BlockReason::Asked),
        (false, true) => Some(BlockReason::Plan),
        (false, false) => None,
    };
    draft
        .task
        .tell(draft.cx.now, text::conversation::resumed(why));
    draft.note(DomainEvent::SessionResumed, json!({ "why": why }));
    if let Some(ReturnTo::Blocked { reason, .. }) =
        draft.job_mut().and_then(|job| job.return_to.as_mut())
    {
        *reason = wait.unwrap_or(BlockReason::Asked);
        return draft.because("it goes on once it has answered a person");
    }
    if let (Some(wait), Stage::Blocked { reason, .. }) = (wait, &mut draft.task.stage) {
        *reason = wait;
        return draft.because("not paused any more; people are still asked");
    }
    resume_now(draft, why)
}

/// Puts a held session back into the queue, where it keeps its place by age.
pub(super) fn resume_now(mut draft: Draft<'_>, why: &str) -> Decision {
    let Stage::Blocked {
        job,
        next,
        progress,
        ..
    } = draft.task.stage.clone()
    else {
        return draft.because("nothing is held");
    };
    draft.task.stage = Stage::Queued {
        job,
        told: None,
        next,
        progress,
    };
    draft.because(format!("goes on when a slot is free: {why}"))
}

/// Lets a session that rests answer a person's question, after which it rests again.
pub(super) fn side_question(mut draft: Draft<'_>, back: ReturnTo, why: &str) -> Decision {
    let (mut job, progress, next) = match draft.task.stage.clone() {
        Stage::Blocked { job, progress, .. } => {
            (job, progress, Next::Conversation { interrupted: false })
        }
        Stage::Ended {
            job: Some(job),
            progress,
            ..
        } => (job, progress, Next::Revise),
        _ => return draft.because("no session rests here"),
    };
    job.return_to = Some(back);
    draft.task.stage = Stage::Queued {
        job,
        told: None,
        next,
        progress,
    };
    draft.because(format!("answers when a slot is free: {why}"))
}
