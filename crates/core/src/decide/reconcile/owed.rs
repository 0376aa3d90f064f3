//! What people are owed becomes effects, once. Replies to one comment are one comment; a session has only so many, and what is
//! over shows in the status comment alone.

use super::Reconciled;
use crate::effect;
use crate::ids::IssueNumber;
use crate::policy::Context;
use crate::task::{Owed, Task};
use crate::text;

/// Pays what is owed.
pub(super) fn pay(before: &Task, task: &mut Task, cx: Context<'_>, out: &mut Reconciled) {
    let looks = needs_a_person(before, task, cx);
    task.wanted.owed.extend(looks);
    for owed in together(std::mem::take(&mut task.wanted.owed)) {
        match owed {
            Owed::React {
                reaction,
                instead_of,
            } => out.plan(
                task,
                effect::React {
                    reaction,
                    instead_of,
                },
                cx.now,
            ),
            Owed::ReactTo {
                comment,
                reaction,
                instead_of,
            } => {
                let react = effect::ReactTo {
                    comment,
                    reaction,
                    instead_of,
                };
                out.plan(task, react, cx.now);
            }
            Owed::Comment {
                on,
                key,
                comment,
                body,
                counted,
            } => {
                if counted && !count(task, cx) {
                    continue;
                }
                let comment = effect::UpsertComment {
                    on,
                    key,
                    comment,
                    body,
                };
                out.plan(task, comment, cx.now);
            }
            Owed::Hide { comment } => out.plan(task, effect::HideComment { comment }, cx.now),
            Owed::Question { key } => super::comments::put_again(task, &key, cx, out),
        }
    }
}

/// A person has to look at our pull request: said once, on one screen.
fn needs_a_person(before: &Task, task: &Task, cx: Context<'_>) -> Option<Owed> {
    let review = &task.review;
    let say = review.needs.as_deref()?;
    if before.review.needs.as_deref() == Some(say) {
        return None;
    }
    let job = task.job();
    let way_on = match review.rounds < cx.policy.limits.rounds {
        true => format!("{say}\n\n{}", text::conversation::BACK_TO_WORK),
        false => say.to_owned(),
    };
    let pull = task.pull.as_ref().map(|pull| IssueNumber(pull.number));
    let round = job.map_or(0, |job| job.round);
    let login = job.and_then(|job| job.actor.login());
    Some(Owed::Comment {
        on: pull.unwrap_or(task.place.issue),
        key: format!("needs:{}:{round}", review.rounds),
        comment: None,
        body: text::conversation::needs_person(login, &way_on),
        counted: true,
    })
}

/// Whether the session may write one more.
fn count(task: &mut Task, cx: Context<'_>) -> bool {
    let limit = cx.policy.limits.comments;
    let Some(job) = task.job_mut() else {
        return true;
    };
    if job.comments >= limit {
        task.tell(cx.now, text::conversation::TOO_MANY_COMMENTS);
        return false;
    }
    job.comments += 1;
    true
}

/// Joins the new comments that have one key.
fn together(owed: Vec<Owed>) -> Vec<Owed> {
    let mut all: Vec<Owed> = Vec::new();
    for next in owed {
        let Owed::Comment {
            key,
            body,
            comment: None,
            counted: true,
            ..
        } = &next
        else {
            all.push(next);
            continue;
        };
        let same = all.iter_mut().find_map(|other| match other {
            Owed::Comment {
                key: other,
                body,
                counted: true,
                ..
            } if other == key => Some(body),
            Owed::React { .. }
            | Owed::ReactTo { .. }
            | Owed::Comment { .. }
            | Owed::Hide { .. }
            | Owed::Question { .. } => None,
        });
        match same {
            Some(before) => *before = format!("{before}\n\n{body}"),
            None => all.push(next),
        }
    }
    all
}
