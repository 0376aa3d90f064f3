//! What a session left that failed or was stopped: it goes to its branch, where people can reach it, if it may be pushed;
//! otherwise it stays in the mirror. Nothing here opens a pull request; one that is open tells of what came to its branch.

use super::{Decision, Draft, notice, revised};
use crate::effect::{self, Start};
use crate::event::{PublishFacts, Work};
use crate::task::{End, Stage};
use crate::text;

/// Classes of failures that are about publishing itself: another push would fail as well, or is not wanted.
const ABOUT_PUBLISHING: [&str; 7] = [
    "not_publishable",
    "permission_lost",
    "archived",
    "issue_closed",
    "branch_moved",
    "publish",
    "check_publish",
];

/// Asks whether what a session left, which is over, may be pushed to its branch.
pub(super) fn offer(draft: &mut Draft<'_>, work: &Work) {
    if !is_for_the_branch(draft, work) {
        return;
    }
    let Some(job) = draft.task.job() else { return };
    let actor = job.actor.clone();
    draft.plan(effect::CheckPublish { actor });
}

fn is_for_the_branch(draft: &Draft<'_>, work: &Work) -> bool {
    let Stage::Ended {
        job: Some(job),
        end,
        ..
    } = &draft.task.stage
    else {
        return false;
    };
    let kept = match end {
        End::Cancelled { .. } => true,
        End::Failed { class, .. } => !ABOUT_PUBLISHING.contains(&class.as_str()),
        End::InReview
        | End::Merged
        | End::PullClosed
        | End::Answered
        | End::Unchanged
        | End::Refused { .. } => false,
    };
    let there = draft.task.branch_head.as_ref() == Some(&work.head);
    let ours = draft
        .task
        .branch
        .as_ref()
        .is_none_or(|branch| *branch == job.branch);
    let nothing = work.is_empty() || work.is_refused();
    // What somebody pushed since, or an earlier try left, is not written over: only what stands on it goes there.
    let on_top = draft
        .task
        .branch_head
        .as_ref()
        .is_none_or(|head| *head == work.base)
        || (job.start == Start::Kept && job.round == 0);
    let objected = text::failure::objections(work, &draft.cx.policy.allow_protected).is_some();
    kept && job.role.writes && ours && !there && !nothing && on_top && !objected
}

/// The same must hold as before any push; on a closed issue nothing is wanted.
pub(super) fn checked(mut draft: Draft<'_>, facts: &PublishFacts) -> Decision {
    let Some(work) = draft
        .task
        .progress()
        .and_then(|progress| progress.work.clone())
    else {
        return draft.because("nothing is kept that could be pushed");
    };
    if !is_for_the_branch(&draft, &work) {
        return draft.because("what the session left stays where it is");
    }
    let Some(job) = draft.task.job() else {
        return draft.because("nothing is kept");
    };
    let login = job.actor.login().unwrap_or_default();
    let may = facts
        .permission
        .is_none_or(|may| may.may_start() || draft.task.delegated(login));
    if facts.archived || !facts.open || !may {
        return draft.because("what the session left may not be pushed; it is kept here");
    }
    let effect = effect::Publish {
        branch: job.branch.clone(),
        head: work.head,
        expected: draft.task.branch_head.clone(),
    };
    draft.plan(effect);
    draft.because("what the session left goes to its branch")
}

/// The branch is on GitHub, and people are told where.
pub(super) fn pushed(mut draft: Draft<'_>, head: &crate::ids::Sha) -> Decision {
    if let Some(branch) = draft.task.job().map(|job| job.branch.clone()) {
        draft.task.wrote_branch(branch, head.clone());
    }
    revised::left(&mut draft, head);
    notice::again(&mut draft);
    draft.because("the push was on its way while the session was ended")
}
