//! What people answer to an agent's questions: the first valid answer wins until it is taken back, what is unclear gets a
//! hint, and words that decide nothing are told to the agent while the question stays open.

use super::{Decision, Draft, ask, comments};
use crate::event::AuthorizedComment;
use crate::ids::CommentId;
use crate::message::{AgentMessage, MessageKind};
use crate::question::{self, Answer, Answers, By, Question, Saying};
use crate::task::{BlockReason, Next, Stage};
use crate::text;

/// What somebody says to the questions: to the open ones, and to those beside them that were answered before.
pub(super) fn read(draft: &Draft<'_>, said: &str, saying: Saying) -> Answers {
    let open: Vec<u32> = draft
        .task
        .open_questions()
        .map(|question| question.id)
        .collect();
    if open.is_empty() || said.trim().is_empty() {
        return Answers::default();
    }
    let batches = draft
        .task
        .conversation
        .batches
        .iter()
        .filter(|batch| batch.questions.iter().any(|id| open.contains(id)));
    let shown: Vec<u32> = batches
        .flat_map(|batch| batch.questions.iter().copied())
        .collect();
    let asked: Vec<&Question> = draft
        .task
        .conversation
        .questions
        .iter()
        .filter(|question| shown.contains(&question.id))
        .collect();
    question::answers(&asked, said, saying)
}

/// A box of ours was ticked.
pub(super) fn ticked(
    draft: Draft<'_>,
    found: &AuthorizedComment,
    body: &str,
    may: bool,
) -> Decision {
    let author = draft.cx.policy.author_answers
        && found.issue_author.eq_ignore_ascii_case(&found.actor.login);
    if !may && !author {
        return ask::show_again(
            draft,
            found.comment,
            "somebody ticked a box who may not answer",
        );
    }
    let mine = |id: &u32| {
        let batch = draft
            .task
            .conversation
            .batches
            .iter()
            .find(|batch| batch.comment == Some(found.comment));
        batch.is_some_and(|batch| batch.questions.contains(id))
    };
    let open: Vec<_> = draft
        .task
        .open_questions()
        .filter(|question| mine(&question.id))
        .collect();
    let given = question::ticked(&open, body);
    if given.given.is_empty() && given.unclear.is_none() {
        return ask::show_again(
            draft,
            found.comment,
            "no box was ticked; the question is put as it was",
        );
    }
    answered(draft, &given, found)
}

/// Takes what somebody answered; what is not clear gets a hint, and words beside it go to the agent.
pub(super) fn answered(
    mut draft: Draft<'_>,
    answers: &Answers,
    found: &AuthorizedComment,
) -> Decision {
    let open: Vec<Question> = draft.task.open_questions().cloned().collect();
    let settled: Vec<Question> = draft
        .task
        .conversation
        .questions
        .iter()
        .filter(|asked| answers.settled.contains(&asked.id))
        .cloned()
        .collect();
    for given in &answers.given {
        let answer = Answer {
            by: By::Person(found.actor.login.clone()),
            text: given.text.clone(),
            option: given.option,
            at: draft.cx.now,
            comment: Some(found.comment),
        };
        ask::set(&mut draft, given.question, answer);
    }
    let left: Vec<Question> = draft.task.open_questions().cloned().collect();
    let refs: Vec<&Question> = left.iter().collect();
    let mut said = Vec::new();
    if !settled.is_empty() {
        said.push(text::answer_replies::settled(
            &settled.iter().collect::<Vec<_>>(),
        ));
    }
    if let Some(unclear) = &answers.unclear {
        said.push(text::answer_replies::unclear(unclear, &refs));
    } else if !left.is_empty() && !answers.given.is_empty() {
        let before: Vec<&Question> = open.iter().collect();
        said.push(text::answer_replies::noted(&answers.given, &before, &refs));
    }
    if !said.is_empty() {
        draft.say(found.on, comments::reply_key(found), said.join("\n\n"));
    }
    comments::hinted(&mut draft, found.comment, answers.given.is_empty());
    if answers.given.is_empty() {
        return draft.because("the answer is not clear; its writer is told how to give it");
    }
    if !answers.words.is_empty() {
        draft = comments::add(
            draft,
            comments::word(found, &answers.words, MessageKind::Said),
        );
    }
    ask::go_on(draft, "answered")
}

