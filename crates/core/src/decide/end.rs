//! How work ends: well, badly, or because a person wants it to. No end is silent: each shows on the issue.

use serde_json::json;

use super::trigger::refuse;
use super::{Decision, Draft, access, closed, comments, kept, notice, outage, pull, revised, turn};
use crate::agent::ErrorClass;
use crate::effect::{self, EffectKind, UnpushedCommits};
use crate::event::{Loss, Removal, Work};
use crate::event_name::DomainEvent;
use crate::ids::SessionId;
use crate::message::MessageKind;
use crate::place::Account;
use crate::task::{End, Progress, ReturnTo, Stage, Step};
use crate::text;

/// How the reason of a session begins that a person ended.
const CANCELLED: &str = "cancelled: ";
/// The class of a session whose question nobody answered.
pub(super) const NO_ANSWER: &str = "no_answer";

/// The session ended well. While our pull request is open the task is in review, whatever the session came to.
pub(super) fn complete(mut draft: Draft<'_>, end: End) -> Decision {
    let in_words = matches!(end, End::Answered | End::Unchanged);
    let end = if in_words && draft.task.has_open_pull() {
        End::InReview
    } else {
        end
    };
    let stop = end.stop();
    let in_review = end == End::InReview;
    finish(&mut draft, end);
    draft.note(
        DomainEvent::SessionCompleted,
        json!({ "stop": stop, "state": draft.task.state() }),
    );
    let more = in_review && !draft.task.conversation.messages.is_empty();
    let revises = more && draft.task.review.rounds < draft.cx.policy.limits.rounds;
    // A review may come: until the pull request is over, the agent can be asked to go on where it was. A revision that
    // begins at once lays the same working copy out anew, so that nothing may remove it under its feet.
    if !revises {
        remove_home(&mut draft, UnpushedCommits::Discard, in_review);
    }
    if in_review {
        if more {
            return comments::deliver(draft, "people said more while it finished");
        }
        draft.task.review.look_at = Some(draft.cx.now + pull::FIRST_LOOK_MS);
    }
    draft.because(format!("completed: {stop}"))
}

/// The session ended badly. What it made is looked at once more, so that nothing of it is lost.
pub(super) fn fail(mut draft: Draft<'_>, class: &str, say: &str) -> Decision {
    if let Some(back) = draft.task.side_question() {
        return turn::abandon(draft, back, say);
    }
    let known = wind_up(&mut draft);
    finish(
        &mut draft,
        End::Failed {
            class: class.to_owned(),
            say: say.to_owned(),
        },
    );
    offer(&mut draft, known);
    draft.note(
        DomainEvent::SessionFailed,
        json!({ "class": class, "why": say }),
    );
    notice::of_end(&mut draft);
    draft.because(format!("failed: {class}"))
}

/// A person ends it, on the issue or at the machine: the agent goes, nothing is published, what it made is kept.
pub(super) fn stop(draft: Draft<'_>, why: &str, at: i64) -> Decision {
    if at < draft.task.last_trigger {
        return draft.because("older than the last trigger");
    }
    match &draft.task.stage {
        Stage::Idle | Stage::Ended { .. } => draft.because("nothing is on"),
        Stage::Checking { .. } => {
            let mut draft = draft;
            draft.uncheck();
            match draft.task.stage {
                Stage::Queued { .. } => cancel(draft, why),
                _ => draft.because(format!("superseded: {why}")),
            }
        }
        Stage::Queued { .. } | Stage::Working { .. } | Stage::Blocked { .. } => cancel(draft, why),
    }
}

/// The operator ends it at the machine: whoever asked for the work is told.
pub(super) fn stop_by_operator(draft: Draft<'_>, why: &str) -> Decision {
    let (mut draft, reason) = draft.through(|draft| stop(draft, why, i64::MAX));
    if reason.starts_with(CANCELLED) {
        notice::of_end(&mut draft);
    }
    draft.because(reason)
}

/// Git has no room to look at what the session made, because of what the session made: nothing of it can be kept.
pub(super) fn outgrown(mut draft: Draft<'_>, say: &str) -> Decision {
    remove_workspace(&mut draft, UnpushedCommits::Discard);
    fail(draft, ErrorClass::Disk.as_str(), say)
}

