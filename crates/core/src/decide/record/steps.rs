//! What happens while the agent works on a prompt: it starts, says how far it is, asks, hears more, finishes, ends or fails.

use serde_json::json;

use super::recording::Recording;
use crate::agent::TurnEnd;
use crate::decide::{messages, questions};
use crate::effect::Reaction;
use crate::event::{Event, FoundPull};
use crate::event_name::DomainEvent;
use crate::message::MessageKind;
use crate::question::Asked;
use crate::task::{
    Failed, FailureClass, Job, Owed, Progress, Pull, Stage, Step, Task, TurnFailure, TurnState,
};
use crate::text;

/// An event of the turn that runs.
pub(super) fn of_turn(on: &mut Recording<'_>, task: &mut Task, event: &Event) -> String {
    let Stage::Working {
        job,
        step: Step::Running { turn },
        progress,
    } = &mut task.stage
    else {
        return "stale: no turn is on".into();
    };
    match event {
        Event::AgentStarted {
            agent_session,
            agent,
            queues,
            ..
        } => {
            turn.queues = *queues;
            progress.agent = Some(agent.clone());
            started(on, job, agent_session, agent);
            delivered(on, turn);
            "the agent has the prompt".into()
        }
        Event::Progressed { .. } => progressed(on, turn, progress, event),
        Event::Reported { text, .. } => {
            delivered(on, turn);
            progress.report.clone_from(text);
            on.notes
                .note(DomainEvent::SessionProgress, json!({ "report": text }));
            "a report".into()
        }
        Event::Finished { finished, .. } => {
            turn.finished = Some(finished.clone());
            "the agent says that it is done".into()
        }
        Event::Asked { asked, .. } => asks(on, task, asked),
        Event::Unfitting { text, .. } => unfitting(on, task, text),
        Event::Steered { offered, taken, .. } => steered(on, task, offered, *taken),
        Event::TurnEnded { end, tail, .. } => {
            progress.tail.clone_from(tail);
            progress.doing.clear();
            if !end.agent_session.is_empty() {
                job.agent_session = Some(end.agent_session.clone());
            }
            ended(on, turn, end)
        }
        Event::TurnFailed {
            class, say, tail, ..
        } => {
            progress.tail.clone_from(tail);
            turn.failed = Some(TurnFailure {
                class: *class,
                say: say.clone(),
            });
            "the turn failed".into()
        }
        _ => "stale: the session is at running".into(),
    }
}

/// The agent has its prompt. One that comes with another session than before has lost its memory.
fn started(on: &mut Recording<'_>, job: &mut Job, agent_session: &str, agent: &str) {
    let earlier = job.agent_session.replace(agent_session.to_owned());
    if earlier.is_some_and(|earlier| earlier != agent_session) {
        job.cold = true;
        on.notes.tell(text::conversation::STARTED_COLD);
    }
    on.notes.note(
        DomainEvent::SessionRunning,
        json!({ "agent": agent, "agent_session": agent_session }),
    );
}

fn progressed(
    on: &mut Recording<'_>,
    turn: &mut TurnState,
    progress: &mut Progress,
    event: &Event,
) -> String {
    let Event::Progressed {
        plan,
        doing,
        silent_ms,
        tail,
        ..
    } = event
    else {
        return "no progress".into();
    };
    if *silent_ms == 0 {
        delivered(on, turn);
    }
    progress.tail.clone_from(tail);
    progress.plan.clone_from(plan);
    progress.doing.clone_from(doing);
    progress.silent_ms = *silent_ms;
    on.notes.note(
        DomainEvent::SessionProgress,
        json!({ "plan": plan, "doing": doing, "silent_ms": silent_ms }),
    );
    "progress".into()
}

/// The agent asks while it works.
fn asks(on: &mut Recording<'_>, task: &mut Task, asked: &[Asked]) -> String {
    let Some(job) = task.stage.job_mut() else {
        return "no session".into();
    };
    if questions::are_too_many(job, on.cx) {
        task.wanted.failed = Some(Failed {
            class: FailureClass::TooManyComments,
            say: text::failure::TOO_MANY_COMMENTS.into(),
        });
        return "the agent asks more than it may write".into();
    }
    let conversation = &mut task.conversation;
    if questions::put(conversation, asked, &mut on.notes, on.cx.now) {
        job.comments += 1;
    }
    "the agent asks".into()
}

