//! What comes after a turn: an answer to whoever asked, questions to people, more words for the agent, a plan, or git's look at
//! what was made.

use serde_json::json;

use super::state::{Advance, Fired, because};
use super::{budget, collect, evidence, outage, side, turn};
use crate::agent::TurnEnd;
use crate::decide::notes::Notes;
use crate::decide::questions;
use crate::effect;
use crate::event_name::DomainEvent;
use crate::message::{AgentMessage, MessageKind, Spoken};
use crate::question::{self, Asked};
use crate::task::{
    BlockReason, FailureClass, Job, Next, Plan, Planning, ReturnTo, Stage, Step, TurnState,
};
use crate::text;

/// So much of what was said is kept for an agent that has to be told again.
const SPOKEN: usize = 40;
/// Longest piece of it, in characters.
const SPOKEN_CHARS: usize = 4_000;

/// The turn ended badly: a model that fails for now is tried again, everything else is for people.
pub(super) fn failed(on: &mut Advance<'_>) -> Option<Fired> {
    let failure = on.task.stage.turn_mut()?.failed.take()?;
    if let Some(waits) = outage::wait(on, failure.class, &failure.say) {
        return Some(waits);
    }
    let say = outage::tried(on, &failure.say);
    let say = text::failure::turn(failure.class, &say);
    on.fail(FailureClass::Agent(failure.class), say)
}

/// The turn is over, and what was offered to it is taken or declined.
pub(super) fn over(on: &mut Advance<'_>) -> Option<Fired> {
    let mut messages = on.task.conversation.messages.iter();
    if messages.any(|message| message.sending) {
        return None;
    }
    let mut end = on.task.stage.turn_mut()?.over.take()?;
    if let Some(held) = budget::cut(on, &end) {
        return Some(held);
    }
    if let Some(class) = end.unfinished()
        && let Some(waits) = outage::wait(on, class, &end.message)
    {
        return Some(waits);
    }
    let failed = end.error.or(end.unfinished()).is_some();
    let turn = heard(on, &end, failed)?;
    let back = on.task.job().and_then(|job| job.return_to.clone());
    let beside = matches!(back, Some(ReturnTo::Blocked { .. }));
    claims(on, &turn, back.is_some());
    if let Some(finished) = &turn.finished {
        end.message = text::agent_answer::finished(finished, &end.message);
        if let Some(progress) = on.task.stage.progress_mut() {
            progress.replies.clone_from(&finished.threads);
        }
        if !failed && !beside {
            take_back(on, &turn.open);
        }
    }
    if on.task.open_questions().next().is_none() && !failed {
        let asked = question::in_message(&end.message, false);
        if !asked.is_empty() && !put(on, &asked) {
            return unasked(on);
        }
    }
    if on.task.open_questions().next().is_some() && !beside {
        return asks(on, &turn, &end);
    }
    answer_people(on, &turn.heard, &end);
    if let Some(back) = back {
        return side::come_back(on, back);
    }
    if !on.task.conversation.messages.is_empty() {
        return turn::begin(on, false, "people said more meanwhile");
    }
    let planning = on
        .task
        .job()
        .is_some_and(|job| job.plan == Planning::Wanted);
    match planning && !failed {
        true => propose(on, &end),
        false => collect::look(on, end),
    }
}

/// What the agent says it has checked; beside a session that rests it checks nothing of the work.
fn claims(on: &mut Advance<'_>, turn: &TurnState, only_answers: bool) {
    let finished = turn.finished.as_ref();
    let claimed = finished.map(|finished| evidence::bounded(&finished.verified));
    let progress = on.task.stage.progress_mut();
    if let Some(progress) = progress.filter(|_| !only_answers) {
        progress.claimed = claimed.unwrap_or_default();
    }
}

/// Takes the turn's words, its time and its end into the session.
fn heard(on: &mut Advance<'_>, end: &TurnEnd, failed: bool) -> Option<TurnState> {
    let now = on.cx.now;
    let turn = std::mem::take(on.task.stage.turn_mut()?);
    let job = on.task.job_mut()?;
    if !failed {
        job.outage = None;
    }
    job.worked_ms += (now - turn.began).max(0);
    remember(job, &turn.heard, end);
    evidence::heard(&mut on.task.review, &turn.heard);
    Some(turn)
}

