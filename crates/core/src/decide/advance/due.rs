//! Moments that a task waits for: which they are, and what it means that one has come. The rule looks at the time by itself: a
//! timer only sees to it that it is asked. Nobody waits for ever.
//!
//! A new timer is a variant of [`Timer`], its line in [`wanted`] and its arm in [`due`].

use super::state::{Advance, Fired, because};
use super::{approval, hold, project, recurring, withheld};
use crate::decide::notes::Notes;
use crate::decide::questions;
use crate::effect;
use crate::event::Timer;
use crate::event_name::DomainEvent;
use crate::notifications::Notifications;
use crate::policy::Limits;
use crate::question::Question;
use crate::task::{BlockReason, FailureClass, Next, Stage, Step, Task};
use crate::text;

/// The moments that are waited for, as the task stands.
pub(in crate::decide) fn wanted(task: &Task, limits: &Limits) -> Vec<(Timer, i64)> {
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
    timers.extend(approval::wanted(task, limits));
    timers.extend(project::wanted(task));
    timers.extend(withheld::wanted(task));
    timers.extend(recurring::wanted(task));
    timers.extend(of_questions(task, limits));
    timers.extend(task.review.look_at.map(|at| (Timer::Look, at)));
    // What its owner took away cannot be looked at.
    let landing = task.next_landing().filter(|_| !task.review.taken_away);
    timers.extend(landing.map(|at| (Timer::Landed, at)));
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

/// The first moment that has come.
pub(super) fn due(on: &mut Advance<'_>) -> Option<Fired> {
    let wanted = wanted(&on.task, &on.cx.policy.limits);
    let (timer, _) = wanted.into_iter().find(|(_, at)| *at <= on.cx.now)?;
    match timer {
        Timer::Park => park(on),
        Timer::Remind => approval::remind(on)
            .or_else(|| approval::remind_of_agreement(on))
            .or_else(|| remind(on)),
        Timer::Expire => approval::expire(on)
            .or_else(|| approval::expire_agreement(on))
            .or_else(|| expire(on)),
        Timer::Look => look(on),
        Timer::Landed => landed(on),
        Timer::Approvals => approval::look(on).or_else(|| approval::look_at_agreement(on)),
        Timer::Project => project::look(on),
        Timer::Withheld => withheld::look(on),
        Timer::Recurring => recurring::come(on),
        Timer::Again => hold::go_on(on, "the model is tried again"),
    }
}

/// It waited long enough with its process alive.
fn park(on: &mut Advance<'_>) -> Option<Fired> {
    on.plan(effect::EndAgent {});
    hold::block(
        on,
        BlockReason::Asked,
        Next::Conversation { interrupted: false },
    );
    on.note(DomainEvent::SessionParked, serde_json::json!({}));
    because("parked: it waits without a process")
}

/// The open questions of a session that is on.
fn open(on: &Advance<'_>) -> Vec<Question> {
    let live = on.task.stage.is_live();
    let questions = on.task.open_questions().filter(|_| live);
    questions.cloned().collect()
}

/// People are reminded once.
fn remind(on: &mut Advance<'_>) -> Option<Fired> {
    let open = open(on);
    let first = open.first()?;
    let limits = &on.cx.policy.limits;
    on.task.conversation.reminded = true;
    let login = on.task.job().and_then(|job| job.actor.login());
    let ends = open.iter().map(|asked| asked.ends_at(limits.expire_ms));
    let ends = ends.min().unwrap_or_default();
    let body = text::conversation::reminder(login, &open, ends, on.cx.now);
    if on.cx.policy.issues.notifications == Notifications::Quiet {
        return because("nobody is reminded where people asked for quiet");
    }
    on.say(on.task.place.issue, format!("reminder:{}", first.id), body);
    because("people are reminded")
}

/// Nobody answered in time: the declared default applies, or the session stops with its work kept.
fn expire(on: &mut Advance<'_>) -> Option<Fired> {
    let (now, limit) = (on.cx.now, on.cx.policy.limits.expire_ms);
    let due: Vec<Question> = open(on)
        .into_iter()
        .filter(|question| question.ends_at(limit) <= now)
        .collect();
    for question in &due {
        let Some(answer) = question.by_default(now) else {
            let days = limit / 86_400_000;
            let say = text::conversation::nobody_answered(question.id, days);
            return on.fail(FailureClass::NoAnswer, say);
        };
        let mut notes = Notes::default();
        questions::answer(&mut on.task.conversation, question.id, answer, &mut notes);
        on.absorb(notes);
    }
    because("nobody answered in time, so the default applies")
}

/// A webhook may be lost.
fn look(on: &mut Advance<'_>) -> Option<Fired> {
    on.task.review.look_at = None;
    let Some(pull) = on.task.pull_in_review() else {
        return Some(Fired::Quietly);
    };
    on.plan(effect::RefreshPullRequest { pull });
    because("the pull request is looked at again")
}

/// Whether a merged change is on its base, and still there.
fn landed(on: &mut Advance<'_>) -> Option<Fired> {
    let now = on.cx.now;
    let is_due = |at: Option<i64>| at.is_some_and(|at| at <= now);
    let mut outcomes = on.task.outcomes.iter_mut();
    let outcome = outcomes.find(|outcome| is_due(outcome.landing.look_at))?;
    outcome.look(now);
    let check = effect::CheckLanded {
        pull: outcome.pull,
        base: outcome.base.clone(),
    };
    on.plan(check);
    // It goes with whatever came: a merge, or the moment.
    Some(Fired::Quietly)
}
