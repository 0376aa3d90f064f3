//! Moments that have come. The rules look at the time by themselves: a timer only sees to it that they are asked. Nobody waits
//! for ever.

use super::{Advance, Fired, because, hold};
use crate::decide::notes::Notes;
use crate::decide::questions;
use crate::effect;
use crate::event_name::DomainEvent;
use crate::question::Question;
use crate::task::{BlockReason, FailureClass, Next, Stage, Step};
use crate::text;

/// It waited long enough with its process alive.
pub(super) fn park(on: &mut Advance<'_>) -> Option<Fired> {
    let Stage::Working {
        step: Step::Waiting { until },
        ..
    } = &on.task.stage
    else {
        return None;
    };
    if on.cx.now < *until {
        return None;
    }
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
pub(super) fn remind(on: &mut Advance<'_>) -> Option<Fired> {
    let open = open(on);
    let first = open.first()?;
    let limits = &on.cx.policy.limits;
    if on.task.conversation.reminded || on.cx.now < first.asked_at + limits.remind_ms {
        return None;
    }
    on.task.conversation.reminded = true;
    let login = on.task.job().and_then(|job| job.actor.login());
    let ends = open.iter().map(|asked| asked.ends_at(limits.expire_ms));
    let ends = ends.min().unwrap_or_default();
    let body = text::conversation::reminder(login, &open, ends, on.cx.now);
    on.say(on.task.place.issue, format!("reminder:{}", first.id), body);
    because("people are reminded")
}

/// Nobody answered in time: the declared default applies, or the session stops with its work kept.
pub(super) fn expire(on: &mut Advance<'_>) -> Option<Fired> {
    let (now, limit) = (on.cx.now, on.cx.policy.limits.expire_ms);
    let due: Vec<Question> = open(on)
        .into_iter()
        .filter(|question| question.ends_at(limit) <= now)
        .collect();
    if due.is_empty() {
        return None;
    }
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

/// The model may be asked again.
pub(super) fn try_again(on: &mut Advance<'_>) -> Option<Fired> {
    match &on.task.stage {
        Stage::Blocked {
            reason: BlockReason::Later { until, .. },
            ..
        } if *until <= on.cx.now => hold::go_on(on, "the model is tried again"),
        Stage::Idle
        | Stage::Checking { .. }
        | Stage::Queued { .. }
        | Stage::Working { .. }
        | Stage::Blocked { .. }
        | Stage::Ended { .. } => None,
    }
}

/// A webhook may be lost.
pub(super) fn look(on: &mut Advance<'_>) -> Option<Fired> {
    let now = on.cx.now;
    on.task.review.look_at.take_if(|at| *at <= now)?;
    let Some(pull) = on.task.pull_in_review() else {
        return Some(Fired::Quietly);
    };
    on.plan(effect::RefreshPullRequest { pull });
    because("the pull request is looked at again")
}
