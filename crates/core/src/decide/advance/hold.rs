//! Holding a session and letting it go on: its process goes, its working copy stays, and where it goes on is noted.

use super::collect;
use super::state::{Advance, Fired, because};
use crate::decide::messages;
use crate::message::AgentMessage;
use crate::task::{BlockReason, Job, Next, Stage, Step, TurnState};
use crate::text::pull::Said;

/// Ends what runs for the session now, and says where it goes on.
pub(super) fn interrupt(on: &mut Advance<'_>, job: &Job, step: &Step) -> Next {
    match step {
        Step::Preparing { .. } if job.round > 0 || job.moved => Next::Revise,
        Step::Preparing { .. } => Next::Begin,
        Step::Running { .. } | Step::Waiting { .. } => {
            if let Step::Running { turn } = step {
                unhear(on, turn);
            }
            // The look is the checkpoint: it ends the agent, and the mirror has what was made so far.
            collect::plan(on, Said::Unfinished);
            Next::Conversation { interrupted: true }
        }
        Step::Collecting { end, .. } | Step::Asking { end, .. } | Step::Publishing { end, .. } => {
            Next::Look { end: end.clone() }
        }
        Step::Opening { .. } | Step::Answering { .. } => Next::Conversation { interrupted: false },
    }
}

/// A turn is cut short: nobody knows what of its words was acted upon, so they are said again when it goes on.
pub(super) fn unhear(on: &mut Advance<'_>, turn: &TurnState) {
    let messages = std::mem::take(&mut on.task.conversation.messages);
    let heard = |message: &AgentMessage| AgentMessage {
        sending: false,
        heard: true,
        meanwhile: None,
        ..message.clone()
    };
    let mut words: Vec<AgentMessage> = turn.heard.iter().map(heard).collect();
    words.extend(messages.into_iter().filter_map(messages::came_back));
    on.task.conversation.messages = words;
    let now = on.cx.now;
    if let Some(job) = on.task.job_mut() {
        job.worked_ms += (now - turn.began).max(0);
    }
}

/// Puts a held session back into the queue, where it keeps its place by age.
pub(super) fn go_on(on: &mut Advance<'_>, why: &str) -> Option<Fired> {
    let stage = std::mem::replace(&mut on.task.stage, Stage::Idle);
    let Stage::Blocked {
        job,
        next,
        progress,
        ..
    } = stage
    else {
        on.task.stage = stage;
        return None;
    };
    on.task.stage = Stage::Queued {
        job,
        told: None,
        next,
        slot: false,
        progress,
    };
    because(format!("goes on when a slot is free: {why}"))
}

/// Holds the session that works.
pub(super) fn block(on: &mut Advance<'_>, reason: BlockReason, next: Next) {
    let stage = std::mem::replace(&mut on.task.stage, Stage::Idle);
    on.task.stage = match stage {
        Stage::Working { job, progress, .. }
        | Stage::Queued { job, progress, .. }
        | Stage::Blocked { job, progress, .. } => Stage::Blocked {
            job,
            reason,
            next,
            progress,
            since: on.cx.now,
        },
        Stage::Idle | Stage::Checking { .. } | Stage::Ended { .. } => stage,
    };
}
