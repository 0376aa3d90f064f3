//! Reads our pull request and the checks of its head. One event of a check is never trusted: all are read.

use crate::core::effect::RefreshPullRequest;
use crate::core::event::{Checks, ChecksState, Event, Failing, PullFacts, PullStanding};
use crate::core::failure::Failure;
use crate::core::ids::{IssueNumber, Sha};
use crate::core::verification::CHECK;
use crate::github::{At, GitHubError, Pull};
use crate::runner::lease::Lease;
use crate::runner::performed::Performed;
use crate::runner::scope::Reading;

/// The checks of one that is over are of no interest.
pub(super) async fn perform(
    action: &RefreshPullRequest,
    lease: &Lease,
    reading: &Reading<'_>,
) -> Result<Performed, Failure> {
    let (at, github) = (At::of(lease.place()), reading.github);
    let found = github.pull(&at, IssueNumber(action.pull)).await?;
    let (base, issue) = tokio::try_join!(
        github.branch(&at, &found.base_branch),
        github.issue(&at, lease.place().issue),
    )?;
    let base = base.map(|branch| branch.sha);
    let checks = match found.state {
        PullStanding::Open => checks(reading, &at, &found, base.as_ref()).await?,
        PullStanding::Merged | PullStanding::Closed => Checks {
            state: ChecksState::None,
            failing: Vec::new(),
            failing_on_base: Vec::new(),
        },
    };
    let facts = PullFacts {
        number: action.pull,
        standing: found.state,
        draft: found.draft,
        head: found.head_sha,
        base_branch: Some(found.base_branch),
        base_head: base,
        conflicts: found.mergeable.map(|mergeable| !mergeable),
        checks,
        issue_open: issue.open,
    };
    Ok(Performed::known(Event::PullRequestRefreshed {
        facts: Box::new(facts),
    }))
}

async fn checks(
    reading: &Reading<'_>,
    at: &At,
    pull: &Pull,
    base: Option<&Sha>,
) -> Result<Checks, GitHubError> {
    let github = reading.github;
    let (read, mut required) = tokio::try_join!(
        github.checks(at, &pull.head_sha),
        github.required_checks(at, &pull.base_branch),
    )?;
    // How our own stands is known here, and it is not among those that were read.
    required.retain(|name| name != CHECK);
    let state = read.of(&required);
    let mut failing_on_base = Vec::new();
    if state == ChecksState::Red
        && let Some(base) = base
    {
        let on_base = github.checks(at, base).await?.failing;
        failing_on_base = on_base.into_iter().map(|check| check.name).collect();
    }
    let failing = read.failing.into_iter().map(|check| Failing {
        name: check.name,
        url: check.url,
        step: check.step,
        tail: reading.redactor.redact(&check.tail),
    });
    Ok(Checks {
        state,
        failing: failing.collect(),
        failing_on_base,
    })
}
