//! What people said reaches the agent as soon as it can hear it: in its running turn, in its next one, or by a revision. Words
//! that nobody will hear are answered.

use serde_json::json;

use super::state::{Advance, Fired, because};
use super::{ending, hold, revised, side, turn};
use crate::effect;
use crate::event_name::DomainEvent;
use crate::ids::IssueNumber;
use crate::message::AgentMessage;
use crate::task::{BlockReason, Next, Stage, Step};
use crate::text;

/// A running turn is offered all that waits: a tool of the agent may wait for just that, or the agent takes prompts while it
/// works. Not while it waits for an answer, and not again what it did not take.
pub(super) fn offer(on: &mut Advance<'_>) -> Option<Fired> {
    let Stage::Working {
        job,
        step: Step::Running { turn },
        ..
    } = &on.task.stage
    else {
        return None;
    };
    if turn.over.is_some() || on.task.open_questions().next().is_some() {
        return None;
    }
    // Beside a session that rests the agent changes nothing: what is more than a question waits until it is back.
    let beside = job.return_to.is_some();
    let for_now = |message: &&AgentMessage| !message.sending && (!beside || message.is_asked());
    let messages = &on.task.conversation.messages;
    let fresh: Vec<AgentMessage> = messages.iter().filter(for_now).cloned().collect();
    let declined = |message: &AgentMessage| turn.declined.contains(&message.offer());
    if fresh.iter().all(declined) {
        return None;
    }
    let nonce = job.workspace.as_ref()?.nonce.clone();
    on.plan(effect::Steer {
        words: fresh.iter().map(|message| message.id.clone()).collect(),
        text: text::prompt::words(&fresh, &nonce),
    });
    for message in &mut on.task.conversation.messages {
        message.sending |= !beside || message.is_asked();
    }
    because(format!("{}; offered to the running turn", on.reason))
}

/// The agent waits with its process alive. Also while a question is open: what was said may help, and it waits again after
/// that turn.
pub(super) fn prompt(on: &mut Advance<'_>) -> Option<Fired> {
    let waits = matches!(
        on.task.stage,
        Stage::Working {
            step: Step::Waiting { .. },
            ..
        }
    );
    let open = on.task.open_questions().next().is_some();
    if !waits || (open && on.task.conversation.news().next().is_none()) {
        return None;
    }
    let reason = on.reason.clone();
    turn::begin(on, false, &reason)
}

/// It waits for an answer without a process.
pub(super) fn go_on(on: &mut Advance<'_>) -> Option<Fired> {
    let asked = matches!(
        on.task.stage,
        Stage::Blocked {
            reason: BlockReason::Asked,
            ..
        }
    );
    let open = on.task.open_questions().next().is_some();
    let mut news = on.task.conversation.news();
    if !asked || (open && news.all(AgentMessage::is_asked)) {
        return None;
    }
    drop(news);
    let why = on.reason.clone();
    hold::go_on(on, &why)
}

/// Its plan waits for approval, and people say something else.
pub(super) fn plan_anew(on: &mut Advance<'_>) -> Option<Fired> {
    let planned = matches!(
        on.task.stage,
        Stage::Blocked {
            reason: BlockReason::Plan,
            ..
        }
    );
    if !planned || on.task.conversation.news().next().is_none() {
        return None;
    }
    ending::plan_is_over(on, text::conversation::PLAN_REPLACED);
    let why = on.reason.clone();
    hold::go_on(on, &why)
}

/// It is held for something else, and is only asked something.
pub(super) fn answer_beside(on: &mut Advance<'_>) -> Option<Fired> {
    let Stage::Blocked { job, .. } = &on.task.stage else {
        return None;
    };
    job.workspace.as_ref()?;
    on.task.conversation.news().next()?;
    if !on.task.conversation.news().all(AgentMessage::is_asked) {
        return None;
    }
    side::begin(on)
}

/// It was to go on with an answer that is taken back.
pub(super) fn wait_again(on: &mut Advance<'_>) -> Option<Fired> {
    let Stage::Queued {
        job,
        next: next @ Next::Conversation { .. },
        ..
    } = &on.task.stage
    else {
        return None;
    };
    let open = on.task.open_questions().next().is_some();
    let news = on.task.conversation.news().next().is_some();
    if !open || news || job.return_to.is_some() {
        return None;
    }
    let next = next.clone();
    hold::block(on, BlockReason::Asked, next);
    Some(Fired::Quietly)
}

/// An order for the pull request of a closed issue: whoever gave it is told, and nothing runs.
pub(super) fn issue_closed(on: &mut Advance<'_>) -> Option<Fired> {
    if on.task.conversation.messages.is_empty() || !on.task.review.issue_closed {
        return None;
    }
    let pull = on.task.pull_in_review()?;
    let issue = on.task.place.issue;
    on.task.review.threads.clear();
    let mut notes = crate::decide::notes::Notes::default();
    for message in std::mem::take(&mut on.task.conversation.messages) {
        let say = text::notice::order_refused(&message.by, issue);
        notes.say_anyway(IssueNumber(pull), format!("closed:{}", message.id), say);
    }
    on.absorb(notes);
    because(format!(
        "{}; but the issue is closed, and whoever said it is told",
        on.reason
    ))
}

/// The pull request waits for review, and there is something for its agent. Rounds are bounded.
pub(super) fn revise(on: &mut Advance<'_>) -> Option<Fired> {
    if !on.task.can_revise() || on.task.conversation.messages.is_empty() {
        return None;
    }
    // Its branch is being put onto another commit: a revision begins with that.
    if on.task.stack.on.as_ref().is_some_and(|on| on.moving) {
        return None;
    }
    let more = std::mem::take(&mut on.finished);
    let why = match more {
        true => text::conversation::SAID_MEANWHILE.to_owned(),
        false => on.reason.clone(),
    };
    let mut messages = on.task.conversation.messages.iter();
    if messages.all(AgentMessage::is_asked) {
        on.reason = why;
        return side::begin(on);
    }
    if on.task.review.rounds >= on.cx.policy.limits.rounds {
        on.task.conversation.messages.clear();
        return revised::needs_a_person(on, &text::conversation::no_rounds_left());
    }
    let stage = std::mem::replace(&mut on.task.stage, Stage::Idle);
    let Stage::Ended {
        job: Some(mut job),
        progress,
        ..
    } = stage
    else {
        on.task.stage = stage;
        return None;
    };
    job.round += 1;
    (job.worked_ms, job.moved) = (0, false);
    let round = job.round;
    on.task.review.rounds += 1;
    on.task.review.needs = None;
    on.task.stage = Stage::Queued {
        job,
        told: None,
        next: Next::Revise,
        slot: false,
        progress,
    };
    on.tell(text::conversation::revision(round, &why));
    on.note(
        DomainEvent::RevisionStarted,
        json!({ "round": round, "why": why }),
    );
    because(format!("a revision begins: {why}"))
}

/// Words that crossed with the session's end: whoever wrote them is told, so that they know that nobody acts on them.
pub(super) fn over(on: &mut Advance<'_>) -> Option<Fired> {
    let rests = matches!(on.task.stage, Stage::Idle | Stage::Ended { .. });
    if !rests || on.task.conversation.messages.is_empty() {
        return None;
    }
    let issue = on.task.place.issue;
    for message in std::mem::take(&mut on.task.conversation.messages) {
        if let Some(comment) = message.comment.filter(|_| !message.is_let_in()) {
            let say = text::conversation::over(&message.by);
            on.say(issue, format!("reply:{comment}"), say);
        }
    }
    because(format!(
        "{}, but the session is over; its writer is told",
        on.reason
    ))
}
