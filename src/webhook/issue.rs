//! What happens to an issue and in its thread: labels, edits, its going, comments.
//!
//! GitHub serves a pull request's conversation by the same `issue_comment`: such a comment is passed on with the pull
//! request's number, for the delivery does not say whose work it is. Nothing here judges a text or its author.

use super::outcome::{Found, NoEvent, Parsed, account, ignored, installed, of_issue, place};
use super::payload::{Change, Changes, Comments, Issue, Issues};
use crate::core::dependency::{Named, NewStanding, Standing};
use crate::core::event::{Event, Removal};
use crate::core::ids::{CommentId, IssueNumber, RepositoryId};
use crate::core::snapshot::{Milestone, Snapshot};

pub(super) fn labeled(payload: Issues) -> Found {
    let Some(label) = payload.label else {
        return ignored("issues.labeled names no label");
    };
    let issue = not_a_pull(&payload.issue)?;
    let event = Event::Labeled {
        label: label.name,
        sender: payload.sender.into(),
        snapshot: snapshot(payload.issue),
    };
    of_issue((payload.installation, payload.repository), issue, event)
}

pub(super) fn opened(payload: Issues) -> Found {
    let issue = not_a_pull(&payload.issue)?;
    let event = Event::IssueOpened {
        sender: payload.sender.into(),
        snapshot: snapshot(payload.issue),
    };
    of_issue((payload.installation, payload.repository), issue, event)
}

pub(super) fn unlabeled(payload: Issues) -> Found {
    let Some(label) = payload.label else {
        return ignored("issues.unlabeled names no label");
    };
    let issue = not_a_pull(&payload.issue)?;
    let at = payload.issue.updated_at;
    let event = Event::Unlabeled {
        label: label.name,
        sender: payload.sender.into(),
        at,
    };
    of_issue((payload.installation, payload.repository), issue, event)
}

pub(super) fn gone(payload: Issues, how: Removal) -> Found {
    let issue = not_a_pull(&payload.issue)?;
    let (standing, reason) = match how {
        Removal::Closed => {
            let standing = Standing::of("closed", payload.issue.state_reason.as_deref());
            (NewStanding::Is(standing), Some(standing))
        }
        Removal::Deleted => (NewStanding::Deleted, None),
        Removal::Transferred => {
            let to = payload.changes.and_then(moved_to);
            (NewStanding::Moved { to }, None)
        }
    };
    let event = Event::IssueRemoved {
        how,
        sender: payload.sender.into(),
        at: payload.issue.updated_at,
        reason,
    };
    Ok(Parsed::OfIssue {
        place: place((payload.installation, payload.repository), issue)?,
        standing,
        event,
    })
}

/// Where a transferred issue lives now.
fn moved_to(changes: Changes) -> Option<Named> {
    let (issue, home) = (changes.new_issue?, changes.new_repository?);
    let number = IssueNumber(issue.number.0);
    Some(Named::new(RepositoryId(home.id.0), home.full_name, number))
}

/// Only an open issue's pull request is worked on: it is looked at.
pub(super) fn reopened(payload: Issues) -> Found {
    let issue = not_a_pull(&payload.issue)?;
    let event = Event::PullRequestChanged {
        hint: "issues.reopened".to_owned(),
        sender: payload.sender.into(),
    };
    Ok(Parsed::OfIssue {
        place: place((payload.installation, payload.repository), issue)?,
        standing: NewStanding::Is(Standing::Open),
        event,
    })
}

pub(super) fn edited(payload: Issues) -> Found {
    let issue = not_a_pull(&payload.issue)?;
    let Issue {
        title,
        body,
        updated_at: at,
        ..
    } = payload.issue;
    let body = body.unwrap_or_default();
    let changes = payload.changes.unwrap_or_default();
    let (old_title, old_body) = (before(changes.title, &title), before(changes.body, &body));
    if old_title.is_none() && old_body.is_none() {
        return ignored("neither the issue's title nor its body was changed");
    }
    let event = Event::IssueEdited {
        sender: payload.sender.into(),
        title,
        old_title,
        body,
        old_body,
        at,
    };
    of_issue((payload.installation, payload.repository), issue, event)
}

pub(super) fn commented(payload: Comments) -> Found {
    written(payload, false)
}

pub(super) fn comment_edited(mut payload: Comments) -> Found {
    let old = payload.changes.take().unwrap_or_default().body;
    if before(old, payload.comment.body.as_deref().unwrap_or_default()).is_none() {
        return ignored("the comment's body was not changed");
    }
    written(payload, true)
}

pub(super) fn comment_deleted(payload: Comments) -> Found {
    in_thread(payload, |payload| Event::CommentDeleted {
        comment: CommentId(payload.comment.id.0),
        sender: payload.sender.into(),
    })
}

fn written(payload: Comments, edited: bool) -> Found {
    in_thread(payload, |payload| Event::Commented {
        comment: CommentId(payload.comment.id.0),
        on: IssueNumber(payload.issue.number.0),
        author: account(payload.comment.user),
        sender: payload.sender.into(),
        body: payload.comment.body.unwrap_or_default(),
        at: payload.comment.updated_at,
        edited,
    })
}

/// An event of the issue's task, or of a pull request's.
fn in_thread(mut payload: Comments, event: impl FnOnce(Comments) -> Event) -> Found {
    let (installation, repository) = (payload.installation.take(), payload.repository.clone());
    let number = payload.issue.number.0;
    if payload.issue.pull_request.is_none() {
        return of_issue(
            (installation, repository),
            IssueNumber(number),
            event(payload),
        );
    }
    Ok(Parsed::OfPull {
        installation: installed(installation)?,
        repository: RepositoryId(repository.id.0),
        name: repository.full_name,
        pull: number,
        event: event(payload),
    })
}

/// What stood there before, if that is not what stands there now.
fn before(change: Option<Change>, now: &str) -> Option<String> {
    change
        .map(|change| change.from.unwrap_or_default())
        .filter(|before| before != now)
}

fn not_a_pull(issue: &Issue) -> Result<IssueNumber, NoEvent> {
    match issue.pull_request {
        Some(_) => ignored("the number is a pull request's, not an issue's"),
        None => Ok(IssueNumber(issue.number.0)),
    }
}

fn snapshot(issue: Issue) -> Snapshot {
    Snapshot {
        title: issue.title,
        body: issue.body.unwrap_or_default(),
        author: account(issue.user),
        labels: issue
            .labels
            .unwrap_or_default()
            .into_iter()
            .map(|label| label.name)
            .collect(),
        issue_type: issue.issue_type.map(|issue_type| issue_type.name),
        milestone: issue.milestone.map(|milestone| Milestone {
            title: milestone.title,
            description: milestone.description.unwrap_or_default(),
        }),
        comments: Vec::new(),
        at: issue.updated_at,
    }
}
