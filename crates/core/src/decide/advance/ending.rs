//! How work ends: well, badly, or because a person wants it to. No end is silent, and nothing of the work is lost.

use serde_json::json;

use super::state::{Advance, Fired, because};
use super::{collect, evidence, notice, offer, paths, side};
use crate::agent::ErrorClass;
use crate::decide::notes::Notes;
use crate::decide::{leftover, questions};
use crate::effect::{self, UnpushedCommits};
use crate::event::Work;
use crate::event_name::DomainEvent;
use crate::message::MessageKind;
use crate::task::{End, Failed, FailureClass, Progress, Stage, Step};
use crate::text;

/// When a new pull request is looked at without any hint: a webhook may be lost.
pub(super) const FIRST_LOOK_MS: i64 = 5 * 60_000;

/// The session ended well. While our pull request is open the task is in review, whatever the session came to.
pub(super) fn complete(on: &mut Advance<'_>, end: End) -> Option<Fired> {
    let in_words = matches!(end, End::Answered | End::Unchanged);
    let end = if in_words && on.task.has_open_pull() {
        End::InReview
    } else {
        end
    };
    let stop = end.stop();
    let in_review = end == End::InReview;
    finish(on, end);
    on.note(
        DomainEvent::SessionCompleted,
        json!({ "stop": stop, "state": on.task.state() }),
    );
    let more = in_review && !on.task.conversation.messages.is_empty();
    let revises = more && on.task.review.rounds < on.cx.policy.limits.rounds;
    // A review may come: until the pull request is over, the agent can be asked to go on where it was. A revision that
    // begins at once lays the same working copy out anew, so that nothing may remove it under its feet.
    if !revises {
        remove_home(on, UnpushedCommits::Discard, in_review);
    }
    if in_review && !more {
        on.task.review.look_at = Some(on.cx.now + FIRST_LOOK_MS);
    }
    on.finished = true;
    because(format!("completed: {stop}"))
}

/// The session ended badly. What it made is looked at once more, so that nothing of it is lost.
pub(super) fn failed(on: &mut Advance<'_>) -> Option<Fired> {
    let Failed { class, say } = on.task.wanted.failed.take()?;
    if let Some(back) = on.task.side_question() {
        return side::abandon(on, back, &say);
    }
    if !on.task.stage.is_live() {
        return Some(Fired::Quietly);
    }
    let disk = class == FailureClass::Agent(ErrorClass::Disk);
    if disk
        && matches!(
            on.task.stage,
            Stage::Working {
                step: Step::Collecting { .. },
                ..
            }
        )
    {
        // Git had no room to look, because of what the session made: nothing of it can be kept.
        remove_workspace(on, UnpushedCommits::Discard);
    }
    let known = wind_up(on);
    let end = End::Failed {
        class: class.clone(),
        say: say.clone(),
    };
    finish(on, end);
    offer(on, known);
    on.note(
        DomainEvent::SessionFailed,
        json!({ "class": class, "why": say }),
    );
    notice::of_end(on);
    because(format!("failed: {class}"))
}

/// A person ended it.
pub(super) fn cancel(on: &mut Advance<'_>, why: &str) {
    let known = wind_up(on);
    finish(
        on,
        End::Cancelled {
            why: why.to_owned(),
        },
    );
    offer(on, known);
    on.note(DomainEvent::SessionCancelled, json!({ "why": why }));
    // A person stopped it: it does not begin again by itself.
    on.task.review.auto_fix_off |= on.task.can_revise();
}

/// A session that was held is over: what it made is looked at, unless git said already what it is.
fn wind_up_held(on: &mut Advance<'_>) -> Option<Work> {
    let (Stage::Blocked { job, progress, .. } | Stage::Queued { job, progress, .. }) =
        &on.task.stage
    else {
        return None;
    };
    match (&job.workspace, progress.work.clone()) {
        (Some(_), None) => {
            collect::plan(on, text::pull::Said::Unfinished);
            None
        }
        // A plan waits: its turn made nothing that is kept.
        (None, None) => {
            if job.started_at.is_some() {
                remove_workspace(on, UnpushedCommits::Discard);
            }
            None
        }
        (_, Some(work)) => {
            reap(on, &work);
            Some(*work)
        }
    }
}

