//! The end of a revision: whoever asked for it is answered with what was done and the commit, the reviewers are asked again,
//! and our part of the pull request's text says what is true now.

use super::end::complete;
use super::{Decision, Draft, review};
use crate::agent::{ErrorClass, TurnEnd};
use crate::effect;
use crate::event::Work;
use crate::ids::{IssueNumber, Sha};
use crate::message::{AgentMessage, MessageKind};
use crate::task::{End, Heard, Job, Stage, Told};
use crate::text;

/// So many pieces of work are remembered in the agent's words.
const TOLD: usize = 12;
/// Longest of them, in characters.
const TOLD_CHARS: usize = 4_000;

/// Notes what the agent heard: the revision is for them.
pub(super) fn heard(draft: &mut Draft<'_>, words: &[AgentMessage]) {
    let heard = &mut draft.task.review.heard;
    let alone = heard.reviewers.is_empty() && heard.people.is_empty();
    for word in words {
        let list = match &word.kind {
            MessageKind::Review { .. } => &mut heard.reviewers,
            MessageKind::Said
            | MessageKind::Again { .. }
            | MessageKind::Edited
            | MessageKind::Approved => &mut heard.people,
            MessageKind::Base { .. } if alone => {
                heard.conflict = true;
                continue;
            }
            MessageKind::Base { .. }
            | MessageKind::Asked { .. }
            | MessageKind::Answer { .. }
            | MessageKind::Checks { .. }
            | MessageKind::Unfitting
            | MessageKind::Moved { .. } => continue,
        };
        if !list.contains(&word.by) {
            list.push(word.by.clone());
        }
        heard.conflict = false;
    }
}

/// A revision's work, with the conflicts of earlier work in files it left alone: they are still there.
pub(super) fn with_old_conflicts(draft: &Draft<'_>, job: &Job, work: &Work) -> Work {
    let before = draft
        .task
        .progress()
        .and_then(|progress| progress.work.as_ref())
        .filter(|_| job.round > 0);
    let before = before
        .map(|before| before.conflicts.clone())
        .unwrap_or_default();
    let mut work = work.clone();
    let left_alone = |path: &String| {
        work.files.iter().all(|file| file.path != *path) && !work.conflicts.contains(path)
    };
    let old: Vec<String> = before.into_iter().filter(left_alone).collect();
    work.conflicts.extend(old);
    work
}

/// Remembers what the agent said of its work.
pub(super) fn tell(draft: &mut Draft<'_>, head: &Sha, end: &TurnEnd) {
    remember(draft, head, &end.message);
}

fn remember(draft: &mut Draft<'_>, head: &Sha, words: &str) {
    let told = &mut draft.task.review.told;
    told.push(Told {
        head: head.clone(),
        text: words.trim().chars().take(TOLD_CHARS).collect(),
    });
    // The first is what the rest revises.
    if told.len() > TOLD {
        told.remove(1);
    }
}

/// A revision is done: every thread of its reviews is answered, and the pull request waits for review again.
pub(super) fn done(
    mut draft: Draft<'_>,
    job: &Job,
    end: &TurnEnd,
    made: Option<(&Sha, &Work)>,
) -> Decision {
    let replies = draft
        .task
        .progress()
        .map(|progress| progress.replies.clone())
        .unwrap_or_default();
    review::reply(&mut draft, job, &replies, made);
    draft.on_progress(|progress| progress.replies.clear());
    let heard = std::mem::take(&mut draft.task.review.heard);
    let before = std::mem::replace(&mut draft.task.review.unfinished, end.unfinished());
    answer(&mut draft, job, end, (&heard, made));
    match made {
        Some((head, work)) => {
            tell(&mut draft, head, end);
            if end.unfinished().is_none() {
                ask_again(&mut draft, &heard);
            }
            describe(&mut draft, job, work);
        }
        None => {
            let known = draft
                .task
                .progress()
                .and_then(|progress| progress.work.clone());
            if let Some(work) = known.filter(|_| before != end.unfinished()) {
                describe(&mut draft, job, &work);
            }
            if heard.conflict {
                return unresolved(draft);
            }
        }
    }
    complete(draft, End::InReview)
}

/// What a session left that is over is on the branch of our open pull request: the description tells of it, and that it is
/// not finished. One that was only paused on its way tells the rest at its end.
pub(super) fn left(draft: &mut Draft<'_>, head: &Sha) {
    let Some(job) = draft.task.job().cloned() else {
        return;
    };
    let Some(work) = draft
        .task
        .progress()
        .and_then(|progress| progress.work.clone())
    else {
        return;
    };
    let over = match &draft.task.stage {
        Stage::Ended { end, .. } if draft.task.can_revise() => Some(end.clone()),
        Stage::Blocked { .. } if draft.task.has_open_pull() => None,
        _ => return,
    };
    if let Some(end) = over {
        let why = match &end {
            End::Failed { class, .. } => ErrorClass::named(class),
            _ => None,
        };
        draft.task.review.unfinished = Some(why.unwrap_or(ErrorClass::Stopped));
        remember(draft, head, "");
    }
    describe(draft, &job, &work);
}

fn answer(
    draft: &mut Draft<'_>,
    job: &Job,
    end: &TurnEnd,
    (heard, made): (&Heard, Option<(&Sha, &Work)>),
) {
    let Some(pull) = draft.task.pull.as_ref().map(|pull| pull.number) else {
        return;
    };
    let body = text::notice::revised(&heard.everybody(), made, end);
    draft.say(
        IssueNumber(pull),
        format!("revised:{}:{}", job.session, job.round),
        body,
    );
}

fn ask_again(draft: &mut Draft<'_>, heard: &Heard) {
    let Some(pull) = draft.task.pull.as_ref().map(|pull| pull.number) else {
        return;
    };
    if !heard.reviewers.is_empty() {
        let logins = heard.reviewers.clone();
        draft.plan(effect::RequestReview { pull, logins });
    }
}

/// What is shown of the pull request is all of the branch, not only what was added last.
fn describe(draft: &mut Draft<'_>, job: &Job, work: &Work) {
    let Some(pull) = draft.task.pull.as_ref().map(|pull| pull.number) else {
        return;
    };
    let evidence = text::pull::Evidence {
        work,
        unfinished: draft.task.review.unfinished,
        told: &draft.task.review.told,
        agent: draft
            .task
            .progress()
            .and_then(|progress| progress.agent.clone()),
        answers: &draft.task.conversation.questions,
    };
    let part = text::pull::part(job, &evidence, draft.cx);
    draft.plan(effect::DescribePull { pull, part });
}

/// It was sent for a conflict alone and resolved nothing: that is no round of work, and the next step is a person's.
fn unresolved(mut draft: Draft<'_>) -> Decision {
    draft.task.review.rounds = draft.task.review.rounds.saturating_sub(1);
    let (draft, reason) = draft.through(|draft| complete(draft, End::InReview));
    if !draft.task.can_revise() {
        return draft.because(reason);
    }
    review::needs_person(draft, text::conversation::STILL_CONFLICTS)
}
