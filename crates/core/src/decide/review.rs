//! What people say about our pull request: a submitted review starts one revision of the same session on the same branch.

use serde_json::json;

use super::{Decision, Draft, closed, comments};
use crate::agent::ThreadReply;
use crate::effect;
use crate::event::{ReviewFacts, ReviewVerdict, Work};
use crate::event_name::DomainEvent;
use crate::ids::Sha;
use crate::message::{AgentMessage, MessageKind, Thread};
use crate::place::{Account, AccountKind};
use crate::task::{Job, Next, Stage};
use crate::text;

/// A review was submitted. It is read whole, once, instead of comment by comment.
pub(super) fn reviewed(mut draft: Draft<'_>, pull: i64, review: i64, sender: &Account) -> Decision {
    let me = &draft.cx.policy.me;
    if sender.login == me.login {
        return draft.because("our own words on the pull request");
    }
    if sender.kind != AccountKind::User && !draft.cx.policy.allowed_bots.contains(&sender.id) {
        return draft.because("a bot's review; bots are not listened to");
    }
    if draft
        .task
        .pull
        .as_ref()
        .is_none_or(|ours| ours.number != pull)
    {
        return draft.because("not our pull request");
    }
    if draft.task.conversation.reviews.contains(&review) {
        return draft.because("that review was read before");
    }
    draft.plan(effect::ReadReview { pull, review });
    draft.because("the review is read")
}

/// So many reviews are remembered as read.
const READ: usize = 100;

/// A review was read.
pub(super) fn read(mut draft: Draft<'_>, review: &ReviewFacts) -> Decision {
    let known = &mut draft.task.conversation.reviews;
    if known.contains(&review.id) {
        return draft.because("that review was read before");
    }
    known.push(review.id);
    let surplus = known.len().saturating_sub(READ);
    known.drain(..surplus);
    let login = review.author.login.clone();
    closed::note(&mut draft, review.issue_open);
    if !review.permission.may_start() && !draft.task.delegated(&login) {
        return draft.because(format!("@{login} may not send the agent back to work"));
    }
    let asks = match review.verdict {
        ReviewVerdict::ChangesRequested => true,
        ReviewVerdict::Commented => !review.threads.is_empty() || mentions(&draft, &review.body),
        ReviewVerdict::Approved => !review.threads.is_empty(),
        ReviewVerdict::Other => false,
    };
    if !asks {
        return draft.because("the review asks for nothing");
    }
    let waits = draft.task.can_revise()
        || matches!(
            draft.task.stage,
            Stage::Queued { .. } | Stage::Working { .. } | Stage::Blocked { .. }
        );
    if !waits {
        return draft
            .because("no session can take the review up; a new one reads the pull request");
    }
    draft.note(
        DomainEvent::ReviewTaken,
        json!({ "review": review.id, "by": login, "threads": review.threads.len() }),
    );
    a_person_spoke(&mut draft);
    for thread in &review.threads {
        draft
            .task
            .review
            .threads
            .retain(|other| other.id != thread.id);
        draft.task.review.threads.push(thread.clone());
    }
    let word = AgentMessage {
        id: format!("review:{}", review.id),
        by: login,
        text: review.body.clone(),
        at: review.at,
        kind: MessageKind::Review {
            threads: review.threads.clone(),
        },
        comment: None,
        sending: false,
    };
    comments::deliver(comments::add(draft, word), "a review asks for changes")
}

/// A person's word counts anew what the agent may try by itself.
pub(super) fn a_person_spoke(draft: &mut Draft<'_>) {
    draft.task.review.fix_attempts = 0;
    draft.task.review.conflict = None;
    draft.task.review.needs = None;
    draft.task.review.auto_fix_off = false;
}

fn mentions(draft: &Draft<'_>, body: &str) -> bool {
    let spoken = crate::command::read(body, &draft.cx.policy.me.slug);
    !spoken.lines.is_empty() || spoken.addressed == crate::command::Addressed::Us
}

