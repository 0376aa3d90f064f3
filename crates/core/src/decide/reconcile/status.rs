//! The status comment and the status label follow the task: a change of how it stands at once, mere progress at most once in
//! the configured interval.

use std::mem::{Discriminant, discriminant};

use super::change::{Reconciled, seen};
use crate::effect::{self, StatusLabel, Worth};
use crate::notifications::Notifications;
use crate::policy::Context;
use crate::schedule::Reason;
use crate::task::{BlockReason, End, Gate, Progress, Stage, Task};
use crate::text;

/// What is news when it changes; everything else that changes while a session is queued or at work is progress.
#[derive(PartialEq)]
struct Mood {
    stage: Discriminant<Stage>,
    label: Option<StatusLabel>,
    open_questions: usize,
    /// Whether people know its place in the queue, and what it waits for.
    queue: (bool, Reason),
    /// What holds it before it begins.
    gate: Option<String>,
    /// Until when GitHub's limits hold something up.
    held_until: Option<i64>,
}

/// Shows what changed.
pub(super) fn show(before: &Task, after: &mut Task, cx: Context<'_>, out: &mut Reconciled) {
    if !is_shown(after) {
        return;
    }
    let at = {
        let (was, is) = (seen(before), seen(after));
        when(&was, &is, cx)
    };
    if let Some(at) = at.filter(|_| !goes_without(after) && !is_spared(after, cx)) {
        after.shown.status_at = at;
        let status = effect::ShowStatus {
            comment: after.shown.comment,
            body: text::status::render(after, cx),
            worth: worth(after),
        };
        out.plan(after, status, at);
    }
    let label = after.label();
    if label != after.shown.label {
        after.shown.label = label;
        out.plan(after, effect::ShowLabel { label }, cx.now);
    }
}

/// So many at the front of the queue get their status comment while they wait: no more than may be created in a minute.
const NEAR: i64 = 10;

/// Whether it waits with its label and our reaction alone. GitHub lets only so much be created in an hour, and a hundred
/// comments that say "waiting" would take the place of pull requests. So the comment comes with the slot, or with a place near
/// the front, whichever is first; one that is there is kept up to date. Whoever has been at work has news that no label tells.
fn goes_without(task: &Task) -> bool {
    let Stage::Queued {
        job,
        told,
        slot: false,
        ..
    } = &task.stage
    else {
        return false;
    };
    let near = told.is_some_and(|(place, _)| place <= NEAR);
    // What holds it back, and what releases it, nobody could guess.
    let held_back = match task.gate() {
        Some(gate) => gate != Gate::Reading,
        None => told.is_none() && task.waits_for != Reason::Turn,
    };
    task.shown.comment.is_none() && job.started_at.is_none() && !near && !held_back
}

/// Whether it is not posted, because people asked for quiet and it asks nothing: label and reactions say what there is to say,
/// questions and pull requests are told by themselves. A bad end is told by it, and what nobody but a person releases; from then on it
/// is edited.
fn is_spared(task: &Task, cx: Context<'_>) -> bool {
    let quiet = cx.policy.issues.notifications == Notifications::Quiet;
    let tells = match task.stage {
        Stage::Ended { .. } => worth(task) == Worth::High,
        Stage::Queued { .. } => task.gate().is_some_and(|gate| gate.needs_a_person()),
        _ => false,
    };
    quiet && task.shown.comment.is_none() && !tells
}

/// What it is worth that the status comment is there. Of a bad end, and of a pause, nothing else may tell: then it goes before
/// pull requests, unless the job never began, so that nothing was lost. What else is worth a mail has a comment of its own.
fn worth(task: &Task) -> Worth {
    let begun = task.job().is_some_and(|job| job.started_at.is_some());
    match &task.stage {
        Stage::Ended {
            end: End::Failed { .. } | End::Refused { .. },
            ..
        } => Worth::High,
        Stage::Ended {
            end: End::Cancelled { .. },
            ..
        }
        | Stage::Blocked {
            reason: BlockReason::Paused { .. } | BlockReason::Budget { .. },
            ..
        } if begun => Worth::High,
        Stage::Ended {
            end:
                End::Cancelled { .. }
                | End::InReview
                | End::Merged
                | End::PullClosed
                | End::Answered
                | End::Unchanged,
            ..
        }
        | Stage::Blocked {
            reason:
                BlockReason::Paused { .. }
                | BlockReason::Budget { .. }
                | BlockReason::Asked
                | BlockReason::Plan
                | BlockReason::Paths
                | BlockReason::Later { .. },
            ..
        }
        | Stage::Idle
        | Stage::Checking { .. }
        | Stage::Queued { .. }
        | Stage::Working { .. } => Worth::Low,
    }
}

/// Nothing is shown before work is accepted, nor while GitHub is asked whether it may start.
fn is_shown(task: &Task) -> bool {
    !matches!(task.stage, Stage::Idle | Stage::Checking { .. })
}

/// When what changed is shown; `None` when people would see no difference.
fn when(was: &Task, is: &Task, cx: Context<'_>) -> Option<i64> {
    let given_back = was.review.taken_away && is.can_revise();
    if !is_shown(was) || mood(was) != mood(is) || given_back {
        return Some(cx.now);
    }
    match is.stage {
        Stage::Working { .. } | Stage::Queued { .. } => {
            let unmoved = without_progress(was, is);
            differs(&unmoved, is, cx).then(|| later(is, cx))
        }
        Stage::Idle | Stage::Checking { .. } | Stage::Blocked { .. } | Stage::Ended { .. } => {
            differs(was, is, cx).then_some(cx.now)
        }
    }
}

fn differs(was: &Task, is: &Task, cx: Context<'_>) -> bool {
    text::status::render(was, cx) != text::status::render(is, cx)
}

/// The task as it is, but as far as its agent had told of itself before: that a session moved from step to step is no news
/// by itself, it shows with the next edit.
fn without_progress(was: &Task, is: &Task) -> Task {
    let mut task = Task {
        stage: is.stage.clone(),
        // What it cost so far shows with the next edit; a limit that is near stands in the timeline as well.
        meter: is.meter.clone(),
        ..was.clone()
    };
    if let (Some(told), Some(before)) = (task.stage.progress_mut(), was.progress()) {
        *told = Progress {
            agent: told.agent.take(),
            work: told.work.take(),
            ..before.clone()
        };
    }
    if let (Stage::Queued { told, .. }, Stage::Queued { told: before, .. }) =
        (&mut task.stage, &was.stage)
    {
        *told = *before;
    }
    task
}

fn mood(task: &Task) -> Mood {
    let queue = match &task.stage {
        Stage::Queued { told, .. } => (told.is_some(), task.waits_for.clone()),
        Stage::Idle
        | Stage::Checking { .. }
        | Stage::Working { .. }
        | Stage::Blocked { .. }
        | Stage::Ended { .. } => (false, Reason::default()),
    };
    Mood {
        stage: discriminant(&task.stage),
        label: task.label(),
        open_questions: task.open_questions().count(),
        queue,
        gate: task.gate().map(|gate| text::gate::whole(task, &gate)),
        held_until: task.shown.held_until,
    }
}

/// An edit that is still to come shows this as well: were it put off each time, a busy agent would never be seen.
pub(super) fn later(task: &Task, cx: Context<'_>) -> i64 {
    let planned = task.shown.status_at;
    if planned > cx.now {
        return planned;
    }
    let interval = cx.policy.limits.status_interval_ms;
    cx.now.max(planned.saturating_add(interval))
}
