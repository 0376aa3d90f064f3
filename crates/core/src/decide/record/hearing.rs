//! What all that people write has in common: who is listened to, how it is answered, and how it reaches the agent.

use super::recording::Recording;
use crate::actor::{Account, AccountKind};
use crate::decide::messages;
use crate::effect::Reaction;
use crate::event::AuthorizedComment;
use crate::ids::{CommentId, IssueNumber};
use crate::message::{AgentMessage, MessageKind};
use crate::task::{Conversation, Owed, Task};
use crate::text;

/// So many comments are remembered as taken.
pub(super) const TAKEN: usize = 100;
/// So many words may wait for the agent.
pub(super) const WAITING: usize = 50;

/// Bots are not listened to, unless the operator allows one: then only for so many rounds without a person between.
pub(super) fn bot(
    on: &Recording<'_>,
    conversation: &mut Conversation,
    sender: &Account,
) -> Result<(), String> {
    if sender.kind == AccountKind::User {
        return Ok(());
    }
    if !on.cx.policy.allowed_bots.contains(&sender.id) {
        let login = &sender.login;
        return Err(format!("{login} is a bot, and bots are not listened to"));
    }
    let rounds = conversation.bot_rounds;
    if rounds >= on.cx.policy.limits.bot_rounds {
        return Err(format!(
            "bots have spoken {rounds} times in a row; a person has to speak first"
        ));
    }
    conversation.bot_rounds += 1;
    Ok(())
}

/// Notes whether a comment led to no more than a hint: then an edit of it is heard as if it were new.
pub(super) fn note_hint(conversation: &mut Conversation, comment: CommentId, only: bool) {
    let hinted = &mut conversation.hinted_comments;
    hinted.retain(|other| *other != comment);
    if only {
        hinted.push(comment);
    }
    let surplus = hinted.len().saturating_sub(TAKEN);
    hinted.drain(..surplus);
}

/// The key of the one comment that replies to a comment.
pub(super) fn reply_key(found: &AuthorizedComment) -> String {
    format!("reply:{}", found.comment)
}

/// Takes a person's message for the agent.
pub(super) fn say_to_agent(
    on: &mut Recording<'_>,
    task: &mut Task,
    found: &AuthorizedComment,
    message: AgentMessage,
) -> String {
    let messages = &task.conversation.messages;
    let waits = messages
        .iter()
        .any(|message| message.comment == Some(found.comment));
    if messages.len() >= WAITING && !waits {
        // An edit of it counts as soon as there is room.
        note_hint(&mut task.conversation, found.comment, true);
        on.notes.react_to(found.comment, Reaction::Confused);
        let say = text::conversation::too_many_words(&found.actor.login, WAITING);
        on.notes.say(found.on, reply_key(found), say);
        return "too many words wait for the agent; its writer is told".into();
    }
    on.notes.react_to(found.comment, Reaction::Eyes);
    task.review.a_person_spoke();
    messages::add(&mut task.conversation, message, &mut on.notes);
    "a person said something".into()
}

/// A question's comment was deleted, or changed by somebody who may not answer: it is put again as it was.
pub(super) fn put_again(on: &mut Recording<'_>, comment: CommentId) -> bool {
    let mut batches = on.known.conversation.batches.iter();
    let Some(batch) = batches.find(|batch| batch.comment == Some(comment)) else {
        return false;
    };
    let key = batch.key.clone();
    on.notes.owe(Owed::Question { key });
    true
}

/// How words are meant that are no command: whoever asks the agent wants to hear its answer.
pub(super) fn meant(words: &str, on: IssueNumber) -> MessageKind {
    match words.trim_end().ends_with(['?', '？']) {
        true => MessageKind::Asked { on },
        false => MessageKind::Said,
    }
}
