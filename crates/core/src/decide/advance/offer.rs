//! Whether what a session left, which is over, may go to its branch.

use super::state::Advance;
use crate::effect::{self, Start};
use crate::event::Work;
use crate::task::{End, Stage};
use crate::text;

/// Asks whether what a session left, which is over, may be pushed to its branch.
pub(super) fn ask(on: &mut Advance<'_>, work: &Work) {
    if !is_for_the_branch(on, work) {
        return;
    }
    if let Some(job) = on.task.job() {
        let check = effect::CheckPublish {
            actor: job.actor.clone(),
            base: job.named_base(),
            bring_up: None,
        };
        on.plan(check);
    }
}

/// What a session left goes to its branch only where nothing else is in the way.
pub(super) fn is_for_the_branch(on: &Advance<'_>, work: &Work) -> bool {
    let Stage::Ended {
        job: Some(job),
        end,
        ..
    } = &on.task.stage
    else {
        return false;
    };
    let kept = match end {
        End::Cancelled { .. } => true,
        End::Failed { class, .. } => !class.is_about_publishing(),
        End::InReview
        | End::Merged
        | End::PullClosed
        | End::Answered
        | End::Unchanged
        | End::Refused { .. } => false,
    };
    let (head, branch) = (on.task.branch_head.as_ref(), on.task.branch.as_ref());
    let there = head == Some(&work.head);
    let ours = branch.is_none_or(|branch| *branch == job.branch);
    let nothing = work.is_empty() || work.is_refused();
    // What somebody pushed since, or an earlier try left, is not written over: only what stands on it goes there.
    let on_top =
        head.is_none_or(|head| *head == work.base) || (job.start == Start::Kept && job.round == 0);
    let objected = text::failure::objections(work, &on.cx.policy.allow_protected).is_some();
    kept && job.role.writes && ours && !there && !nothing && on_top && !objected
}
