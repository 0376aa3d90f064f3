//! The issue's title or body was changed: a live session hears the difference to what it knows, if whoever changed it may
//! speak to the agent. What was there at the trigger is never replaced without that.

use super::{Decision, Draft, comments};
use crate::effect;
use crate::event::{Asking, Event, TriggerFacts};
use crate::message::{AgentMessage, MessageKind};
use crate::place::{Actor, Permission, Snapshot};
use crate::task::{Job, Stage};
use crate::text;

/// The issue's words were changed while a session lives. Its author may do that without any right to speak to the agent, so
/// GitHub is asked first.
pub(super) fn made(mut draft: Draft<'_>, event: &Event) -> Decision {
    let Event::IssueEdited {
        sender,
        title,
        body,
        at,
        ..
    } = event
    else {
        return draft.because("not an edit");
    };
    if let Err(reason) = comments::bot(&mut draft, sender) {
        return draft.because(reason);
    }
    let Some(job) = live(&draft) else {
        return draft.because("no session is on; the next one reads the issue anew");
    };
    if (&job.snapshot.title, &job.snapshot.body) == (title, body) {
        return draft.because("nothing an agent would see was changed");
    }
    let snapshot = Snapshot {
        title: title.clone(),
        body: body.clone(),
        at: *at,
        ..job.snapshot.clone()
    };
    let actor = Actor::Person(sender.clone());
    draft.plan(effect::CheckTrigger {
        actor,
        asking: Asking::Edit,
        snapshot: Some(snapshot),
        role: None,
    });
    draft.because("asked GitHub whether whoever changed the issue may speak to the agent")
}

/// Whoever changed the issue may speak to the agent, or not: then it is told the difference to what it knows.
pub(super) fn checked(mut draft: Draft<'_>, facts: &TriggerFacts) -> Decision {
    let login = facts.actor.login().unwrap_or_default().to_owned();
    if !facts.permission.is_some_and(Permission::may_start) && !draft.task.delegated(&login) {
        return draft.because(format!(
            "@{login} changed the issue but may not speak to the agent here"
        ));
    }
    let new = &facts.snapshot;
    let Some(known) = live(&draft)
        .map(|job| job.snapshot.clone())
        .filter(|known| known.at <= new.at)
    else {
        return draft.because("nobody works on the words that were changed");
    };
    let text = text::prompt::edited(
        (Some(&known.title), &new.title),
        (Some(&known.body), &new.body),
    );
    if text.is_empty() {
        return draft.because("nothing an agent would see was changed");
    }
    if let Some(job) = draft.job_mut() {
        job.snapshot = Snapshot {
            comments: known.comments,
            ..new.clone()
        };
    }
    let word = AgentMessage {
        id: "issue".into(),
        by: login,
        text,
        at: new.at,
        kind: MessageKind::Edited,
        comment: None,
        sending: false,
    };
    comments::deliver(comments::add(draft, word), "the issue was changed")
}

/// The job of a session that is not over.
fn live<'d>(draft: &'d Draft<'_>) -> Option<&'d Job> {
    let live = matches!(
        draft.task.stage,
        Stage::Queued { .. } | Stage::Working { .. } | Stage::Blocked { .. }
    );
    draft.task.job().filter(|_| live)
}
