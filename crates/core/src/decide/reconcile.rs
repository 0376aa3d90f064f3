//! The third pass: what merely follows from the state. It compares the task before with the task after and plans what people
//! see and what the task waits for: comments of questions and plans, the end's reaction, status comment, status label, assignee,
//! the switch, timers; and it withdraws what a stage that was left had under way.
//!
//! It never moves a task from stage to stage and never starts work. With nothing changed it plans nothing.

mod change;
mod comments;
mod owed;
mod sprint;
mod status;
mod timers;
mod withdrawals;

use change::seen;
pub(super) use change::{Change, Reconciled};

use crate::effect::{self, EffectKind, Reaction};
use crate::notifications::Notifications;
use crate::policy::Context;
use crate::task::{BlockReason, End, Stage, Task};

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
        assign(before, after, cx, &mut out);
        switch(after, cx, &mut out);
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
        End::InReview if task.review.unfinished.is_none() => Some(Reaction::Hooray),
        End::Answered if job.as_ref().is_some_and(|job| !job.only_asked) => Some(Reaction::Hooray),
        End::Failed { .. } | End::Refused { .. } => Some(Reaction::Confused),
        End::InReview
        | End::Answered
        | End::PullClosed
        | End::Unchanged
        | End::Cancelled { .. } => None,
    }
}

/// Whom a question, a plan or a pull request waits for is assigned, so that GitHub's own list shows it to them; whoever was
/// assigned for that is taken off again.
fn assign(before: &Task, after: &mut Task, cx: Context<'_>, out: &mut Reconciled) {
    // An assignment is a mail of its own, and the comment that asks is one already.
    let assigns = cx.policy.issues.notifications == Notifications::All;
    let waited = waited_for(&seen(after)).map(str::to_owned);
    let waited = waited.filter(|_| assigns);
    match waited {
        Some(login) => {
            if waited_for(&seen(before)) != Some(&login) {
                out.plan(after, effect::Assign { login, on: true }, cx.now);
            }
        }
        None => {
            if let Some(login) = after.conversation.assigned.take() {
                out.plan(after, effect::Assign { login, on: false }, cx.now);
            }
        }
    }
}

fn waited_for(task: &Task) -> Option<&str> {
    let asked = match &task.stage {
        Stage::Queued { .. } | Stage::Working { .. } => task.open_questions().next().is_some(),
        Stage::Blocked { reason, .. } => {
            matches!(reason, BlockReason::Plan | BlockReason::Budget { .. })
                || task.open_questions().next().is_some()
        }
        Stage::Idle | Stage::Checking { .. } | Stage::Ended { .. } => false,
    };
    let waits = asked || task.review.needs.is_some();
    task.job().filter(|_| waits)?.actor.login()
}

/// The label that is the switch always says what people last wished for, be it by command.
fn switch(after: &mut Task, cx: Context<'_>, out: &mut Reconciled) {
    let Some(on) = after.go.filter(|on| after.shown.go != Some(*on)) else {
        return;
    };
    after.shown.go = Some(on);
    out.plan(after, effect::SetGoLabel { on }, cx.now);
}