/// Nobody answered in time, and there was no default.
pub(super) fn expired(draft: Draft<'_>, why: &str) -> Decision {
    fail(draft, NO_ANSWER, why)
}

/// The issue is closed, deleted or moved.
pub(super) fn issue_gone(
    mut draft: Draft<'_>,
    how: Removal,
    sender: &Account,
    at: i64,
) -> Decision {
    if let Stage::Ended {
        end: end @ End::Unchanged,
        ..
    } = &mut draft.task.stage
    {
        // Whoever closes it takes the agent's words for an answer.
        *end = End::Answered;
        return draft.because("the issue is closed; nobody is waited for any more");
    }
    let (draft, reason) = draft.through(|draft| stop(draft, &text::gone(how, &sender.login), at));
    match how {
        Removal::Closed => closed::issue_closed(draft).because(reason),
        Removal::Deleted | Removal::Transferred => draft.because(reason),
    }
}

fn cancel(mut draft: Draft<'_>, why: &str) -> Decision {
    if let Some(back @ ReturnTo::Ended { .. }) = draft.task.side_question() {
        draft.task.review.auto_fix_off = true;
        return turn::abandon(draft, back, why);
    }
    let known = wind_up(&mut draft);
    finish(
        &mut draft,
        End::Cancelled {
            why: why.to_owned(),
        },
    );
    offer(&mut draft, known);
    draft.note(DomainEvent::SessionCancelled, json!({ "why": why }));
    // A person stopped it: it does not begin again by itself.
    draft.task.review.auto_fix_off |= draft.task.can_revise();
    draft.because(format!("{CANCELLED}{why}"))
}

/// Our pull request is over while a session works on it: a revision has nothing left to revise.
pub(super) fn pull_closed_at_work(mut draft: Draft<'_>, number: i64, merged: bool) -> Decision {
    pull::leave_branch(&mut draft, merged);
    let errand = matches!(draft.task.side_question(), Some(ReturnTo::Ended { .. }));
    let revising = errand || draft.task.job().is_some_and(|job| job.round > 0);
    if !revising {
        return draft.because("a session is on; its end will tell");
    }
    wind_up(&mut draft);
    finish(
        &mut draft,
        if merged { End::Merged } else { End::PullClosed },
    );
    pull::over(&mut draft, number, merged);
    draft.because("the pull request is over, and its revision with it")
}

/// A person merged or closed our pull request before its number came to us.
pub(super) fn pull_over_at_once(mut draft: Draft<'_>, number: i64, merged: bool) -> Decision {
    let end = if merged { End::Merged } else { End::PullClosed };
    let stop = end.stop();
    finish(&mut draft, end);
    draft.note(
        DomainEvent::SessionCompleted,
        json!({ "stop": stop, "state": draft.task.state() }),
    );
    pull::over(&mut draft, number, merged);
    remove_home(&mut draft, UnpushedCommits::Discard, false);
    pull::leave_branch(&mut draft, merged);
    draft.because("the pull request was over before it was known")
}

/// An effect that was given up.
#[derive(Clone, Copy)]
pub(super) struct FailedEffect<'a> {
    pub(super) effect: EffectKind,
    pub(super) session: Option<&'a SessionId>,
    pub(super) say: &'a str,
    pub(super) exhausted: bool,
}

