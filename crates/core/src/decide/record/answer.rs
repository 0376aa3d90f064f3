//! What people answer to an agent's questions: the first valid answer wins until it is taken back, what is unclear gets a
//! hint, and words that decide nothing are told to the agent while the question stays open.

use super::hearing::{meant, note_hint, put_again, reply_key, say_to_agent};
use super::recording::Recording;
use crate::decide::{messages, questions};
use crate::event::AuthorizedComment;
use crate::ids::CommentId;
use crate::message::{AgentMessage, MessageKind};
use crate::question::{self, Answer, Answers, By, Question, Saying};
use crate::task::{Batch, Conversation, Task};
use crate::text;

/// What somebody says to the questions: to the open ones, and to those beside them that were answered before.
pub(super) fn read(conversation: &Conversation, said: &str, saying: Saying) -> Answers {
    let open: Vec<u32> = conversation.open().map(|question| question.id).collect();
    if open.is_empty() || said.trim().is_empty() {
        return Answers::default();
    }
    let batches = conversation.batches.iter();
    let shown: Vec<u32> = batches
        .filter(|batch| batch.questions.iter().any(|id| open.contains(id)))
        .flat_map(|batch| batch.questions.iter().copied())
        .collect();
    let asked: Vec<&Question> = conversation
        .questions
        .iter()
        .filter(|question| shown.contains(&question.id))
        .collect();
    question::answers(&asked, said, saying)
}

/// A box of ours was ticked.
pub(super) fn ticked(
    on: &mut Recording<'_>,
    conversation: &mut Conversation,
    found: &AuthorizedComment,
    may: bool,
) -> String {
    let author =
        on.cx.policy.author_answers && found.issue_author.eq_ignore_ascii_case(&found.actor.login);
    if !may && !author {
        put_again(on, found.comment);
        return "somebody ticked a box who may not answer".into();
    }
    let mut batches = conversation.batches.iter();
    let batch: Option<&Batch> = batches.find(|batch| batch.comment == Some(found.comment));
    let open: Vec<_> = conversation
        .open()
        .filter(|question| batch.is_some_and(|batch| batch.questions.contains(&question.id)))
        .collect();
    let given = question::ticked(&open, found.body.as_deref().unwrap_or_default());
    if given.given.is_empty() && given.unclear.is_none() {
        put_again(on, found.comment);
        return "no box was ticked; the question is put as it was".into();
    }
    answered(on, conversation, &given, found)
}

/// Takes what somebody answered; what is not clear gets a hint, and words beside it go to the agent.
pub(super) fn answered(
    on: &mut Recording<'_>,
    conversation: &mut Conversation,
    answers: &Answers,
    found: &AuthorizedComment,
) -> String {
    let before: Vec<Question> = conversation.open().cloned().collect();
    for given in &answers.given {
        let answer = Answer {
            by: By::Person(found.actor.login.clone()),
            text: given.text.clone(),
            option: given.option,
            at: on.cx.now,
            comment: Some(found.comment),
        };
        questions::answer(conversation, given.question, answer, &mut on.notes);
    }
    let said = replies(conversation, answers, &before);
    if !said.is_empty() {
        on.notes.say(found.on, reply_key(found), said.join("\n\n"));
    }
    note_hint(conversation, found.comment, answers.given.is_empty());
    if answers.given.is_empty() {
        return "the answer is not clear; its writer is told how to give it".into();
    }
    if !answers.words.is_empty() {
        let message = messages::of_comment(found, &answers.words, MessageKind::Said);
        messages::add(conversation, message, &mut on.notes);
    }
    match conversation.open().next().is_some() {
        true => "answered; others are open".into(),
        false => "answered".into(),
    }
}

