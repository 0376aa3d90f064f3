//! What a person wants of a session that is on: stop, pause, go on, try now, carry out the plan.

use serde_json::json;

use super::state::{Advance, Fired, because};
use super::{ending, hold, notice, side, start};
use crate::decide::messages;
use crate::event_name::DomainEvent;
use crate::message::{AgentMessage, MessageKind};
use crate::task::{BlockReason, Next, Order, Planning, ReturnTo, Stage, Step};
use crate::text;

/// The agent goes, nothing is published, what it made is kept.
pub(super) fn stop(on: &mut Advance<'_>) -> Option<Fired> {
    let order = on
        .task
        .wanted
        .order
        .take_if(|order| matches!(order, Order::Stop { .. }))?;
    let Order::Stop {
        why,
        notice: is_told,
    } = order
    else {
        return None;
    };
    if matches!(on.task.stage, Stage::Checking { .. }) {
        start::uncheck(&mut on.task);
        if !matches!(on.task.stage, Stage::Queued { .. }) {
            return because(format!("superseded: {why}"));
        }
    }
    if !on.task.stage.is_live() {
        return Some(Fired::Quietly);
    }
    if let Some(back @ ReturnTo::Ended { .. }) = on.task.side_question() {
        on.task.review.auto_fix_off = true;
        return side::abandon(on, back, &why);
    }
    ending::cancel(on, &why);
    if is_told {
        notice::of_end(on);
    }
    because(format!("cancelled: {why}"))
}

/// Holds the session: its process goes, its working copy stays, and what it made so far is looked at and kept.
pub(super) fn pause(on: &mut Advance<'_>) -> Option<Fired> {
    let order = on
        .task
        .wanted
        .order
        .take_if(|order| matches!(order, Order::Pause { .. }))?;
    let Order::Pause { why, archived } = order else {
        return None;
    };
    if matches!(on.task.stage, Stage::Checking { .. }) {
        start::uncheck(&mut on.task);
        if !on.task.is_kept() {
            return because(format!("superseded: {why}"));
        }
    }
    if on.task.can_revise() && !archived {
        on.task.review.auto_fix_off = true;
        on.tell(text::conversation::RESTS);
        return because("the agent rests while its pull request is in review");
    }
    if let Some(back @ ReturnTo::Ended { .. }) = on.task.side_question() {
        on.task.review.auto_fix_off = true;
        return side::abandon(on, back, &why);
    }
    let mut next = match where_it_goes_on(on)? {
        Ok(next) => next,
        Err(reason) => return because(reason),
    };
    // A side question ends with the pause; the session itself is where it was before.
    let back = on.task.job_mut().and_then(|job| job.return_to.take());
    if let Some(ReturnTo::Blocked { next: before, .. }) = back {
        next = *before;
    }
    let reason = BlockReason::Paused {
        why: why.clone(),
        archived,
        asked: false,
    };
    hold::block(on, reason, next);
    on.tell(text::conversation::paused(&why));
    on.note(DomainEvent::SessionPaused, json!({ "why": why }));
    because(format!("paused: {why}"))
}

/// Where a session goes on that is paused now, or why there is nothing to pause.
fn where_it_goes_on(on: &mut Advance<'_>) -> Option<Result<Next, &'static str>> {
    Some(match on.task.stage.clone() {
        Stage::Idle | Stage::Checking { .. } | Stage::Ended { .. } => Err("nothing is on"),
        Stage::Blocked {
            reason: BlockReason::Paused { .. },
            ..
        } => {
            on.task.asks_to_go_on(false);
            Err("it is paused already")
        }
        Stage::Queued { next, .. } | Stage::Blocked { next, .. } => Ok(next),
        Stage::Working {
            step: Step::Opening { .. } | Step::Answering { .. },
            ..
        } => Err("it is finishing: nothing is left to pause"),
        Stage::Working { job, step, .. } => Ok(hold::interrupt(on, &job, &step)),
    })
}

/// Goes on with a session that was paused. Where people are still asked, it waits for them again.
pub(super) fn resume(on: &mut Advance<'_>) -> Option<Fired> {
    let order = on
        .task
        .wanted
        .order
        .take_if(|order| matches!(order, Order::Resume { .. }))?;
    let Order::Resume { why } = order else {
        return None;
    };
    if !on.task.is_paused() {
        return because("nothing is paused");
    }
    let planned = on.task.conversation.plan.is_some();
    let planning = on
        .task
        .job()
        .is_some_and(|job| job.plan == Planning::Wanted)
        && planned;
    let paths = on.task.conversation.paths.as_ref();
    let paths = paths.is_some_and(|asked| asked.word.is_none());
    let wait = match (on.task.open_questions().next().is_some(), planning) {
        (true, _) => Some(BlockReason::Asked),
        (false, true) => Some(BlockReason::Plan),
        (false, false) => paths.then_some(BlockReason::Paths),
    };
    on.tell(text::conversation::resumed(&why));
    on.note(DomainEvent::SessionResumed, json!({ "why": why }));
    let back = on.task.job_mut().and_then(|job| job.return_to.as_mut());
    if let Some(ReturnTo::Blocked { reason, .. }) = back {
        *reason = wait.unwrap_or(BlockReason::Asked);
        return because("it goes on once it has answered a person");
    }
    if let (Some(wait), Stage::Blocked { reason, .. }) = (wait, &mut on.task.stage) {
        *reason = wait;
        return because("not paused any more; people are still asked");
    }
    hold::go_on(on, &why)
}

/// Somebody does not want to wait until a model that failed is tried again.
pub(super) fn try_now(on: &mut Advance<'_>) -> Option<Fired> {
    on.task
        .wanted
        .order
        .take_if(|order| *order == Order::TryNow)?;
    hold::go_on(on, "a person asked for it").or(Some(Fired::Quietly))
}

/// The same session goes on, and may change files.
pub(super) fn approve(on: &mut Advance<'_>) -> Option<Fired> {
    let order = on
        .task
        .wanted
        .order
        .take_if(|order| matches!(order, Order::Approve { .. }))?;
    let Order::Approve { by } = order else {
        return None;
    };
    let Stage::Blocked {
        job,
        reason: BlockReason::Plan,
        ..
    } = &mut on.task.stage
    else {
        return because("no plan waits for approval");
    };
    job.plan = Planning::Approved;
    ending::plan_is_over(on, &text::conversation::plan_approved(&by));
    let message = messages::of_skep(
        "approved".into(),
        text::prompt::APPROVED.to_owned(),
        MessageKind::Approved,
        on.cx.now,
    );
    let message = AgentMessage {
        by: by.clone(),
        ..message
    };
    on.task.conversation.messages.push(message);
    on.note(DomainEvent::PlanApproved, json!({ "by": by }));
    hold::go_on(on, "the plan was approved")
}
