//! Questions of an agent to people: one comment each, first valid answer wins, and nobody waits for ever.

use serde_json::json;

use super::{Decision, Draft, comments, end, outage, pull, reconcile};
use crate::event::Timer;
use crate::event_name::DomainEvent;
use crate::ids::CommentId;
use crate::message::{AgentMessage, MessageKind};
use crate::question::{self, Answer, Asked, By, Question};
use crate::task::{Batch, BlockReason, Next, Stage, Step};
use crate::text;

/// The agent asks while it works.
pub(super) fn asked(mut draft: Draft<'_>, asked: &[Asked]) -> Decision {
    if full(&draft) {
        return unasked(draft);
    }
    put(&mut draft, asked.to_vec());
    draft.because("the agent asks")
}

/// Whether the session has no comment left to ask in.
pub(super) fn full(draft: &Draft<'_>) -> bool {
    draft
        .task
        .job()
        .is_some_and(|job| job.comments >= draft.cx.policy.limits.comments)
}

/// A question nobody would see is not waited for.
pub(super) fn unasked(draft: Draft<'_>) -> Decision {
    end::fail(draft, "too_many_comments", text::failure::TOO_MANY_COMMENTS)
}

/// Puts questions to people.
pub(super) fn put(draft: &mut Draft<'_>, asked: Vec<Asked>) {
    let known: Vec<Asked> = draft.task.open_questions().map(Asked::of).collect();
    // An agent that lost its memory on the way may ask again: one question, one comment.
    let new =
        |asked: &Asked| !asked.text.is_empty() && !known.iter().any(|known| known.is_same(asked));
    let asked: Vec<Asked> = asked
        .into_iter()
        .take(question::BATCH)
        .map(Asked::tidy)
        .filter(new)
        .collect();
    if asked.is_empty() {
        return;
    }
    let first = draft.task.conversation.asked + 1;
    let questions = question::number(asked, first, draft.cx.now);
    let key = format!("question:{first}");
    draft.task.conversation.asked += u32::try_from(questions.len()).unwrap_or(u32::MAX);
    let ids = questions.iter().map(|question| question.id).collect();
    draft.note(
        DomainEvent::QuestionAsked,
        json!({ "questions": questions }),
    );
    draft
        .task
        .tell(draft.cx.now, text::conversation::asked(questions.len()));
    draft.task.conversation.questions.extend(questions);
    draft.task.conversation.batches.push(Batch {
        key: key.clone(),
        questions: ids,
        comment: None,
        told: vec![],
    });
    draft.task.conversation.reminded = false;
    draft.count_comment();
}

/// Puts a question's comment back as it was: deleted, or changed by somebody who may not answer.
pub(super) fn show_again(mut draft: Draft<'_>, comment: CommentId, reason: &str) -> Decision {
    let batch = draft
        .task
        .conversation
        .batches
        .iter()
        .find(|batch| batch.comment == Some(comment));
    if let Some(batch) = batch.cloned() {
        let body = reconcile::question(&draft.task, &batch, draft.cx);
        let issue = draft.task.place.issue;
        draft.put(issue, batch.key, batch.comment, body);
    }
    draft.because(reason)
}

/// Somebody was assigned for us.
pub(super) fn assigned(mut draft: Draft<'_>, login: &str, added: bool) -> Decision {
    if !added {
        return draft.because("they were assigned before");
    }
    draft.task.conversation.assigned = Some(login.to_owned());
    draft.because(format!("{login} is assigned for us"))
}

/// The turn is over and questions are open: the agent waits with its process alive, for a while.
pub(super) fn wait(mut draft: Draft<'_>) -> Decision {
    let until = draft.cx.now + draft.cx.policy.limits.park_ms;
    draft.set_step(Step::Waiting { until });
    draft.note(DomainEvent::SessionWaiting, json!({ "until": until }));
    draft.because("questions are open; the agent waits")
}

pub(super) fn set(draft: &mut Draft<'_>, id: u32, answer: Answer) {
    let Some(question) = draft
        .task
        .conversation
        .questions
        .iter_mut()
        .find(|question| question.id == id)
    else {
        return;
    };
    if question.answer.is_some() {
        return;
    }
    question.answer = Some(answer.clone());
    let question = question.clone();
    let by = match &answer.by {
        By::Person(login) => login.clone(),
        By::Default | By::Agent => "skep".into(),
    };
    draft.note(
        DomainEvent::QuestionAnswered,
        json!({ "question": id, "by": by, "text": answer.text }),
    );
    draft
        .task
        .tell(draft.cx.now, text::conversation::answered(id, &by));
    draft.task.conversation.messages.push(AgentMessage {
        id: format!("answer:{id}"),
        by,
        text: text::prompt::answer(&question, &answer),
        at: draft.cx.now,
        kind: MessageKind::Answer { question: id },
        comment: answer.comment,
        sending: false,
    });
}