/// Words that decide nothing while questions are open: the agent hears them, and whoever wrote them is told, once per
/// comment of questions, how a decision is written.
pub(super) fn told<'a>(mut draft: Draft<'a>, found: &AuthorizedComment, words: &str) -> Decision {
    let open: Vec<Question> = draft.task.open_questions().cloned().collect();
    let batch = draft
        .task
        .conversation
        .batches
        .iter_mut()
        .rev()
        .find(|batch| {
            open.iter()
                .any(|question| batch.questions.contains(&question.id))
        });
    let login = found.actor.login.clone();
    if let Some(batch) = batch.filter(|batch| !batch.told.contains(&login)) {
        batch.told.push(login.clone());
        let say = text::answer_replies::told(&login, &open.iter().collect::<Vec<_>>());
        draft.say(found.on, comments::reply_key(found), say);
    }
    // Who asks the agent back wants to hear it.
    let kind = match words.trim_end().ends_with(['?', '？']) {
        true => MessageKind::Asked { on: found.on },
        false => MessageKind::Said,
    };
    comments::say_to_agent(draft, found, words, kind)
}

/// The questions a comment answered whose answers the agent has not heard: until then an edit of the comment counts.
pub(super) fn unheard(draft: &Draft<'_>, comment: CommentId) -> Vec<u32> {
    let waiting = draft
        .task
        .conversation
        .messages
        .iter()
        .filter(|word| word.comment == Some(comment) && !word.sending);
    let answered = |word: &AgentMessage| match word.kind {
        MessageKind::Answer { question } => Some(question),
        _ => None,
    };
    waiting.filter_map(answered).collect()
}

/// Opens questions again whose answers are taken back before the agent has heard them. A session that was to go on with
/// them waits again.
pub(super) fn reopen(draft: &mut Draft<'_>, again: &[u32]) {
    if again.is_empty() {
        return;
    }
    let theirs = |word: &AgentMessage| matches!(word.kind, MessageKind::Answer { question } if again.contains(&question));
    draft
        .task
        .conversation
        .messages
        .retain(|word| !theirs(word));
    draft
        .task
        .conversation
        .questions
        .iter_mut()
        .filter(|asked| again.contains(&asked.id))
        .for_each(|asked| asked.answer = None);
    if let Stage::Queued {
        job,
        next: next @ Next::Conversation { .. },
        progress,
        ..
    } = &draft.task.stage
    {
        let (job, next, progress) = (job.clone(), next.clone(), progress.clone());
        draft.task.stage = Stage::Blocked {
            job,
            reason: BlockReason::Asked,
            next,
            progress,
            since: draft.cx.now,
        };
    }
}

/// What is said to somebody who chooses an option of a question that was answered before; `None` where nobody asked, or
/// where the words are more than a choice and so are for the agent.
pub(super) fn late(draft: &Draft<'_>, found: &AuthorizedComment, said: &str) -> Option<String> {
    let batch = draft.task.conversation.batches.last()?;
    let open = |asked: &Question| Question {
        answer: None,
        ..asked.clone()
    };
    let asked: Vec<Question> = draft
        .task
        .conversation
        .questions
        .iter()
        .filter(|q| batch.questions.contains(&q.id))
        .map(open)
        .collect();
    let asked: Vec<&Question> = asked.iter().collect();
    let chosen = question::answers(&asked, said, Saying::Plainly);
    let first = chosen.given.first().filter(|_| chosen.unclear.is_none())?;
    let question = draft
        .task
        .conversation
        .questions
        .iter()
        .find(|asked| asked.id == first.question)?;
    let only = chosen.given.iter().all(|given| given.option.is_some())
        && first.option.and_then(|option| question.options.get(option)) == Some(&first.text);
    let answer = question.answer.as_ref().filter(|_| only)?;
    Some(text::answer_replies::late(
        &found.actor.login,
        question,
        answer,
    ))
}