/// What is said to whoever answered: what was answered before, what is not clear, and what is still open.
fn replies(conversation: &Conversation, answers: &Answers, before: &[Question]) -> Vec<String> {
    let settled: Vec<&Question> = conversation
        .questions
        .iter()
        .filter(|asked| answers.settled.contains(&asked.id))
        .collect();
    let left: Vec<&Question> = conversation.open().collect();
    let mut said = Vec::new();
    if !settled.is_empty() {
        said.push(text::answer_replies::settled(&settled));
    }
    if let Some(unclear) = &answers.unclear {
        said.push(text::answer_replies::unclear(unclear, &left));
    } else if !left.is_empty() && !answers.given.is_empty() {
        let before: Vec<&Question> = before.iter().collect();
        said.push(text::answer_replies::noted(&answers.given, &before, &left));
    }
    said
}

/// Words that decide nothing while questions are open: the agent hears them, and whoever wrote them is told, once per
/// comment of questions, how a decision is written.
pub(super) fn told(
    on: &mut Recording<'_>,
    task: &mut Task,
    found: &AuthorizedComment,
    words: &str,
) -> String {
    let open: Vec<Question> = task.conversation.open().cloned().collect();
    let asks = |batch: &&mut Batch| open.iter().any(|asked| batch.questions.contains(&asked.id));
    let batch = task.conversation.batches.iter_mut().rev().find(asks);
    let login = found.actor.login.clone();
    if let Some(batch) = batch.filter(|batch| !batch.told.contains(&login)) {
        batch.told.push(login.clone());
        let say = text::answer_replies::told(&login, &open.iter().collect::<Vec<_>>());
        on.notes.say(found.on, reply_key(found), say);
    }
    let kind = meant(words, found.on);
    say_to_agent(on, task, found, messages::of_comment(found, words, kind))
}

/// The questions a comment answered whose answers the agent has not heard: until then an edit of the comment counts.
pub(super) fn not_heard(conversation: &Conversation, comment: CommentId) -> Vec<u32> {
    let answered = |message: &AgentMessage| match message.kind {
        MessageKind::Answer { question } => Some(question),
        MessageKind::Said
        | MessageKind::LetIn { .. }
        | MessageKind::Asked { .. }
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
        | MessageKind::Moved { .. } => None,
    };
    let messages = conversation.messages.iter();
    messages
        .filter(|message| message.comment == Some(comment) && !message.sending)
        .filter_map(answered)
        .collect()
}

/// Opens questions again whose answers are taken back before the agent has heard them. A session that was to go on with
/// them waits again: a rule sees to that.
pub(super) fn reopen(conversation: &mut Conversation, again: &[u32]) {
    let theirs = |message: &AgentMessage| matches!(message.kind, MessageKind::Answer { question } if again.contains(&question));
    conversation.messages.retain(|message| !theirs(message));
    conversation
        .questions
        .iter_mut()
        .filter(|asked| again.contains(&asked.id))
        .for_each(|asked| asked.answer = None);
}

/// What is said to somebody who chooses an option of a question that was answered before; `None` where nobody asked, or
/// where the words are more than a choice and so are for the agent.
pub(super) fn late(
    conversation: &Conversation,
    found: &AuthorizedComment,
    said: &str,
) -> Option<String> {
    let batch = conversation.batches.last()?;
    let unanswered = |asked: &Question| Question {
        answer: None,
        ..asked.clone()
    };
    let asked: Vec<Question> = conversation
        .questions
        .iter()
        .filter(|asked| batch.questions.contains(&asked.id))
        .map(unanswered)
        .collect();
    let asked: Vec<&Question> = asked.iter().collect();
    let chosen = question::answers(&asked, said, Saying::Plainly);
    let first = chosen.given.first().filter(|_| chosen.unclear.is_none())?;
    let mut questions = conversation.questions.iter();
    let question = questions.find(|asked| asked.id == first.question)?;
    let only = chosen.given.iter().all(|given| given.option.is_some())
        && first.option.and_then(|option| question.options.get(option)) == Some(&first.text);
    let answer = question.answer.as_ref().filter(|_| only)?;
    let login = &found.actor.login;
    Some(text::answer_replies::late(login, question, answer))
}