/// The agent finished although these questions were open: nobody is waited for any more, and their comments say so.
pub(super) fn went_on(draft: &mut Draft<'_>, asked: &[u32]) {
    let given_up = Answer {
        by: By::Agent,
        text: String::new(),
        option: None,
        at: draft.cx.now,
        comment: None,
    };
    let mut taken_back = Vec::new();
    for question in &mut draft.task.conversation.questions {
        if asked.contains(&question.id) && question.answer.is_none() {
            question.answer = Some(given_up.clone());
            taken_back.push(question.id);
        }
    }
    if taken_back.is_empty() {
        return;
    }
    draft.note(
        DomainEvent::QuestionWithdrawn,
        json!({ "questions": taken_back }),
    );
    draft.task.tell(draft.cx.now, text::conversation::WENT_ON);
    if draft.task.open_questions().next().is_none() {
        draft.task.conversation.reminded = false;
    }
}

/// An answer in own words does not fill the agent's form, which it was handed to: the agent hears it as words instead.
pub(super) fn unfitting(draft: Draft<'_>, text: &str) -> Decision {
    let word = AgentMessage {
        id: format!("form:{}", draft.cx.now),
        by: "skep".into(),
        text: text.to_owned(),
        at: draft.cx.now,
        kind: MessageKind::Unfitting,
        comment: None,
        sending: false,
    };
    comments::deliver(
        comments::add(draft, word),
        "an answer does not fill the agent's form",
    )
}

/// Where all is answered, the agent hears it.
pub(super) fn go_on(mut draft: Draft<'_>, reason: &str) -> Decision {
    if draft.task.open_questions().next().is_some() {
        return draft.because(format!("{reason}; others are open"));
    }
    draft.task.conversation.reminded = false;
    comments::deliver(draft, reason)
}

/// A moment came.
pub(super) fn rang(mut draft: Draft<'_>, alarm: &Timer) -> Decision {
    draft.task.timers.retain(|(other, _)| other != alarm);
    match alarm {
        Timer::Park => park(draft),
        Timer::Remind => remind(draft),
        Timer::Expire => expire(draft),
        Timer::Look => pull::look_again(draft),
        Timer::Again => outage::again(draft),
    }
}

/// It waited long enough with its process alive.
fn park(mut draft: Draft<'_>) -> Decision {
    let Stage::Working {
        job,
        step: Step::Waiting { until },
        progress,
    } = draft.task.stage.clone()
    else {
        return draft.because("nobody waits with a process");
    };
    if draft.cx.now < until {
        return draft.because("not yet");
    }
    comments::end_agent(&mut draft);
    draft.task.stage = Stage::Blocked {
        job,
        reason: BlockReason::Asked,
        next: Next::Conversation { interrupted: false },
        progress,
        since: draft.cx.now,
    };
    draft.note_bare(DomainEvent::SessionParked);
    draft.because("parked: it waits without a process")
}

fn remind(mut draft: Draft<'_>) -> Decision {
    let open: Vec<Question> = draft.task.open_questions().cloned().collect();
    let Some(first) = open.first().filter(|_| !draft.task.conversation.reminded) else {
        return draft.because("nobody has to be reminded");
    };
    if draft.cx.now < first.asked_at + draft.cx.policy.limits.remind_ms {
        return draft.because("not yet");
    }
    draft.task.conversation.reminded = true;
    let login = draft.task.job().and_then(|job| job.actor.login());
    let ends = open
        .iter()
        .map(|question| question.ends_at(draft.cx.policy.limits.expire_ms))
        .min();
    let body = text::conversation::reminder(login, &open, ends.unwrap_or_default(), draft.cx.now);
    draft.say_here(format!("reminder:{}", first.id), body);
    draft.because("people are reminded")
}

/// Nobody answered in time: the declared default applies, or the session stops with its work kept.
fn expire(mut draft: Draft<'_>) -> Decision {
    let (now, limit) = (draft.cx.now, draft.cx.policy.limits.expire_ms);
    let due: Vec<Question> = draft
        .task
        .open_questions()
        .filter(|question| question.ends_at(limit) <= now)
        .cloned()
        .collect();
    if due.is_empty() {
        return draft.because("no question is over");
    }
    for question in &due {
        match question.by_default(now) {
            Some(answer) => set(&mut draft, question.id, answer),
            None => {
                let days = limit / 86_400_000;
                return end::expired(
                    draft,
                    &text::conversation::nobody_answered(question.id, days),
                );
            }
        }
    }
    go_on(draft, "nobody answered in time, so the default applies")
}