/// Begins a revision of the same session on the same branch, as long as the pull request has rounds left.
pub(super) fn revise(mut draft: Draft<'_>, why: &str) -> Decision {
    let revisable = draft.task.can_revise();
    let (
        Stage::Ended {
            job: Some(job),
            progress,
            ..
        },
        true,
    ) = (draft.task.stage.clone(), revisable)
    else {
        return draft.because("no pull request waits for review");
    };
    if draft.task.review.rounds >= draft.cx.policy.limits.rounds {
        draft.task.conversation.messages.clear();
        return needs_person(draft, &text::conversation::no_rounds_left());
    }
    let mut job = job;
    job.round += 1;
    (job.worked_ms, job.moved) = (0, false);
    draft.task.review.rounds += 1;
    draft.task.review.needs = None;
    draft
        .task
        .tell(draft.cx.now, text::conversation::revision(job.round, why));
    draft.note(
        DomainEvent::RevisionStarted,
        json!({ "round": job.round, "why": why }),
    );
    draft.task.stage = Stage::Queued {
        job,
        told: None,
        next: Next::Revise,
        progress,
    };
    draft.because(format!("a revision begins: {why}"))
}

/// Says once, on one screen, that a person has to look.
pub(super) fn needs_person(mut draft: Draft<'_>, say: &str) -> Decision {
    if draft.task.review.needs.as_deref() == Some(say) {
        return draft.because("people know that they have to look");
    }
    draft.task.review.needs = Some(say.to_owned());
    let login = draft
        .task
        .job()
        .and_then(|job| job.actor.login())
        .map(str::to_owned);
    let on = draft
        .task
        .pull
        .as_ref()
        .map_or(draft.task.place.issue, |pull| {
            crate::ids::IssueNumber(pull.number)
        });
    let key = format!(
        "needs:{}:{}",
        draft.task.review.rounds,
        draft.task.job().map_or(0, |job| job.round)
    );
    let way_on = match draft.task.review.rounds < draft.cx.policy.limits.rounds {
        true => format!("{say}\n\n{}", text::conversation::BACK_TO_WORK),
        false => say.to_owned(),
    };
    draft.say(
        on,
        key,
        text::conversation::needs_person(login.as_deref(), &way_on),
    );
    draft.note(DomainEvent::NeedsPerson, json!({ "why": say }));
    draft.because("a person has to look")
}

/// Answers every thread of the reviews that this revision was for: with the agent's words where it has some, else with what
/// git says of the file.
pub(super) fn reply(
    draft: &mut Draft<'_>,
    job: &Job,
    replies: &[ThreadReply],
    done: Option<(&Sha, &Work)>,
) {
    let Some(pull) = draft.task.pull.as_ref().map(|pull| pull.number) else {
        return;
    };
    // A review the agent has not heard yet is answered by the revision that hears it.
    let unheard = |thread: &Thread| {
        draft
            .task
            .conversation
            .messages
            .iter()
            .any(|word| match &word.kind {
                MessageKind::Review { threads } => {
                    threads.iter().any(|other| other.id == thread.id)
                }
                _ => false,
            })
    };
    let (wait, threads) = std::mem::take(&mut draft.task.review.threads)
        .into_iter()
        .partition(unheard);
    draft.task.review.threads = wait;
    let threads: Vec<Thread> = threads;
    for thread in threads {
        let said = replies
            .iter()
            .find(|reply| reply.thread == thread.id || reply.thread == thread.first.to_string());
        let body = text::conversation::thread(&thread, said.map(|reply| reply.text.as_str()), done);
        let changed =
            done.is_some_and(|(_, work)| work.files.iter().any(|file| file.path == thread.path));
        let resolve = (thread.ours && changed).then(|| thread.id.clone());
        let key = format!("thread:{}:{}", thread.first, job.round);
        draft.plan(effect::Reply {
            pull,
            to: thread.first,
            key,
            body,
            resolve,
        });
    }
}