/// Ends what runs for the session and sees to it that nothing of its work is lost and nothing else is left. Answers the
/// work that git knows of.
pub(super) fn wind_up(on: &mut Advance<'_>) -> Option<Work> {
    if let Some(turn) = on.task.stage.turn_mut() {
        let words = turn.heard.clone();
        evidence::heard(&mut on.task.review, &words);
    }
    let Stage::Working { step, progress, .. } = &on.task.stage else {
        return wind_up_held(on);
    };
    match (step, progress.work.clone()) {
        (Step::Running { .. } | Step::Waiting { .. }, _) => {
            collect::plan(on, text::pull::Said::Unfinished);
        }
        (Step::Preparing { .. }, _) => remove_workspace(on, UnpushedCommits::Discard),
        (_, Some(work)) => {
            reap(on, &work);
            return Some(*work);
        }
        // Git is still looking (and has ended the agent for that), or could not look: until it tells, everything stays.
        (_, None) => {}
    }
    None
}

/// Removes the working copy unless it is the only place where the work is.
pub(super) fn reap(on: &mut Advance<'_>, work: &Work) {
    match leftover::of(work) {
        Some(commits) => remove_workspace(on, commits),
        None if on.task.job().is_some() => on.plan(effect::EndAgent {}),
        None => {}
    }
}

/// Work that git knew of when the session ended goes to its branch, if it may.
fn offer(on: &mut Advance<'_>, known: Option<Work>) {
    if let Some(work) = known {
        offer::ask(on, &work);
    }
}

/// The session is over, and everything of it that waits for people with it.
pub(super) fn finish(on: &mut Advance<'_>, end: End) {
    let at = on.cx.now;
    if let Some(job) = on.task.job_mut() {
        job.outage = None;
    }
    let revised = end == End::InReview && on.task.job().is_some_and(|job| job.round > 0);
    on.tell(match revised {
        true => text::conversation::REVISED.to_owned(),
        false => text::ended(&end),
    });
    let expired = matches!(
        end,
        End::Failed {
            class: FailureClass::NoAnswer,
            ..
        }
    );
    let in_review = end == End::InReview;
    let stage = std::mem::replace(&mut on.task.stage, Stage::Idle);
    let (job, progress) = match stage {
        Stage::Working { job, progress, .. }
        | Stage::Queued { job, progress, .. }
        | Stage::Blocked { job, progress, .. } => (Some(job), progress),
        Stage::Ended { job, progress, .. } => (job, progress),
        Stage::Idle | Stage::Checking { .. } => (None, Progress::default()),
    };
    on.task.stage = Stage::Ended {
        job,
        end,
        progress,
        at,
    };
    on.task.shown.notice = None;
    let mut notes = Notes::default();
    questions::forget(&mut on.task, expired, &mut notes, on.cx);
    on.absorb(notes);
    plan_is_over(on, text::conversation::PLAN_DROPPED);
    paths::end(on);
    if !in_review {
        tell_unheard(on);
        // Its pull request is still open, and what becomes of it is seen also without a webhook.
        on.task.review.look_at = on.task.can_revise().then_some(at + FIRST_LOOK_MS);
    }
}

/// The session is over for what people said and it did not hear: they are told, so that they know that nobody acts on it.
fn tell_unheard(on: &mut Advance<'_>) {
    let issue = on.task.place.issue;
    for message in std::mem::take(&mut on.task.conversation.messages) {
        let answers = matches!(message.kind, MessageKind::Answer { .. });
        if let Some(comment) = message.comment.filter(|_| !answers && !message.is_let_in()) {
            let say = text::conversation::unheard(&message.by);
            on.say(issue, format!("reply:{comment}"), say);
        }
    }
}

/// A plan's comment that waits for nobody any more says so, instead of how to approve it.
pub(super) fn plan_is_over(on: &mut Advance<'_>, how: &str) {
    let comment = on.task.conversation.plan_comment.take();
    let Some(plan) = on.task.conversation.plan.take() else {
        return;
    };
    let mut notes = Notes::default();
    let body = format!("{}\n\n{how}", plan.text);
    notes.edit(on.task.place.issue, plan.key, comment, body);
    on.absorb(notes);
}

/// Removes the working copy, with the agent's home.
pub(super) fn remove_workspace(on: &mut Advance<'_>, commits: UnpushedCommits) {
    remove_home(on, commits, false);
}

/// Removes the working copy.
pub(super) fn remove_home(on: &mut Advance<'_>, commits: UnpushedCommits, keep_home: bool) {
    if on.task.job().is_some() {
        on.plan(effect::RemoveWorkspace { commits, keep_home });
    }
}
