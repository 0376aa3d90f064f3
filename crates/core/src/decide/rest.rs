//! Words where nobody is at work: whoever may speak gets a sign and the next step, so that no word vanishes.

use super::comments::{TAKEN, hinted, reply_key};
use super::{Decision, Draft};
use crate::command::{Addressed, Spoken};
use crate::effect::Reaction;
use crate::event::AuthorizedComment;
use crate::task::Stage;
use crate::text;

/// Whether words without a command reach an agent as things stand.
pub(super) fn listens(draft: &Draft<'_>, spoken: &Spoken, at: i64) -> bool {
    match &draft.task.stage {
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
        Stage::Ended { .. } => draft.task.can_revise() && spoken.addressed == Addressed::Us,
    }
}

/// Nobody is at work: whoever speaks is told how to be heard. Once per person until work starts again, and whenever they
/// speak to us by name.
pub(super) fn told(mut draft: Draft<'_>, found: &AuthorizedComment, spoken: &Spoken) -> Decision {
    let login = &found.actor.login;
    let told = draft
        .task
        .conversation
        .told_rest
        .iter()
        .any(|other| other.eq_ignore_ascii_case(login));
    hinted(&mut draft, found.comment, true);
    if told && spoken.addressed != Addressed::Us {
        draft.react_to(found.comment, Reaction::Eyes, None);
        return draft.because("nobody is at work; its writer knows how to be heard");
    }
    let say = text::conversation::at_rest(login, &draft.task);
    if !told {
        draft.task.conversation.told_rest.push(login.clone());
        let surplus = draft
            .task
            .conversation
            .told_rest
            .len()
            .saturating_sub(TAKEN);
        draft.task.conversation.told_rest.drain(..surplus);
    }
    draft.say(found.on, reply_key(found), say);
    draft.because("nobody is at work; its writer is told how to be heard")
}