/// An answer in own words does not fill the agent's form, which it was handed to: the agent hears it as words instead.
fn unfitting(on: &mut Recording<'_>, task: &mut Task, text: &str) -> String {
    let message = messages::of_skep(
        format!("form:{}", on.cx.now),
        text.to_owned(),
        MessageKind::Unfitting,
        on.cx.now,
    );
    messages::add(&mut task.conversation, message, &mut on.notes);
    "an answer does not fill the agent's form".into()
}

/// The agent has heard its words: they are thanked for, once.
fn delivered(on: &mut Recording<'_>, turn: &mut TurnState) {
    for message in turn.heard.iter_mut().filter(|message| !message.sending) {
        // From here on `sending` on a heard word means: its thanks are planned.
        message.sending = true;
        if let Some(comment) = message.comment {
            on.notes.owe(Owed::ReactTo {
                comment,
                reaction: Reaction::Rocket,
                instead_of: Some(Reaction::Eyes),
            });
        }
        on.notes.note(
            DomainEvent::MessageDelivered,
            json!({ "word": message.id, "by": message.by }),
        );
    }
}

/// Words were offered to a running turn.
pub(super) fn steered(
    on: &mut Recording<'_>,
    task: &mut Task,
    offered: &[String],
    taken: bool,
) -> String {
    let (mut gone, mut kept, mut declined) = (Vec::new(), Vec::new(), Vec::new());
    let cut_short = task.stage.turn_mut().is_none();
    for mut message in std::mem::take(&mut task.conversation.messages) {
        match message.sending && offered.contains(&message.id) {
            true if taken && !cut_short => {
                message.sending = false;
                gone.push(message);
            }
            true => {
                declined.push(message.offer());
                kept.extend(messages::came_back(message));
            }
            false => kept.push(message),
        }
    }
    let Some(turn) = task.stage.turn_mut() else {
        // What the turn took before it was cut short is said again.
        task.conversation.messages = kept;
        return "stale: no turn is on".into();
    };
    task.conversation.messages = kept;
    turn.heard.append(&mut gone);
    turn.declined = declined;
    if taken {
        delivered(on, turn);
    }
    match taken {
        true => "the running turn took them".into(),
        false => "they wait for the turn's end".into(),
    }
}

/// The turn is over. While words that were offered to it are on their way, what it heard is not known yet.
fn ended(on: &mut Recording<'_>, turn: &mut TurnState, end: &TurnEnd) -> String {
    delivered(on, turn);
    on.notes.note(
        DomainEvent::SessionIdle,
        json!({ "stop": end.stop, "usage": end.usage }),
    );
    turn.over = Some(end.clone());
    "the turn is over; words offered to it are still on their way".into()
}

/// A step's name, for reasons.
pub(super) fn name(step: &Step) -> &'static str {
    match step {
        Step::Preparing { .. } => "preparing",
        Step::Running { .. } => "running",
        Step::Waiting { .. } => "waiting for an answer",
        Step::Collecting { .. } => "collecting",
        Step::Asking { .. } => "asking",
        Step::Publishing { .. } => "publishing",
        Step::Opening { .. } => "opening",
        Step::Answering { .. } => "answering",
    }
}

/// A pull request that skep does not remember is taken for what it is: its own.
pub(super) fn found_pull(ours: &mut Option<Pull>, found: Option<&FoundPull>) {
    if let (None, Some(found)) = (&ours, found) {
        *ours = Some(Pull {
            number: found.number,
            url: found.url.clone(),
            draft: found.draft,
            shown_to_reviewers: false,
        });
    }
}

/// The pull request is there.
pub(super) fn pull(ours: &mut Option<Pull>, event: &Event) {
    if let Event::PullOpened {
        number, url, draft, ..
    } = event
    {
        let known = ours.as_ref().filter(|known| known.number == *number);
        let shown_to_reviewers = known.is_some_and(|known| known.shown_to_reviewers);
        *ours = Some(Pull {
            number: *number,
            url: url.clone(),
            draft: *draft,
            shown_to_reviewers,
        });
    }
}