/// An effect cannot be done. Those that carry the session end it; those that only show do not.
pub(super) fn effect_failed(draft: Draft<'_>, failed: &FailedEffect<'_>) -> Decision {
    let FailedEffect {
        effect,
        session,
        say,
        exhausted,
    } = *failed;
    match effect {
        EffectKind::CheckTrigger if matches!(draft.task.stage, Stage::Checking { .. }) => {
            refuse(draft, &text::refusal::unchecked(say, exhausted))
        }
        EffectKind::Steer => {
            let ids: Vec<String> = draft
                .task
                .conversation
                .messages
                .iter()
                .map(|word| word.id.clone())
                .collect();
            turn::steered(draft, &ids, false)
        }
        EffectKind::AuthorizeComment | EffectKind::ReadReview => {
            let mut draft = draft;
            draft.task.tell(
                draft.cx.now,
                text::conversation::unread(effect == EffectKind::ReadReview),
            );
            match draft.task.stage {
                // No status comment tells of it here.
                Stage::Idle | Stage::Checking { .. } => {
                    let say = text::conversation::unread(effect == EffectKind::ReadReview);
                    draft.say_here(format!("unread:{}", draft.cx.now), say);
                }
                _ => {}
            }
            draft.because(format!(
                "{} failed, and people are told: {say}",
                effect.name()
            ))
        }
        EffectKind::SetTimer | EffectKind::RefreshPullRequest => {
            draft.because(format!("{} failed: {say}", effect.name()))
        }
        EffectKind::UpsertComment
        | EffectKind::ReactTo
        | EffectKind::Assign
        | EffectKind::SetGoLabel
        | EffectKind::HideComment
        | EffectKind::Reply
        | EffectKind::MarkReady
        | EffectKind::DeleteBranch
        | EffectKind::LabelPull
        | EffectKind::DescribePull
        | EffectKind::RequestReview => draft.because(format!("{} failed: {say}", effect.name())),
        EffectKind::CheckTrigger => {
            let mut draft = draft;
            let word = text::refusal::unchecked(say, exhausted);
            let looked_for = std::mem::take(&mut draft.task.options.looking_for);
            let (key, word) = match looked_for.is_empty() {
                // Which of several it was is not known: all are named, and looked for anew when they are wished for again.
                false => (
                    format!("role:{}", draft.cx.now),
                    text::command::role_unread(&looked_for),
                ),
                true if draft.task.is_paused() => (
                    format!("refused:{}", draft.cx.now),
                    text::conversation::not_resumed(&word),
                ),
                true => return draft.because(format!("{} failed: {say}", effect.name())),
            };
            draft.say_here(key, word);
            draft.because(format!(
                "{} failed, and people are told: {say}",
                effect.name()
            ))
        }
        EffectKind::React | EffectKind::ShowStatus | EffectKind::ShowLabel => {
            draft.because(format!("{} failed: {say}", effect.name()))
        }
        // Nobody says that another installation covers it: in doubt nothing runs.
        EffectKind::CheckAccess => access::lost(draft, Loss::Removed),
        EffectKind::EndAgent | EffectKind::RemoveWorkspace | EffectKind::Forget => {
            draft.because(format!("{} failed: {say}", effect.name()))
        }
        EffectKind::PrepareWorkspace
        | EffectKind::RunTurn
        | EffectKind::Collect
        | EffectKind::CheckPublish
        | EffectKind::Publish
        | EffectKind::OpenPull
        | EffectKind::PostAnswer => {
            let current = draft.task.job().map(|job| &job.session) == session;
            if effect == EffectKind::Collect && matches!(draft.task.stage, Stage::Blocked { .. }) {
                return draft.because(format!("the checkpoint failed: {say}"));
            }
            if current && effect == EffectKind::Collect && draft.task.filled_the_disk() {
                let mut draft = draft;
                remove_workspace(&mut draft, UnpushedCommits::Discard);
                return draft.because(format!("nothing of it could be kept: {say}"));
            }
            if !current || !matches!(draft.task.stage, Stage::Working { .. }) {
                return draft.because("an echo of an earlier session");
            }
            fail(draft, effect.name(), say)
        }
    }
}

/// A session that was held is over: what it made is looked at, unless git said already what it is.
fn wind_up_held(draft: &mut Draft<'_>) -> Option<Work> {
    let (Stage::Blocked { job, progress, .. } | Stage::Queued { job, progress, .. }) =
        &draft.task.stage
    else {
        return None;
    };
    match (&job.workspace, progress.work.clone()) {
        (Some(_), None) => {
            draft.plan_look(text::pull::Said::Unfinished);
            None
        }
        // A plan waits: its turn made nothing that is kept.
        (None, None) => {
            if job.started_at.is_some() {
                remove_workspace(draft, UnpushedCommits::Discard);
            }
            None
        }
        (_, Some(work)) => {
            reap(draft, &work);
            Some(work)
        }
    }
}

