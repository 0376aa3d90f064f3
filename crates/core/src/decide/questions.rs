//! Questions of an agent to people as the task holds them: asked, answered, taken back, forgotten. Both `record` and the rules
//! come here; what their comments say follows from it.

use serde_json::json;

use super::notes::Notes;
use crate::event_name::DomainEvent;
use crate::message::{AgentMessage, MessageKind};
use crate::policy::Context;
use crate::question::{self, Answer, Asked, By, Question};
use crate::task::{Batch, Conversation, Job, Owed, Task};
use crate::text;

/// Whether the session has no comment left to ask in: a question nobody would see is not waited for.
pub(super) fn are_too_many(job: &Job, cx: Context<'_>) -> bool {
    job.comments >= cx.policy.limits.comments
}

/// Puts questions to people, in one comment of the session; false when all of them are known.
pub(super) fn put(
    conversation: &mut Conversation,
    asked: &[Asked],
    notes: &mut Notes,
    now: i64,
) -> bool {
    let known: Vec<Asked> = conversation.open().map(Asked::of).collect();
    // An agent that lost its memory on the way may ask again: one question, one comment.
    let is_new =
        |asked: &Asked| !asked.text.is_empty() && !known.iter().any(|known| known.is_same(asked));
    let asked: Vec<Asked> = asked
        .iter()
        .take(question::BATCH)
        .cloned()
        .map(Asked::tidy)
        .filter(is_new)
        .collect();
    if asked.is_empty() {
        return false;
    }
    let first = conversation.asked + 1;
    let questions = question::number(asked, first, now);
    conversation.asked += u32::try_from(questions.len()).unwrap_or(u32::MAX);
    conversation.batches.push(Batch {
        key: format!("question:{first}"),
        questions: questions.iter().map(|question| question.id).collect(),
        comment: None,
        told: vec![],
    });
    conversation.reminded = false;
    notes.note(
        DomainEvent::QuestionAsked,
        json!({ "questions": questions }),
    );
    notes.tell(text::conversation::asked(questions.len()));
    conversation.questions.extend(questions);
    true
}

/// Answers a question, if nobody has; the agent is to hear it.
pub(super) fn answer(conversation: &mut Conversation, id: u32, answer: Answer, notes: &mut Notes) {
    let open = conversation
        .questions
        .iter_mut()
        .find(|question| question.id == id && question.answer.is_none());
    let Some(question) = open else { return };
    question.answer = Some(answer.clone());
    let question = question.clone();
    let by = match &answer.by {
        By::Person(login) => login.clone(),
        By::Default | By::Agent => "skep".into(),
    };
    notes.note(
        DomainEvent::QuestionAnswered,
        json!({ "question": id, "by": by, "text": answer.text }),
    );
    notes.tell(text::conversation::answered(id, &by));
    conversation.messages.push(AgentMessage {
        id: format!("answer:{id}"),
        by,
        text: text::prompt::answer(&question, &answer),
        at: answer.at,
        kind: MessageKind::Answer { question: id },
        comment: answer.comment,
        sending: false,
        heard: false,
        meanwhile: None,
    });
    if conversation.open().next().is_none() {
        conversation.reminded = false;
    }
}

/// The agent finished although it was told that these questions are open: nobody is waited for any more.
pub(super) fn take_back(
    conversation: &mut Conversation,
    told: &[u32],
    notes: &mut Notes,
    now: i64,
) {
    let given_up = Answer {
        by: By::Agent,
        text: String::new(),
        option: None,
        at: now,
        comment: None,
    };
    let mut taken_back = Vec::new();
    for question in &mut conversation.questions {
        if told.contains(&question.id) && question.answer.is_none() {
            question.answer = Some(given_up.clone());
            taken_back.push(question.id);
        }
    }
    if taken_back.is_empty() {
        return;
    }
    notes.note(
        DomainEvent::QuestionWithdrawn,
        json!({ "questions": taken_back }),
    );
    notes.tell(text::conversation::WENT_ON);
    if conversation.open().next().is_none() {
        conversation.reminded = false;
    }
}

/// Forgets the questions of a session that is over. What was answered stays to be read; what is open is out of date, also
/// where its comment is still on its way: it would ask for ever.
pub(super) fn forget(task: &mut Task, expired: bool, notes: &mut Notes, cx: Context<'_>) {
    let issue = task.place.issue;
    let conversation = &mut task.conversation;
    for batch in std::mem::take(&mut conversation.batches) {
        let questions: Vec<Question> = conversation
            .questions
            .iter()
            .filter(|question| batch.questions.contains(&question.id))
            .cloned()
            .collect();
        if questions.iter().all(|question| question.answer.is_some()) {
            continue;
        }
        let body = match expired {
            true => text::question::render_expired(&questions, cx.policy.limits.expire_ms),
            false => text::question::render_answered(&questions),
        };
        notes.edit(issue, batch.key, batch.comment, body);
        if let Some(comment) = batch.comment {
            notes.owe(Owed::Hide { comment });
        }
    }
    conversation.questions.clear();
    conversation.reminded = false;
}
