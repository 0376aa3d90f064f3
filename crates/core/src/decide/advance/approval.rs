//! A start that waits for somebody to agree: people are reminded once, and in the end it is given up.

use super::ending;
use super::state::{Advance, Fired, because};
use crate::effect;
use crate::event::Timer;
use crate::policy::Limits;
use crate::sprint::Agreement;
use crate::task::{Approval, Gate, Task};
use crate::text;

/// After how long it is looked for reactions, milliseconds.
pub(in crate::decide) const FIRST_LOOK: i64 = 60_000;

/// The moments that it waits for.
pub(super) fn wanted(task: &Task, limits: &Limits) -> Vec<(Timer, i64)> {
    let Some(approval) = waits(task) else {
        return of_agreement(task, limits);
    };
    let look = task
        .shown
        .comment
        .map(|_| (Timer::Approvals, approval.look_at));
    let remind = (!approval.reminded).then(|| (Timer::Remind, approval.since + limits.remind_ms));
    let expire = (Timer::Expire, approval.since + limits.expire_ms);
    look.into_iter().chain(remind).chain([expire]).collect()
}

/// The same of a sprint, and of a phase of one.
fn of_agreement(task: &Task, limits: &Limits) -> Vec<(Timer, i64)> {
    // Of what its owner took away nobody is reminded.
    let wait = task.agreement().filter(|_| !task.review.taken_away);
    wait.filter(|wait| !wait.expired)
        .map_or_else(Vec::new, |wait| {
            let asks = wait.comment.or(task.shown.comment);
            let look = asks.map(|_| (Timer::Approvals, look_at(wait)));
            let remind = (!wait.reminded).then(|| (Timer::Remind, wait.since + limits.remind_ms));
            let expire = (Timer::Expire, wait.since + limits.expire_ms);
            look.into_iter().chain(remind).chain([expire]).collect()
        })
}

/// When it is looked next: all looks before it follow each other from the beginning.
fn look_at(wait: &Agreement) -> i64 {
    (0..wait.looked).fold(wait.since + FIRST_LOOK, |at, looked| at + pause(looked + 1))
}

/// The pause after so many looks: often at first, then now and then.
pub(super) fn pause(looked: u32) -> i64 {
    match looked {
        0..10 => FIRST_LOOK,
        10..20 => 5 * FIRST_LOOK,
        _ => 15 * FIRST_LOOK,
    }
}

/// It is looked whether somebody agreed to a sprint or a phase by a reaction.
pub(super) fn look_at_agreement(on: &mut Advance<'_>) -> Option<Fired> {
    let wait = on.task.agreement()?;
    let (since, comment) = (wait.counts_from(), wait.comment.or(on.task.shown.comment)?);
    let now = on.cx.now;
    if let Some(wait) = on.task.agreement_mut() {
        // After a long stop one look is enough.
        while look_at(wait) <= now {
            wait.looked = wait.looked.saturating_add(1);
        }
    }
    on.plan(effect::ReadApprovals { comment, since });
    because("it is looked whether somebody agreed by a reaction")
}

/// People are reminded once that they have to agree to the start of a sprint or a phase.
pub(super) fn remind_of_agreement(on: &mut Advance<'_>) -> Option<Fired> {
    let (expire_ms, now) = (on.cx.policy.limits.expire_ms, on.cx.now);
    let of = on.task.phase.as_ref().map(|phase| phase.of.clone());
    let of = of.filter(|_| !on.task.sprint_waits_for_approval());
    let wait = on.task.agreement_mut().filter(|wait| !wait.reminded)?;
    wait.reminded = true;
    let left = wait.since + expire_ms - now;
    let (key, body) = match of {
        Some(of) => (
            format!("phase-reminder:{}", of.key),
            text::sprint_approval::phase_reminder(&of, &on.task.place, left),
        ),
        None => (
            "sprint-reminder".to_owned(),
            text::sprint_approval::reminder(left),
        ),
    };
    on.say(on.task.place.issue, key, body);
    because("people are reminded that somebody has to agree to its start")
}

/// Nobody agreed to the start of a sprint or a phase. Whoever does later still may.
pub(super) fn expire_agreement(on: &mut Advance<'_>) -> Option<Fired> {
    let of_sprint = on.task.sprint_waits_for_approval();
    let wait = on.task.agreement_mut().filter(|wait| !wait.expired)?;
    wait.expired = true;
    let say = match of_sprint {
        true => text::sprint_approval::EXPIRED,
        false => text::sprint_approval::PHASE_EXPIRED,
    };
    on.tell(say.to_owned());
    because("nobody agreed to its start")
}

/// What it waits for, if it waits for somebody to agree.
pub(super) fn waits(task: &Task) -> Option<&Approval> {
    match task.gate() {
        Some(Gate::Approval(approval)) => Some(approval),
        _ => None,
    }
}

/// It is looked whether somebody agreed by a reaction, which GitHub tells nobody of.
pub(super) fn look(on: &mut Advance<'_>) -> Option<Fired> {
    waits(&on.task)?;
    let (now, comment) = (on.cx.now, on.task.shown.comment?);
    let approval = on.task.gates.approval.as_mut()?;
    approval.looked = approval.looked.saturating_add(1);
    approval.look_at = now + pause(approval.looked);
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
