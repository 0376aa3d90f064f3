//! The moments waited for follow from the task; the outbox holds exactly these. Which they are, and what they mean, stands with
//! the rule for them.

use super::change::Reconciled;
use crate::decide::advance::due;
use crate::effect::{self, EffectKind};
use crate::policy::Context;
use crate::task::Task;

/// Replaces the timers in the outbox where others are wanted.
pub(super) fn set(task: &mut Task, cx: Context<'_>, out: &mut Reconciled) {
    let wanted = due::wanted(task, &cx.policy.limits);
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
