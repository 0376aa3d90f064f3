//! A session that rests and only answers a person's question: begun beside what it waits for, and over with its answer.

use super::hold;
use super::state::{Advance, Fired, because};
use crate::effect;
use crate::message::{AgentMessage, MessageKind};
use crate::task::{Next, ReturnTo, Stage, Step};
use crate::text;

/// Lets a session that rests answer a person's question, after which it rests again.
pub(super) fn begin(on: &mut Advance<'_>) -> Option<Fired> {
    let stage = std::mem::replace(&mut on.task.stage, Stage::Idle);
    let (mut job, progress, next, back) = match stage {
        Stage::Blocked {
            job,
            progress,
            reason,
            next,
            ..
        } => {
            let back = ReturnTo::Blocked {
                reason,
                next: Box::new(next),
            };
            let next = Next::Conversation { interrupted: false };
            (job, progress, next, back)
        }
        Stage::Ended {
            job: Some(job),
            progress,
            end,
            at,
        } => (job, progress, Next::Revise, ReturnTo::Ended { end, at }),
        other => {
            on.task.stage = other;
            return None;
        }
    };
    job.return_to = Some(back);
    on.task.stage = Stage::Queued {
        job,
        told: None,
        next,
        slot: false,
        progress,
    };
    because(format!("answers when a slot is free: {}", on.reason))
}

/// It only answered a person: everything is again as it was.
pub(super) fn come_back(on: &mut Advance<'_>, back: ReturnTo) -> Option<Fired> {
    let stage = std::mem::replace(&mut on.task.stage, Stage::Idle);
    let (Stage::Working {
        mut job, progress, ..
    }
    | Stage::Queued {
        mut job, progress, ..
    }) = stage
    else {
        on.task.stage = stage;
        return None;
    };
    job.return_to = None;
    on.task.stage = match back {
        ReturnTo::Blocked { reason, next } => Stage::Blocked {
            job,
            reason,
            next: *next,
            progress,
            since: on.cx.now,
        },
        ReturnTo::Ended { end, at } => {
            // What its checks did meanwhile was nobody's to hear.
            on.task.review.look_at = Some(on.cx.now);
            Stage::Ended {
                job: Some(job),
                end,
                progress,
                at,
            }
        }
    };
    on.plan(effect::EndAgent {});
    because("a person's question was answered; all is as before")
}

/// It came to nothing: whoever asked is told why, and the session stands where it stood.
pub(super) fn abandon(on: &mut Advance<'_>, back: ReturnTo, why: &str) -> Option<Fired> {
    if let Stage::Working {
        step: Step::Running { turn },
        ..
    } = &on.task.stage
    {
        let turn = turn.clone();
        hold::unhear(on, &turn);
    }
    let (asked, rest): (Vec<_>, Vec<_>) = std::mem::take(&mut on.task.conversation.messages)
        .into_iter()
        .partition(AgentMessage::is_asked);
    on.task.conversation.messages = rest;
    for message in &asked {
        if let MessageKind::Asked { on: number } = &message.kind {
            let say = text::agent_answer::none(&message.by, why);
            on.say(*number, format!("answer:{}", message.id), say);
        }
    }
    come_back(on, back)
}
