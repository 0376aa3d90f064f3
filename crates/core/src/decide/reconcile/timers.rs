//! The moments waited for follow from the task; the outbox holds exactly these. A new timer is a variant of [`Timer`], a line
//! in [`wanted`], and what it means when it fires.

use super::Reconciled;
use crate::effect::{self, EffectKind};
use crate::event::Timer;
use crate::policy::{Context, Limits};
use crate::task::{BlockReason, Stage, Step, Task};

/// Replaces the timers in the outbox where others are wanted.
pub(super) fn set(task: &mut Task, cx: Context<'_>, out: &mut Reconciled) {
    let wanted = wanted(task, &cx.policy.limits);
    if wanted == task.timers {
        return;
    }
    if !task.timers.is_empty() {
        out.withdraw.push(EffectKind::SetTimer);
    }
    for (alarm, at) in &wanted {
        let timer = effect::SetTimer {
            alarm: alarm.clone(),
        };
        out.plan(task, timer, *at);
    }
    task.timers = wanted;
}

fn wanted(task: &Task, limits: &Limits) -> Vec<(Timer, i64)> {
    let mut timers = Vec::new();
    if let Stage::Working {
        step: Step::Waiting { until },
        ..
    } = &task.stage
    {
        timers.push((Timer::Park, *until));
    }
    if let Stage::Blocked {
        reason: BlockReason::Later { until, .. },
        ..
    } = &task.stage
    {
        timers.push((Timer::Again, *until));
    }
    timers.extend(of_questions(task, limits));
    timers.extend(task.review.look_at.map(|at| (Timer::Look, at)));
    timers
}

fn of_questions(task: &Task, limits: &Limits) -> Vec<(Timer, i64)> {
    let waits = matches!(
        task.stage,
        Stage::Working { .. } | Stage::Blocked { .. } | Stage::Queued { .. }
    );
    let open: Vec<_> = task.open_questions().filter(|_| waits).collect();
    let mut timers = Vec::new();
    if let Some(first) = open.iter().map(|question| question.asked_at).min() {
        if !task.conversation.reminded {
            timers.push((Timer::Remind, first + limits.remind_ms));
        }
        let ends = open
            .iter()
            .map(|question| question.ends_at(limits.expire_ms));
        timers.extend(ends.min().map(|at| (Timer::Expire, at)));
    }
    timers
}
