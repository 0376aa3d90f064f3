//! What the agent has yet to hear: how a message is added, and how a comment becomes one. When it hears them is for the rules.

use serde_json::json;

use super::notes::Notes;
use crate::event::AuthorizedComment;
use crate::event_name::DomainEvent;
use crate::ids::CommentId;
use crate::message::{AgentMessage, Meanwhile, MessageKind};
use crate::task::Conversation;

/// Adds a message; one with the same id that the agent has not heard gives way, and if that one is on its way into a running
/// turn, it gives way should it come back. People's comments are bounded before they come here; of the rest there is one at a
/// time of each kind, or one review.
pub(super) fn add(conversation: &mut Conversation, message: AgentMessage, notes: &mut Notes) {
    notes.note(
        DomainEvent::MessageQueued,
        json!({ "word": message.id, "by": message.by }),
    );
    let known = conversation
        .messages
        .iter_mut()
        .find(|other| other.id == message.id && (!other.sending || other.may_come_back()));
    match known {
        Some(other) if other.sending => {
            other.meanwhile = Some(Meanwhile::Changed(Box::new(message)));
        }
        // Each edit of the issue is told as a difference to the one before.
        Some(other) if message.kind == MessageKind::Edited => {
            other.text = format!("{}\n\n{}", other.text, message.text);
            other.heard = false;
        }
        Some(other) => *other = message,
        None => conversation.messages.push(message),
    }
}

/// A comment is gone: its messages that the agent has not heard are taken back, those on their way should they come back.
pub(super) fn take_back(conversation: &mut Conversation, comment: CommentId) {
    let messages = &mut conversation.messages;
    messages.retain(|message| message.comment != Some(comment) || message.sending);
    for message in messages
        .iter_mut()
        .filter(|message| message.comment == Some(comment) && message.may_come_back())
    {
        message.meanwhile = Some(Meanwhile::TakenBack);
    }
}

/// A message was offered to a running turn that did not take it. `None` where its writer took it back meanwhile.
pub(super) fn came_back(message: AgentMessage) -> Option<AgentMessage> {
    match message.meanwhile {
        None => Some(AgentMessage {
            sending: false,
            ..message
        }),
        Some(Meanwhile::TakenBack) => None,
        Some(Meanwhile::Changed(now)) => Some(*now),
    }
}

/// A comment's words as the agent hears them.
pub(super) fn of_comment(
    found: &AuthorizedComment,
    words: &str,
    kind: MessageKind,
) -> AgentMessage {
    // One comment may both ask something and say something.
    let id = match &kind {
        MessageKind::Asked { .. } => format!("ask:{}", found.comment),
        MessageKind::Said
        | MessageKind::LetIn { .. }
        | MessageKind::Answer { .. }
        | MessageKind::Again { .. }
        | MessageKind::Unfitting
        | MessageKind::Edited
        | MessageKind::Approved
        | MessageKind::Protected
        | MessageKind::Review { .. }
        | MessageKind::Checks { .. }
        | MessageKind::Verification { .. }
        | MessageKind::Base { .. }
        | MessageKind::Landed
        | MessageKind::Moved { .. } => format!("comment:{}", found.comment),
    };
    AgentMessage {
        id,
        by: found.actor.login.clone(),
        text: words.to_owned(),
        at: found.at,
        kind,
        comment: Some(found.comment),
        sending: false,
        heard: false,
        meanwhile: None,
    }
}

/// A message of skep's own.
pub(super) fn of_skep(id: String, text: String, kind: MessageKind, at: i64) -> AgentMessage {
    AgentMessage {
        id,
        by: "skep".into(),
        text,
        at,
        kind,
        comment: None,
        sending: false,
        heard: false,
        meanwhile: None,
    }
}
