//! What an issue may cost: people are told once when it is nearly used up, and at its end the session waits for them, its work
//! kept, until they raise it or stop the session. Waiting costs nothing.
//!
//! Looked at before a turn begins and when one is over; a running turn is watched by whoever runs it, which ends it here.

use serde_json::json;

use super::state::{Advance, Fired, because};
use super::{collect, hold, side};
use crate::agent::{Stop, TurnEnd};
use crate::budget::Cap;
use crate::decide::notes::Notes;
use crate::effect;
use crate::event_name::DomainEvent;
use crate::task::{BlockReason, Next, Stage, Step};
use crate::text;
use crate::text::pull::Said;

/// What is nearly used up, and nobody was told: a line of the timeline, no comment.
pub(super) fn warn(on: &mut Advance<'_>) -> Option<Fired> {
    if !on.task.stage.is_live() {
        return None;
    }
    let near = on.task.nearly_used_up(on.cx.policy);
    let cap = near
        .into_iter()
        .find(|cap| !on.task.meter.warned.contains(cap))?;
    on.task.meter.warned.push(cap);
    on.tell(text::budget::nearly(&on.task, cap, on.cx.policy));
    on.note(DomainEvent::BudgetNeared, facts(on, cap));
    Some(Fired::Quietly)
}

/// A session in the queue whose next turn may not begin waits for people instead.
pub(super) fn hold_queued(on: &mut Advance<'_>) -> Option<Fired> {
    let Stage::Queued { next, .. } = &on.task.stage else {
        return None;
    };
    // Git's look costs nothing.
    if matches!(next, Next::Look { .. }) {
        return None;
    }
    let cap = on.task.used_up(on.cx.policy)?;
    if let Some(back) = on.task.side_question() {
        let why = text::budget::used_up(&on.task, cap, on.cx.policy);
        return side::abandon(on, back, &why);
    }
    let next = next.clone();
    hold(on, cap, next)
}

/// A session at work whose next turn may not begin waits for people instead; what it made so far is kept.
pub(super) fn before_turn(on: &mut Advance<'_>) -> Option<Fired> {
    let cap = on.task.used_up(on.cx.policy)?;
    let Stage::Working { job, step, .. } = &on.task.stage else {
        return None;
    };
    if let Some(back) = job.return_to.clone() {
        let why = text::budget::used_up(&on.task, cap, on.cx.policy);
        return side::abandon(on, back, &why);
    }
    let next = match step {
        Step::Preparing { .. } if job.round > 0 || job.moved => Next::Revise,
        Step::Preparing { .. } if job.workspace.is_none() => Next::Begin,
        Step::Preparing { .. }
        | Step::Running { .. }
        | Step::Waiting { .. }
        | Step::Collecting { .. }
        | Step::Asking { .. }
        | Step::Publishing { .. }
        | Step::Opening { .. }
        | Step::Answering { .. } => Next::Conversation { interrupted: false },
    };
    match step {
        // The look is the checkpoint: it ends the agent, and the mirror has what was made so far.
        Step::Running { .. } | Step::Waiting { .. } => {
            collect::plan(on, Said::Unfinished);
        }
        _ => on.plan(effect::EndAgent {}),
    }
    hold(on, cap, next)
}

/// A turn that was ended because it used up what was left. What it was told is told again when it goes on.
pub(super) fn cut(on: &mut Advance<'_>, end: &TurnEnd) -> Option<Fired> {
    if end.stop != Stop::OutOfBudget {
        return None;
    }
    let cap = on.task.used_up(on.cx.policy);
    let Stage::Working { job, step, .. } = on.task.stage.clone() else {
        return None;
    };
    if let Some(back) = job.return_to.clone() {
        let cap = cap.unwrap_or(Cap::Tokens);
        let why = text::budget::used_up(&on.task, cap, on.cx.policy);
        return side::abandon(on, back, &why);
    }
    let next = hold::interrupt(on, &job, &step);
    match cap {
        Some(cap) => hold(on, cap, next),
        // People raised it in the same moment.
        None => {
            hold::block(on, BlockReason::Budget { cap: Cap::Tokens }, next);
            because(text::budget::RAISED)
        }
    }
}

/// People raised what it may use up, or the operator did.
pub(super) fn go_on(on: &mut Advance<'_>) -> Option<Fired> {
    let held = matches!(
        on.task.stage,
        Stage::Blocked {
            reason: BlockReason::Budget { .. },
            ..
        }
    );
    if !held {
        return None;
    }
    match on.task.used_up(on.cx.policy) {
        None if on.task.open_questions().next().is_some()
            && on.task.conversation.news().next().is_none() =>
        {
            wait_for(on, BlockReason::Asked);
            because("its budget was raised; people are still asked")
        }
        None => {
            on.note(
                DomainEvent::SessionResumed,
                json!({ "why": text::budget::RAISED }),
            );
            hold::go_on(on, text::budget::RAISED)
        }
        // Another limit stands in its way now.
        Some(now) => {
            let other = |reason: &BlockReason| *reason != BlockReason::Budget { cap: now };
            let changed = matches!(&on.task.stage, Stage::Blocked { reason, .. } if other(reason));
            if !changed {
                return None;
            }
            wait_for(on, BlockReason::Budget { cap: now });
            Some(Fired::Quietly)
        }
    }
}

fn wait_for(on: &mut Advance<'_>, why: BlockReason) {
    if let Stage::Blocked { reason, .. } = &mut on.task.stage {
        *reason = why;
    }
}

/// It waits for people, who are told once how it goes on.
fn hold(on: &mut Advance<'_>, cap: Cap, next: Next) -> Option<Fired> {
    hold::block(on, BlockReason::Budget { cap }, next);
    let used = text::budget::used_up_now(&on.task, cap, on.cx.policy);
    on.tell(used.clone());
    let limit = on.task.caps(on.cx.policy).of(cap);
    let key = format!("budget:{}:{}:{limit}", on.task.sessions, cap.name());
    let mut notes = Notes::default();
    let body = text::budget::notice(&on.task, cap, on.cx.policy);
    notes.say_anyway(on.task.place.issue, key, body);
    on.absorb(notes);
    on.note(DomainEvent::BudgetUsedUp, facts(on, cap));
    because(used)
}

fn facts(on: &Advance<'_>, cap: Cap) -> serde_json::Value {
    json!({ "cap": cap, "used": on.task.used(cap), "limit": on.task.caps(on.cx.policy).of(cap) })
}
