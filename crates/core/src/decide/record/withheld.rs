//! Comments of people without write access: held back while a session is on or its pull request is in review, and let in by a thumbs
//! up of somebody who may start work. Let in is what is said, never an order: no command, answer or review comes of it.

use serde_json::json;

use super::hearing::WAITING;
use super::recording::Recording;
use crate::actor::Account;
use crate::decide::messages;
use crate::effect::Reaction;
use crate::event::WithheldRead;
use crate::event_name::DomainEvent;
use crate::message::{AgentMessage, MessageKind};
use crate::outsider::{HeldBack, Outsider, ThumbsUp};
use crate::task::Task;

/// Somebody who may not speak to the agent wrote or changed a comment. What was let in before and is not heard yet was other words.
pub(super) fn hold(on: &Recording<'_>, task: &mut Task, comment: HeldBack) {
    let of_it =
        |message: &AgentMessage| message.comment == Some(comment.comment) && message.is_let_in();
    if task.conversation.messages.iter().any(of_it) {
        messages::take_back(&mut task.conversation, comment.comment);
    }
    // Nothing is read where nobody is at work: the next start reads the issue anew.
    if on.known.stage.is_live() || on.known.can_revise() {
        task.withheld.hold(comment, on.cx.now);
    }
}

/// The comment of a bot that is not listened to.
pub(super) fn hold_of_bot(on: &Recording<'_>, task: &mut Task, comment: HeldBack, bot: &Account) {
    if comment.author == bot.login {
        hold(on, task, comment);
    }
}

/// It was looked who lets something in.
pub(super) fn read(on: &mut Recording<'_>, task: &mut Task, read: &WithheldRead) -> String {
    for comment in &read.gone {
        task.withheld.forget(*comment);
    }
    if !on.known.stage.is_live() {
        return "no session is on; the next one reads the issue anew".into();
    }
    let before = task.withheld.comments.len();
    for said in &read.found {
        let key = task.withheld.key_to(said).cloned();
        let room = task.conversation.messages.len() < WAITING;
        if let Some(thumb) = key.filter(|_| room && task.withheld.holds_words(said)) {
            let_in(on, task, said, &thumb);
        }
    }
    match before - task.withheld.comments.len() {
        0 => "nobody who may has let in what is withheld".into(),
        let_in => format!("{let_in} of the comments that were withheld are let in"),
    }
}

fn let_in(on: &mut Recording<'_>, task: &mut Task, said: &Outsider, thumb: &ThumbsUp) {
    task.withheld.let_in(said, thumb);
    let by = thumb.actor.login.clone();
    on.notes.note(
        DomainEvent::CommentLetIn,
        json!({ "comment": said.comment, "author": said.author.login, "by": by, "sha256": said.sha256 }),
    );
    on.notes.react_to(said.comment, Reaction::Eyes);
    messages::add(
        &mut task.conversation,
        AgentMessage {
            id: format!("let-in:{}", said.comment),
            by: said.author.login.clone(),
            text: said.body.clone(),
            at: said.changed_at,
            kind: MessageKind::LetIn { by },
            comment: Some(said.comment),
            sending: false,
            heard: false,
            meanwhile: None,
        },
        &mut on.notes,
    );
}
