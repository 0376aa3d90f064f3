//! A start that waits for somebody to agree: people are reminded once, and in the end it is given up.

use super::ending;
use super::state::{Advance, Fired, because};
use crate::effect;
use crate::event::Timer;
use crate::policy::Limits;
use crate::task::{Approval, Gate, Task};
use crate::text;

/// After how long it is looked for reactions, milliseconds.
pub(in crate::decide) const FIRST_LOOK: i64 = 60_000;

/// The moments that it waits for.
pub(super) fn wanted(task: &Task, limits: &Limits) -> Vec<(Timer, i64)> {
    let Some(approval) = waits(task) else {
        return of_phase(task, limits);
    };
    let look = task
        .shown
        .comment
        .map(|_| (Timer::Approvals, approval.look_at));
    let remind = (!approval.reminded).then(|| (Timer::Remind, approval.since + limits.remind_ms));
    let expire = (Timer::Expire, approval.since + limits.expire_ms);
    look.into_iter().chain(remind).chain([expire]).collect()
}

/// The same of a phase of a sprint.
fn of_phase(task: &Task, limits: &Limits) -> Vec<(Timer, i64)> {
    // Of what its owner took away nobody is reminded.
    let waits = task.phase_waits_for_approval() && !task.review.taken_away;
    let wait = task.phase.as_ref().filter(|wait| waits && !wait.expired);
    wait.map_or_else(Vec::new, |wait| {
        let remind = (!wait.reminded).then(|| (Timer::Remind, wait.since + limits.remind_ms));
        let expire = (Timer::Expire, wait.since + limits.expire_ms);
        remind.into_iter().chain([expire]).collect()
    })
}

/// People are reminded once that they have to agree to the start of a phase.
pub(super) fn remind_of_phase(on: &mut Advance<'_>) -> Option<Fired> {
    let (expire_ms, now) = (on.cx.policy.limits.expire_ms, on.cx.now);
    let waits = on.task.phase_waits_for_approval();
    let wait = on
        .task
        .phase
        .as_mut()
        .filter(|wait| waits && !wait.reminded)?;
    wait.reminded = true;
    let body = text::sprint::phase_reminder(&wait.of, &on.task.place, wait.since + expire_ms - now);
    let key = format!("phase-reminder:{}", wait.of.key);
    on.say(on.task.place.issue, key, body);
    because("people are reminded that somebody has to agree to the phase")
}

/// Nobody agreed to the start of a phase. Whoever does later still may.
pub(super) fn expire_phase(on: &mut Advance<'_>) -> Option<Fired> {
    let waits = on.task.phase_waits_for_approval();
    let wait = on
        .task
        .phase
        .as_mut()
        .filter(|wait| waits && !wait.expired)?;
    wait.expired = true;
    on.tell(text::sprint::PHASE_EXPIRED.to_owned());
    because("nobody agreed to the start of the phase")
}

/// What it waits for, if it waits for somebody to agree.
pub(super) fn waits(task: &Task) -> Option<&Approval> {
    match task.gate() {
        Some(Gate::Approval(approval)) => Some(approval),
        _ => None,
    }
}

/// It is looked whether somebody agreed by a reaction, which GitHub tells nobody of: often at first, then now and then.
pub(super) fn look(on: &mut Advance<'_>) -> Option<Fired> {
    waits(&on.task)?;
    let (now, comment) = (on.cx.now, on.task.shown.comment?);
    let approval = on.task.gates.approval.as_mut()?;
    approval.looked = approval.looked.saturating_add(1);
    approval.look_at = now
        + match approval.looked {
            0..10 => FIRST_LOOK,
            10..20 => 5 * FIRST_LOOK,
            _ => 15 * FIRST_LOOK,
        };
    let since = approval.counts_from;
    on.plan(effect::ReadApprovals { comment, since });
    because("it is looked whether somebody agreed by a reaction")
}

/// People are reminded once.
pub(super) fn remind(on: &mut Advance<'_>) -> Option<Fired> {
    let ends = waits(&on.task)?.since + on.cx.policy.limits.expire_ms;
    if let Some(approval) = &mut on.task.gates.approval {
        approval.reminded = true;
    }
    let login = on.task.job().and_then(|job| job.actor.login());
    let body = text::gate::reminder(login, ends - on.cx.now);
    let key = format!("approval:{}", on.task.sessions);
    on.say(on.task.place.issue, key, body);
    because("people are reminded that somebody has to agree")
}

/// Nobody agreed.
pub(super) fn expire(on: &mut Advance<'_>) -> Option<Fired> {
    waits(&on.task)?;
    let days = on.cx.policy.limits.expire_ms / 86_400_000;
    ending::cancel(on, &text::gate::nobody_agreed(days));
    because("nobody agreed to its start")
}
