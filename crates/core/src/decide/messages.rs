//! What the agent has yet to hear: how a message is added, and how a comment becomes one. When it hears them is for the rules.

use serde_json::json;

use super::notes::Notes;
use crate::event::AuthorizedComment;
use crate::event_name::DomainEvent;
use crate::message::{AgentMessage, MessageKind};
use crate::task::Conversation;

/// Adds a message; one with the same id that the agent has not heard gives way. People's comments are bounded before they
/// come here; of the rest there is one at a time of each kind, or one review.
pub(super) fn add(conversation: &mut Conversation, message: AgentMessage, notes: &mut Notes) {
    notes.note(
        DomainEvent::MessageQueued,
        json!({ "word": message.id, "by": message.by }),
    );
    let known = conversation
        .messages
        .iter_mut()
        .find(|other| other.id == message.id && !other.sending);
    match known {
        // Each edit of the issue is told as a difference to the one before.
        Some(other) if message.kind == MessageKind::Edited => {
            other.text = format!("{}\n\n{}", other.text, message.text);
            other.heard = false;
        }
        Some(other) => *other = message,
        None => conversation.messages.push(message),
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
        | MessageKind::Answer { .. }
        | MessageKind::Again { .. }
        | MessageKind::Unfitting
        | MessageKind::Edited
        | MessageKind::Approved
        | MessageKind::Review { .. }
        | MessageKind::Checks { .. }
        | MessageKind::Base { .. }
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
    }
}
