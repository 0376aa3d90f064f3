//! The issue's title or body was changed: a live session hears the difference to what it knows, if whoever changed it may
//! speak to the agent. What was there at the trigger is never replaced without that.

use super::hearing::bot;
use super::recording::Recording;
use crate::actor::{Actor, Permission};
use crate::decide::messages;
use crate::event::{Event, TriggerFacts};
use crate::message::{AgentMessage, MessageKind};
use crate::snapshot::Snapshot;
use crate::task::{Job, Planning, Read, Stage, Task};
use crate::text;

/// The issue's words were changed while a session lives. Its author may do that without any right to speak to the agent, so
/// GitHub is asked first.
pub(super) fn made(on: &mut Recording<'_>, task: &mut Task, event: &Event) -> String {
    let Event::IssueEdited {
        sender,
        title,
        body,
        at,
        ..
    } = event
    else {
        return "not an edit".into();
    };
    if let Err(reason) = bot(on, &mut task.conversation, sender) {
        return reason;
    }
    let Some(job) = live(on.known) else {
        return "no session is on; the next one reads the issue anew".into();
    };
    if (&job.snapshot.title, &job.snapshot.body) == (title, body) {
        return "nothing an agent would see was changed".into();
    }
    task.gates.words_changed(on.cx.now);
    let snapshot = Snapshot {
        title: title.clone(),
        body: body.clone(),
        at: *at,
        ..job.snapshot.clone()
    };
    let actor = Actor::Person(sender.clone());
    task.wanted.reads.push(Read::Edit { actor, snapshot });
    "asked GitHub whether whoever changed the issue may speak to the agent".into()
}

/// Whoever changed the issue may speak to the agent, or not: then it is told the difference to what it knows.
pub(super) fn checked(on: &mut Recording<'_>, task: &mut Task, facts: &TriggerFacts) -> String {
    let login = facts.actor.login().unwrap_or_default().to_owned();
    if !facts.permission.is_some_and(Permission::may_start) && !on.known.delegated(&login) {
        return format!("@{login} changed the issue but may not speak to the agent here");
    }
    let new = &facts.snapshot;
    let known = live(on.known).map(|job| &job.snapshot);
    let Some(known) = known.filter(|known| known.at <= new.at) else {
        return "nobody works on the words that were changed".into();
    };
    let text = text::prompt::edited(
        (Some(&known.title), &new.title),
        (Some(&known.body), &new.body),
    );
    if text.is_empty() {
        return "nothing an agent would see was changed".into();
    }
    if let Some(job) = task.stage.job_mut() {
        job.snapshot = Snapshot {
            comments: known.comments.clone(),
            ..new.clone()
        };
    }
    let message = AgentMessage {
        id: "issue".into(),
        by: login,
        text,
        at: new.at,
        kind: MessageKind::Edited,
        comment: None,
        sending: false,
        heard: false,
        meanwhile: None,
    };
    messages::add(&mut task.conversation, message, &mut on.notes);
    if plan_is_void(task) {
        on.notes.tell(text::conversation::PLAN_VOID);
        return "the issue was changed after its plan was approved: there will be a new one".into();
    }
    "the issue was changed".into()
}

/// Takes an approval back whose plan was not begun yet: it was for other words.
fn plan_is_void(task: &mut Task) -> bool {
    let Stage::Queued { job, .. } = &mut task.stage else {
        return false;
    };
    if job.plan != Planning::Approved {
        return false;
    }
    job.plan = Planning::Wanted;
    let messages = &mut task.conversation.messages;
    messages.retain(|message| message.kind != MessageKind::Approved);
    true
}

/// The job of a session that is not over.
fn live(task: &Task) -> Option<&Job> {
    task.job().filter(|_| task.stage.is_live())
}
