//! What happens to a branch, its pull request and its checks: the task is the one whose issue the branch names. Of a pull request of
//! others it counts that it ended, or was opened again: somebody may wait for it.
//!
//! Only a branch of ours in the repository itself counts: anybody may name a branch of a fork `agent/12-x`. What a
//! delivery says of checks is a hint to look again and never an answer, so none of their conclusions is read here.

use super::outcome::{
    Found, NoEvent, Parsed, account, ignored, installed, issue_of_branch, of_issue, place,
};
use super::payload::{
    CheckRuns, HeadRepository, Pull, Pulls, Push, Repository, Reviews, Runs, Status, Suites,
};
use crate::core::dependency::{NewStanding, Standing};
use crate::core::event::{Event, PullReopened};
use crate::core::ids::{IssueNumber, RepositoryId};
use crate::core::verification::{self, VerifyNews};

pub(super) fn pull_closed(payload: Pulls) -> Found {
    let pull = &payload.pull_request;
    let (number, merged) = (pull.number.0, pull.merged.unwrap_or(false));
    let Ok(issue) = issue_of_pull(pull, &payload.repository) else {
        let standing = match merged {
            true => Standing::Completed,
            false => Standing::NotPlanned,
        };
        return of_others(payload, "closed", standing);
    };
    let event = Event::PullClosed { number, merged };
    of_issue((payload.installation, payload.repository), issue, event)
}

pub(super) fn pull_reopened(payload: Pulls) -> Found {
    let Ok(issue) = issue_of_pull(&payload.pull_request, &payload.repository) else {
        return of_others(payload, "reopened", Standing::Open);
    };
    let event = Event::PullReopened(PullReopened {
        number: payload.pull_request.number.0,
        sender: payload.sender.into(),
    });
    of_issue((payload.installation, payload.repository), issue, event)
}

/// A pull request that is none of ours ended or was opened again: that is news for whoever waits for it, and for nobody else.
fn of_others(payload: Pulls, how: &str, standing: Standing) -> Found {
    let number = IssueNumber(payload.pull_request.number.0);
    let event = Event::PullRequestChanged {
        hint: format!("pull_request.{how}"),
        sender: payload.sender.into(),
    };
    Ok(Parsed::OfIssue {
        place: place((payload.installation, payload.repository), number)?,
        standing: NewStanding::Is(standing),
        event,
    })
}

pub(super) fn pull_stirred(payload: Pulls, hint: &str) -> Found {
    let issue = issue_of_pull(&payload.pull_request, &payload.repository)?;
    let event = Event::PullRequestChanged {
        hint: hint.to_owned(),
        sender: payload.sender.into(),
    };
    of_issue((payload.installation, payload.repository), issue, event)
}

/// Its title and description are people's own matter; where it goes to is ours.
pub(super) fn pull_edited(payload: Pulls) -> Found {
    match payload
        .changes
        .as_ref()
        .and_then(|changes| changes.base.as_ref())
    {
        Some(_) => pull_stirred(payload, "pull_request.edited"),
        None => ignored("the pull request goes where it went before"),
    }
}

pub(super) fn reviewed(payload: Reviews) -> Found {
    let Reviews {
        review,
        pull_request: pull,
        repository,
        installation,
        sender,
    } = payload;
    let issue = issue_of_pull(&pull, &repository)?;
    let sender = review.user.unwrap_or(sender).into();
    let event = Event::Reviewed {
        pull: pull.number.0,
        review: review.id.0,
        sender,
        at: review.submitted_at,
    };
    of_issue((installation, repository), issue, event)
}

/// A suite does not say which repository its branch is in; a fork's can only make us look once more.
pub(super) fn suite_completed(payload: Suites) -> Found {
    let issue = issue_of_checked(payload.check_suite.head_branch.as_deref())?;
    let event = Event::PullRequestChanged {
        hint: "check_suite.completed".to_owned(),
        sender: payload.sender.into(),
    };
    of_issue((payload.installation, payload.repository), issue, event)
}

/// Whoever presses *Re-run* at our own check wants the work verified once more.
pub(super) fn run_rerequested(payload: CheckRuns) -> Found {
    let id = payload.check_run.external_id.as_deref();
    let Some(issue) = id.and_then(verification::issue_of) else {
        return ignored("the check that is to be run again is not of a verification");
    };
    let event = Event::Verification(VerifyNews::Rerequested);
    of_issue((payload.installation, payload.repository), issue, event)
}

/// The same for all checks at once: GitHub tells the App they belong to.
pub(super) fn suite_rerequested(payload: Suites) -> Found {
    let issue = issue_of_checked(payload.check_suite.head_branch.as_deref())?;
    let event = Event::Verification(VerifyNews::Rerequested);
    of_issue((payload.installation, payload.repository), issue, event)
}

pub(super) fn run_completed(payload: Runs) -> Found {
    let issue = issue_of_checked(payload.workflow_run.head_branch.as_deref())?;
    if !is_same(
        payload.workflow_run.head_repository.as_ref(),
        &payload.repository,
    ) {
        return ignored("the checked branch is a fork's");
    }
    let event = Event::PullRequestChanged {
        hint: "workflow_run.completed".to_owned(),
        sender: payload.sender.into(),
    };
    of_issue((payload.installation, payload.repository), issue, event)
}

pub(super) fn status(payload: Status) -> Found {
    let Some(issue) = payload
        .branches
        .iter()
        .find_map(|branch| issue_of_branch(&branch.name))
    else {
        return ignored("the status is on no branch of ours");
    };
    let event = Event::PullRequestChanged {
        hint: "status".to_owned(),
        sender: payload.sender.into(),
    };
    of_issue((payload.installation, payload.repository), issue, event)
}

pub(super) fn pushed(payload: Push) -> Found {
    let Push {
        git_ref,
        deleted,
        repository,
        installation,
        sender,
    } = payload;
    let Some(branch) = git_ref
        .strip_prefix("refs/heads/")
        .filter(|branch| !branch.is_empty())
    else {
        return ignored("the push is to no branch");
    };
    if deleted {
        return ignored("the branch was deleted");
    }
    let sender = account(sender);
    if let Some(issue) = issue_of_branch(branch) {
        let event = Event::PullRequestChanged {
            hint: "push".to_owned(),
            sender,
        };
        return of_issue((installation, repository), issue, event);
    }
    Ok(Parsed::Pushed {
        installation: installed(installation)?,
        repository: RepositoryId(repository.id.0),
        name: repository.full_name,
        branch: branch.to_owned(),
        sender,
    })
}

fn issue_of_pull(pull: &Pull, repository: &Repository) -> Result<IssueNumber, NoEvent> {
    let Some(issue) = issue_of_branch(&pull.head.branch) else {
        return ignored("the pull request's branch is not one of ours");
    };
    if !is_same(pull.head.repo.as_ref(), repository) {
        return ignored("the pull request comes from a fork");
    }
    Ok(issue)
}

/// GitHub names no branch when the commit came from elsewhere.
fn issue_of_checked(branch: Option<&str>) -> Result<IssueNumber, NoEvent> {
    branch
        .and_then(issue_of_branch)
        .map_or_else(|| ignored("the checked branch is not one of ours"), Ok)
}

fn is_same(head: Option<&HeadRepository>, repository: &Repository) -> bool {
    head.is_some_and(|head| head.id == repository.id.0)
}
