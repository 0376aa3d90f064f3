//! Words where nobody is at work: whoever may speak gets a sign and the next step, so that no word vanishes.

use super::hearing::{TAKEN, note_hint, reply_key};
use super::recording::Recording;
use crate::command::{Addressed, Spoken};
use crate::effect::Reaction;
use crate::event::AuthorizedComment;
use crate::task::{Conversation, Stage};
use crate::text;

/// Whether words without a command reach an agent as things stand.
pub(super) fn listens(on: &Recording<'_>, spoken: &Spoken, at: i64) -> bool {
    match &on.known.stage {
        Stage::Checking { .. }
        | Stage::Queued { .. }
        | Stage::Working { .. }
        | Stage::Blocked { .. } => true,
        Stage::Idle => false,
        // It crossed with the end: nobody could know that the session was over.
        Stage::Ended {
            job: Some(_),
            at: over,
            ..
        } if at <= *over => true,
        Stage::Ended { .. } => on.known.can_revise() && spoken.addressed == Addressed::Us,
    }
}

/// Nobody is at work: whoever speaks is told how to be heard. Once per person until work starts again, and whenever they
/// speak to us by name.
pub(super) fn told(
    on: &mut Recording<'_>,
    conversation: &mut Conversation,
    found: &AuthorizedComment,
    spoken: &Spoken,
) -> String {
    let login = &found.actor.login;
    let told = conversation
        .told_rest
        .iter()
        .any(|other| other.eq_ignore_ascii_case(login));
    note_hint(conversation, found.comment, true);
    if told && spoken.addressed != Addressed::Us {
        on.notes.react_to(found.comment, Reaction::Eyes);
        return "nobody is at work; its writer knows how to be heard".into();
    }
    if !told {
        conversation.told_rest.push(login.clone());
        let surplus = conversation.told_rest.len().saturating_sub(TAKEN);
        conversation.told_rest.drain(..surplus);
    }
    let say = text::conversation::at_rest(login, on.known);
    on.notes.say(found.on, reply_key(found), say);
    "nobody is at work; its writer is told how to be heard".into()
}
