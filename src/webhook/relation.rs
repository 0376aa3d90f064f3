//! What an issue waits for, and what it is part of, was changed: a hint to read it again, and never the answer itself.
//!
//! GitHub tells both ends, each in its own repository. What concerns an issue is told in the issue's own.
//! <https://docs.github.com/webhooks/webhook-events-and-payloads#issue_dependencies>

use super::outcome::{Found, ignored, of_issue};
use super::payload::{Related, Thread};
use crate::core::event::Event;
use crate::core::ids::IssueNumber;

/// `issue_dependencies.blocked_by_added` and `…_removed`.
pub(super) fn blocked(mut payload: Related, hint: &str) -> Found {
    let issue = payload.blocked_issue.take();
    changed(payload, issue, hint)
}

/// `sub_issues.sub_issue_added` and `…_removed`: told where the parent is.
pub(super) fn parts(mut payload: Related, hint: &str) -> Found {
    let issue = payload.parent_issue.take();
    changed(payload, issue, hint)
}

/// `sub_issues.parent_issue_added` and `…_removed`: told where the sub-issue is.
pub(super) fn part(mut payload: Related, hint: &str) -> Found {
    let issue = payload.sub_issue.take();
    changed(payload, issue, hint)
}

fn changed(payload: Related, issue: Option<Thread>, hint: &str) -> Found {
    let Some(issue) = issue else {
        return ignored(format!("{hint} names no issue"));
    };
    let event = Event::DependenciesChanged {
        hint: hint.to_owned(),
        sender: payload.sender.into(),
    };
    of_issue(
        (payload.installation, payload.repository),
        IssueNumber(issue.number.0),
        event,
    )
}