fn remember(job: &mut Job, heard: &[AgentMessage], end: &TurnEnd) {
    let cut = |text: &str| text.chars().take(SPOKEN_CHARS).collect::<String>();
    job.spoken.extend(heard.iter().map(|message| Spoken {
        by: match &message.kind {
            MessageKind::LetIn { .. } => text::prompt::outsider(&message.by),
            _ => message.by.clone(),
        },
        text: cut(&message.text),
    }));
    if !end.message.trim().is_empty() {
        job.spoken.push(Spoken {
            by: "agent".into(),
            text: cut(&end.message),
        });
    }
    let surplus = job.spoken.len().saturating_sub(SPOKEN);
    job.spoken.drain(..surplus);
}

/// The agent finished although it was told that these questions are open.
fn take_back(on: &mut Advance<'_>, told: &[u32]) {
    let mut notes = Notes::default();
    questions::take_back(&mut on.task.conversation, told, &mut notes, on.cx.now);
    on.absorb(notes);
}

/// Puts questions to people; false when the session may not write one more comment.
pub(super) fn put(on: &mut Advance<'_>, asked: &[Asked]) -> bool {
    let cx = on.cx;
    if on
        .task
        .job()
        .is_none_or(|job| questions::are_too_many(job, cx))
    {
        return false;
    }
    let mut notes = Notes::default();
    let new = questions::put(&mut on.task.conversation, asked, &mut notes, cx.now);
    if let Some(job) = on.task.job_mut().filter(|_| new) {
        job.comments += 1;
    }
    on.absorb(notes);
    true
}

/// A question nobody would see is not waited for.
pub(super) fn unasked(on: &mut Advance<'_>) -> Option<Fired> {
    on.fail(
        FailureClass::TooManyComments,
        text::failure::TOO_MANY_COMMENTS,
    )
}

/// Questions are open at the turn's end.
fn asks(on: &mut Advance<'_>, turn: &TurnState, end: &TurnEnd) -> Option<Fired> {
    let more = !on.task.conversation.messages.is_empty();
    match turn.open.is_empty() {
        false => answer_people(on, &turn.heard, end),
        // It asks back: whoever asked it something gets the answer in its next turn.
        true => {
            let asked = turn.heard.iter().filter(|message| message.is_asked());
            let again = asked.map(|message| AgentMessage {
                heard: true,
                ..message.clone()
            });
            on.task.conversation.messages.extend(again);
        }
    }
    if more {
        let reason = "people said more while it waits for its answer";
        return turn::begin(on, false, reason);
    }
    wait(on)
}

/// The agent waits with its process alive, for a while.
pub(super) fn wait(on: &mut Advance<'_>) -> Option<Fired> {
    let until = on.cx.now + on.cx.policy.limits.park_ms;
    on.set_step(Step::Waiting { until });
    on.note(DomainEvent::SessionWaiting, json!({ "until": until }));
    because("questions are open; the agent waits")
}

/// Whoever asked the agent something gets its words.
fn answer_people(on: &mut Advance<'_>, heard: &[AgentMessage], end: &TurnEnd) {
    for message in heard {
        if let MessageKind::Asked { on: number } = &message.kind {
            let body = text::agent_answer::to_person(&message.by, end);
            on.say(*number, format!("answer:{}", message.id), body);
        }
    }
}

/// The plan goes to people; the agent waits for their word.
fn propose(on: &mut Advance<'_>, end: &TurnEnd) -> Option<Fired> {
    let stage = std::mem::replace(&mut on.task.stage, Stage::Idle);
    let Stage::Working {
        mut job, progress, ..
    } = stage
    else {
        on.task.stage = stage;
        return None;
    };
    // Whatever a plan's turn did to its working copy is not part of the plan: the work begins on a fresh one.
    job.workspace = None;
    on.task.conversation.plan = Some(Plan {
        key: format!("plan:{}:{}", job.session, job.comments),
        text: text::conversation::plan(&job, end, &progress.plan),
    });
    on.task.overlaps.plan_seen = false;
    job.comments += 1;
    let next = match job.round > 0 {
        true => Next::Revise,
        false => Next::Begin,
    };
    on.task.stage = Stage::Blocked {
        job,
        reason: BlockReason::Plan,
        next,
        progress,
        since: on.cx.now,
    };
    on.plan(effect::EndAgent {});
    on.tell(text::conversation::PLAN_WAITS);
    on.note(DomainEvent::PlanProposed, json!({}));
    because("the plan waits for approval")
}