/// Ends what runs for the session and sees to it that nothing of its work is lost and nothing else is left. Answers the
/// work that git knows of.
fn wind_up(draft: &mut Draft<'_>) -> Option<Work> {
    if let Stage::Working {
        step: Step::Running { turn },
        ..
    } = &draft.task.stage
    {
        let words = turn.heard.clone();
        revised::heard(draft, &words);
    }
    let Stage::Working { step, progress, .. } = &draft.task.stage else {
        return wind_up_held(draft);
    };
    match (step, progress.work.clone()) {
        (Step::Running { .. } | Step::Waiting { .. }, _) => {
            draft.plan_look(text::pull::Said::Unfinished);
        }
        (Step::Preparing, _) => remove_workspace(draft, UnpushedCommits::Discard),
        (_, Some(work)) => {
            reap(draft, &work);
            return Some(work);
        }
        // Git is still looking (and has ended the agent for that), or could not look: until it tells, everything stays.
        (_, None) => {}
    }
    None
}

/// Removes the working copy unless it is the only place where the work is.
pub(super) fn reap(draft: &mut Draft<'_>, work: &Work) {
    match leftover(work) {
        Some(commits) => remove_workspace(draft, commits),
        None => end_agent(draft),
    }
}

/// Work that git knew of when the session ended goes to its branch, if it may.
fn offer(draft: &mut Draft<'_>, known: Option<Work>) {
    if let Some(work) = known {
        kept::offer(draft, &work);
    }
}

/// What becomes of a session's commits with its working copy; `None`: git refused them, so the working copy stays.
pub(super) fn leftover(work: &Work) -> Option<UnpushedCommits> {
    match (work.is_empty(), work.is_refused()) {
        (true, _) => Some(UnpushedCommits::Discard),
        (false, false) => Some(UnpushedCommits::Keep),
        (false, true) => None,
    }
}

pub(super) fn finish(draft: &mut Draft<'_>, end: End) {
    outage::over(draft);
    let at = draft.cx.now;
    let revised = end == End::InReview && draft.task.job().is_some_and(|job| job.round > 0);
    draft.task.tell(
        at,
        if revised {
            text::conversation::REVISED.to_owned()
        } else {
            text::ended(&end)
        },
    );
    let stage = std::mem::replace(&mut draft.task.stage, Stage::Idle);
    let (job, progress) = match stage {
        Stage::Working { job, progress, .. } => (Some(job), progress),
        Stage::Queued { job, progress, .. } | Stage::Blocked { job, progress, .. } => {
            (Some(job), progress)
        }
        Stage::Ended { job, progress, .. } => (job, progress),
        Stage::Idle | Stage::Checking { .. } => (None, Progress::default()),
    };
    draft.task.stage = Stage::Ended {
        job,
        end,
        progress,
        at,
    };
    draft.task.shown.notice = None;
    comments::forget_questions(draft);
    turn::plan_is_over(draft, text::conversation::PLAN_DROPPED);
    if !matches!(
        draft.task.stage,
        Stage::Ended {
            end: End::InReview,
            ..
        }
    ) {
        tell_unheard(draft);
        // Its pull request is still open, and what becomes of it is seen also without a webhook.
        draft.task.review.look_at = draft.task.can_revise().then_some(at + pull::FIRST_LOOK_MS);
    }
}

/// The session is over for what people said and it did not hear: they are told, so that they know that nobody acts on it.
fn tell_unheard(draft: &mut Draft<'_>) {
    let issue = draft.task.place.issue;
    for word in std::mem::take(&mut draft.task.conversation.messages) {
        let Some(comment) = word
            .comment
            .filter(|_| !matches!(word.kind, MessageKind::Answer { .. }))
        else {
            continue;
        };
        draft.say(
            issue,
            format!("reply:{comment}"),
            text::conversation::unheard(&word.by),
        );
    }
}

fn end_agent(draft: &mut Draft<'_>) {
    if draft.task.job().is_some() {
        draft.plan(effect::EndAgent {});
    }
}

pub(super) fn remove_workspace(draft: &mut Draft<'_>, commits: UnpushedCommits) {
    remove_home(draft, commits, false);
}

fn remove_home(draft: &mut Draft<'_>, commits: UnpushedCommits, keep_home: bool) {
    if draft.task.job().is_none() {
        return;
    }
    draft.plan(effect::RemoveWorkspace { commits, keep_home });
}
