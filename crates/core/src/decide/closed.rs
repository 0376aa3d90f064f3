//! An issue that is closed while its pull request is open, and a pull request that is opened again. Nobody works for a
//! closed issue, and people are told so where they would give orders, before anything runs.

use serde_json::json;

use super::{Decision, Draft};
use crate::effect;
use crate::event::PullFacts;
use crate::event_name::DomainEvent;
use crate::ids::IssueNumber;
use crate::place::Account;
use crate::task::{End, ReviewState, Stage};
use crate::text;

/// Looks whether our pull request is still open, now that its issue is closed: a merge closes both.
pub(super) fn issue_closed(mut draft: Draft<'_>) -> Draft<'_> {
    if draft.task.can_revise()
        && let Some(pull) = draft.task.pull.as_ref().map(|pull| pull.number)
    {
        draft.plan(effect::RefreshPullRequest { pull });
    }
    draft
}

/// Takes note of whether the issue is open, and tells people on the pull request when it is closed.
pub(super) fn noted(draft: &mut Draft<'_>, facts: &PullFacts) {
    note(draft, facts.issue_open);
}

/// The same, from whatever was read.
pub(super) fn note(draft: &mut Draft<'_>, open: bool) {
    if !draft.task.can_revise() || draft.task.review.issue_closed != open {
        return;
    }
    draft.task.review.issue_closed = !open;
    if !open && let Some(pull) = draft.task.pull.as_ref().map(|pull| pull.number) {
        let say = text::notice::issue_closed(draft.task.place.issue);
        draft.put(
            IssueNumber(pull),
            format!("issue-closed:{}", draft.cx.now),
            None,
            say,
        );
    }
}

/// An order for the pull request of a closed issue: whoever gave it is told, and nothing runs.
pub(super) fn refused(mut draft: Draft<'_>, reason: &str) -> Decision {
    let (issue, pull) = (
        draft.task.place.issue,
        draft.task.pull.as_ref().map_or(0, |pull| pull.number),
    );
    draft.task.review.threads.clear();
    for word in std::mem::take(&mut draft.task.conversation.messages) {
        let say = text::notice::order_refused(&word.by, issue);
        draft.put(IssueNumber(pull), format!("closed:{}", word.id), None, say);
    }
    draft.because(format!(
        "{reason}; but the issue is closed, and whoever said it is told"
    ))
}

/// A pull request of ours was opened again.
pub(super) fn reopened(mut draft: Draft<'_>, number: i64, sender: &Account) -> Decision {
    let current = draft
        .task
        .pull
        .as_ref()
        .is_some_and(|pull| pull.number == number);
    if current
        && matches!(
            draft.task.stage,
            Stage::Ended {
                end: End::PullClosed,
                job: Some(_),
                ..
            }
        )
    {
        return taken_up(draft, number, sender);
    }
    if current {
        return super::pull::stirred(draft, "pull_request.reopened", sender);
    }
    if !draft.task.pulls_left.contains(&number) {
        return draft.because("not a pull request of ours");
    }
    let now = draft.task.pull.as_ref().map(|pull| pull.number);
    let say = text::notice::left_behind(&sender.login, draft.task.place.issue, now);
    draft.put(IssueNumber(number), format!("left:{number}"), None, say);
    draft
        .because("an earlier pull request was opened again; people are told which one is worked on")
}

/// It was closed and rested; now it is in review again, on the branch as it is by now.
fn taken_up(mut draft: Draft<'_>, number: i64, sender: &Account) -> Decision {
    let Some(branch) = draft.task.job().map(|job| job.branch.clone()) else {
        return draft.because("no session");
    };
    draft.task.branch = Some(branch);
    draft.task.branch_head = None;
    draft.task.branch_shared = true;
    draft.task.pulls_left.retain(|left| *left != number);
    draft.task.review = ReviewState::default();
    if let Stage::Ended { end, .. } = &mut draft.task.stage {
        *end = End::InReview;
    }
    draft.task.tell(draft.cx.now, text::notice::REOPENED);
    draft.note(
        DomainEvent::PullRequestReopened,
        json!({ "number": number, "by": sender.login }),
    );
    draft.plan(effect::RefreshPullRequest { pull: number });
    draft.because("the pull request is in review again")
}
