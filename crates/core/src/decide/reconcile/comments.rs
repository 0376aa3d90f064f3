//! The comments of questions and of a plan say what is so now: each is posted when it is new and edited when it reads
//! differently.

use super::change::Reconciled;
use crate::consent::PathsAsked;
use crate::effect;
use crate::policy::Context;
use crate::question::Question;
use crate::task::{Batch, Task};
use crate::text;
use crate::text::question::Asking;

/// Posts and edits the comments of questions, posts a plan, and says that a person has to look.
pub(super) fn follow(before: &Task, after: &Task, cx: Context<'_>, out: &mut Reconciled) {
    for batch in &after.conversation.batches {
        let body = render(after, batch, cx);
        let known = before.conversation.batches.iter();
        let was = known
            .filter(|other| other.key == batch.key)
            .map(|other| render(before, other, cx))
            .next();
        if was.as_ref() != Some(&body) {
            out.plan(after, upsert(after, batch, body), cx.now);
        }
    }
    let plan = after.conversation.plan.as_ref();
    if let Some(plan) = plan.filter(|plan| before.conversation.plan.as_ref() != Some(plan)) {
        let comment = effect::UpsertComment {
            on: after.place.issue,
            key: plan.key.clone(),
            comment: None,
            body: text::conversation::to_approve(plan),
        };
        out.plan(after, comment, cx.now);
    }
    paths(before, after, cx, out);
}

/// What waits for somebody's word in protected paths, or has it.
fn paths(before: &Task, after: &Task, cx: Context<'_>, out: &mut Reconciled) {
    let body = |asked: &PathsAsked| text::paths::comment(asked);
    let was = before.conversation.paths.as_deref();
    let Some(asked) = after.conversation.paths.as_deref() else {
        return;
    };
    let same = was.filter(|was| was.key == asked.key).map(body) == Some(body(asked));
    if !same {
        let comment = effect::UpsertComment {
            on: after.place.issue,
            key: asked.key.clone(),
            comment: asked.comment,
            body: body(asked),
        };
        out.plan(after, comment, cx.now);
    }
}

fn upsert(task: &Task, batch: &Batch, body: String) -> effect::UpsertComment {
    effect::UpsertComment {
        on: task.place.issue,
        key: batch.key.clone(),
        comment: batch.comment,
        body,
    }
}

/// Puts the comment of a batch again, as it stands.
pub(super) fn put_again(task: &Task, key: &str, cx: Context<'_>, out: &mut Reconciled) {
    let mut batches = task.conversation.batches.iter();
    if let Some(batch) = batches.find(|batch| batch.key == key) {
        let comment = upsert(task, batch, render(task, batch, cx));
        out.plan(task, comment, cx.now);
    }
}

/// The comment of a batch as it stands. How an answer is written depends on how many questions are open.
fn render(task: &Task, batch: &Batch, cx: Context<'_>) -> String {
    let asked = task.conversation.questions.iter();
    let questions: Vec<Question> = asked
        .filter(|question| batch.questions.contains(&question.id))
        .cloned()
        .collect();
    if questions.iter().all(|question| question.answer.is_some()) {
        return text::question::render_answered(&questions);
    }
    let asking = Asking {
        requester: task.job().and_then(|job| job.actor.login()),
        now: cx.now,
        expire_ms: cx.policy.limits.expire_ms,
    };
    text::question::render(&questions, task.open_questions().count(), &asking)
}
