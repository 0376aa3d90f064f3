//! What a command comes to where it is no order: words, or the question whether work may start.

use crate::actor::Actor;
use crate::decide::record::hearing::reply_key;
use crate::decide::record::recording::Recording;
use crate::effect::Reaction;
use crate::event::{Asking, AuthorizedComment};
use crate::task::{Trigger, Wanted};

/// Answers in words.
pub(super) fn said(
    on: &mut Recording<'_>,
    found: &AuthorizedComment,
    say: impl Into<String>,
) -> String {
    on.notes.say(found.on, reply_key(found), say);
    "answered on the issue".into()
}

/// Asks for a start, as the label does, but without the label having to be there.
pub(super) fn start(
    on: &mut Recording<'_>,
    wanted: &mut Wanted,
    found: &AuthorizedComment,
) -> String {
    on.notes.react(Reaction::Eyes);
    wanted.trigger = Some(Trigger {
        actor: Actor::Person(found.actor.clone()),
        asking: Asking::Command,
        snapshot: None,
    });
    "asked GitHub whether this may start".into()
}
