//! The third pass: what merely follows from the state. It compares the task before with the task after and plans what people
//! see and what the task waits for: comments of questions and plans, the end's reaction, status comment, status label, check run, assignee,
//! the switch, timers; and it withdraws what a stage that was left had under way.
//!
//! It never moves a task from stage to stage and never starts work. With nothing changed it plans nothing.

mod assignees;
mod change;
mod check;
mod comments;
mod owed;
mod sprint;
mod status;
mod timers;
mod verification;
mod withdrawals;

use change::seen;
pub(super) use change::{Change, Reconciled};

use crate::effect::{self, EffectKind, Reaction};
use crate::policy::Context;
use crate::task::{End, Stage, Task};

/// Brings everything that mirrors the task up to date.
pub(super) fn reconcile(change: &Change<'_>, after: &mut Task, cx: Context<'_>) -> Reconciled {
    let before = change.before;
    let mut out = Reconciled {
        effects: Vec::new(),
        withdraw: withdrawals::withdrawn(change, after),
    };
    if after.review.taken_away && !before.review.taken_away {
        // Of what its owner took away nobody can be told.
        out.withdraw = EffectKind::ALL.to_vec();
        after.timers.clear();
        return out;
    }
    if *before != *after {
        owed::pay(before, after, cx, &mut out);
        comments::follow(before, after, cx, &mut out);
        end_reaction(before, after, cx, &mut out);
        if !sprint::show(before, after, cx, &mut out) {
            status::show(before, after, cx, &mut out);
        }
        assignees::follow(before, after, cx, &mut out);
        switch(after, cx, &mut out);
        verification::drop_report(before, after, cx, &mut out);
        check::show(after, cx, &mut out);
    }
    timers::set(after, cx, &mut out);
    out
}

/// How it ended is one reaction on the issue: a later end takes back that of an earlier one.
fn end_reaction(before: &Task, after: &mut Task, cx: Context<'_>, out: &mut Reconciled) {
    let Some(reaction) = reaction_of(&seen(after)) else {
        return;
    };
    if reaction_of(&seen(before)) == Some(reaction) || after.shown.end == Some(reaction) {
        return;
    }
    let instead_of = after.shown.end.replace(reaction);
    let react = effect::React {
        reaction,
        instead_of,
    };
    out.plan(after, react, cx.now);
}

/// An end that leaves something for a person to do, or that a person made, is no reason to cheer or to frown.
fn reaction_of(task: &Task) -> Option<Reaction> {
    let Stage::Ended { job, end, .. } = &task.stage else {
        return None;
    };
    match end {
        End::Merged => Some(Reaction::Hooray),
        End::InReview if task.review.unfinished.is_none() && task.head_is_verified() => {
            Some(Reaction::Hooray)
        }
        End::Answered if job.as_ref().is_some_and(|job| !job.only_asked) => Some(Reaction::Hooray),
        End::Failed { .. } | End::Refused { .. } => Some(Reaction::Confused),
        End::InReview
        | End::Answered
        | End::PullClosed
        | End::Unchanged
        | End::Cancelled { .. } => None,
    }
}

/// The label that is the switch always says what people last wished for, be it by command.
fn switch(after: &mut Task, cx: Context<'_>, out: &mut Reconciled) {
    let Some(on) = after.go.filter(|on| after.shown.go != Some(*on)) else {
        return;
    };
    after.shown.go = Some(on);
    after.shown.labeled &= on;
    out.plan(after, effect::SetGoLabel { on }, cx.now);
}
