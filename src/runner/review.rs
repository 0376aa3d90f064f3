//! The pull request after it is open: reviews are read whole, its checks are read and never trusted from one event, threads
//! are answered, a draft becomes ready.

use super::Performed;
use super::remote::AuthenticatedRemote;
use super::services::Services;
use super::trigger;
use crate::core::effect::Reply;
use crate::core::event::{
    Checks, ChecksState, Event, Failing, PullFacts, PullStanding, ReviewFacts, ReviewVerdict,
};
use crate::core::failure::Failure;
use crate::core::ids::{AgentBranch, IssueNumber, Sha};
use crate::core::message::Thread;
use crate::core::place::{Actor, Permission, Place};
use crate::git::GitError;
use crate::github::{
    self, At, ChecksRead, GitHubError, PullState, Purpose, ReviewState, ReviewThread,
};
use crate::store::EffectRow;

/// Reads a review with the threads its comments belong to.
pub(super) async fn read(
    services: &Services,
    place: &Place,
    pull: i64,
    review: i64,
) -> Result<Performed, Failure> {
    let (at, number) = (services.at(place), IssueNumber(pull));
    let Some(found) = services.github.review(&at, number, review).await? else {
        return Ok(Performed::Done);
    };
    let author = found.author.known();
    let actor = Actor::Person(author.clone());
    let (permission, threads, issue) = tokio::try_join!(
        trigger::permission(services, &at, &actor),
        services.github.review_threads(&at, number),
        services.github.issue(&at, place.issue),
    )?;
    let of_it = |thread: &&ReviewThread| {
        !thread.resolved
            && thread
                .comments
                .iter()
                .any(|comment| comment.review == Some(review))
    };
    let review = ReviewFacts {
        pull,
        id: review,
        author,
        permission: permission.unwrap_or(Permission::None),
        verdict: match found.state {
            ReviewState::Approved => ReviewVerdict::Approved,
            ReviewState::ChangesRequested => ReviewVerdict::ChangesRequested,
            ReviewState::Commented => ReviewVerdict::Commented,
            ReviewState::Dismissed | ReviewState::Pending => ReviewVerdict::Other,
        },
        body: found.body,
        threads: threads
            .iter()
            .filter(of_it)
            .map(|thread| as_word(services, thread))
            .collect(),
        at: (services.clock)(),
        issue_open: issue.open,
    };
    Ok(Performed::known(Event::ReviewRead {
        review: Box::new(review),
    }))
}

fn as_word(services: &Services, thread: &ReviewThread) -> Thread {
    Thread {
        id: thread.id.clone(),
        first: thread.first_comment,
        path: thread.path.clone(),
        line: thread.line,
        hunk: thread.hunk.clone(),
        ours: thread.started_by == services.policy.me.login,
        said: thread
            .comments
            .iter()
            .map(|said| (said.author.login.clone(), said.body.clone()))
            .collect(),
    }
}

/// Looks at our pull request and at the checks of its head.
pub(super) async fn look(
    services: &Services,
    place: &Place,
    pull: i64,
) -> Result<Performed, Failure> {
    let at = services.at(place);
    let found = services.github.pull(&at, IssueNumber(pull)).await?;
    let (base, issue) = tokio::try_join!(
        services.github.branch(&at, &found.base_branch),
        services.github.issue(&at, place.issue),
    )?;
    let base = base.map(|branch| branch.sha);
    let checks = match found.state {
        PullState::Open => checks(services, &at, &found, base.as_ref()).await?,
        PullState::Merged | PullState::Closed => Checks {
            state: ChecksState::None,
            failing: Vec::new(),
            failing_on_base: Vec::new(),
        },
    };
    let facts = PullFacts {
        number: pull,
        standing: match found.state {
            PullState::Open => PullStanding::Open,
            PullState::Merged => PullStanding::Merged,
            PullState::Closed => PullStanding::Closed,
        },
        draft: found.draft,
        head: found.head_sha,
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
    services: &Services,
    at: &At,
    pull: &github::Pull,
    base: Option<&Sha>,
) -> Result<Checks, GitHubError> {
    let (read, required) = tokio::try_join!(
        services.github.checks(at, &pull.head_sha),
        services.github.required_checks(at, &pull.base_branch),
    )?;
    let state = read.of(&required);
    let mut failing_on_base = Vec::new();
    if state == github::ChecksState::Red
        && let Some(base) = base
    {
        let on_base: ChecksRead = services.github.checks(at, base).await?;
        failing_on_base = on_base
            .failing
            .into_iter()
            .map(|check| check.name)
            .collect();
    }
    let failing = read.failing.into_iter().map(|check| Failing {
        name: check.name,
        url: check.url,
        step: check.step,
        tail: services.redact(&check.tail),
    });
    Ok(Checks {
        state: match state {
            github::ChecksState::None => ChecksState::None,
            github::ChecksState::Pending => ChecksState::Pending,
            github::ChecksState::Green => ChecksState::Green,
            github::ChecksState::Red => ChecksState::Red,
        },
        failing: failing.collect(),
        failing_on_base,
    })
}

/// Answers a thread, once, and resolves it where it is ours.
pub(super) async fn reply(
    services: &Services,
    row: &EffectRow,
    place: &Place,
    wanted: &Reply,
) -> Result<Performed, Failure> {
    let Reply {
        pull,
        to,
        key,
        body,
        resolve,
    } = wanted;
    let (at, pull) = (services.at(place), IssueNumber(*pull));
    let mark = services.marker.mark(&format!("{}:{key}", place.task()));
    let there = match row.attempts {
        1 => None,
        _ => {
            services
                .github
                .find_reply(&at, pull, Some(row.created_at), &mark)
                .await?
        }
    };
    if there.is_none() {
        match services
            .github
            .reply(&at, pull, *to, &format!("{body}\n{mark}"))
            .await
        {
            // The thread was deleted: nobody waits for the answer.
            Err(GitHubError::NotFound { .. } | GitHubError::Gone { .. }) => {
                return Ok(Performed::Done);
            }
            other => other.map(drop)?,
        }
    }
    if let Some(thread) = resolve {
        services.github.resolve_thread(&at, thread).await?;
    }
    Ok(Performed::Done)
}

/// Asks people for their review once more.
pub(super) async fn request(
    services: &Services,
    place: &Place,
    pull: i64,
    logins: &[String],
) -> Result<Performed, Failure> {
    let logins: Vec<&str> = logins.iter().map(String::as_str).collect();
    services
        .github
        .request_review(&services.at(place), IssueNumber(pull), &logins)
        .await?;
    Ok(Performed::Done)
}

/// Makes a draft ready for review.
pub(super) async fn mark_ready(
    services: &Services,
    place: &Place,
    pull: i64,
) -> Result<Performed, Failure> {
    services
        .github
        .mark_ready(&services.at(place), IssueNumber(pull))
        .await?;
    Ok(Performed::known(Event::MadeReady { number: pull }))
}

/// Deletes our branch, unless somebody wrote to it since.
pub(super) async fn delete_branch(
    services: &Services,
    place: &Place,
    branch: &AgentBranch,
    head: &Sha,
) -> Result<Performed, Failure> {
    let line = AuthenticatedRemote::open(services, place, Purpose::Push).await?;
    let deleted = services.git.delete_branch(&line.remote, branch, head).await;
    line.hang_up().await;
    match deleted {
        Err(GitError::BranchMoved { .. }) => {
            tracing::info!(%branch, "somebody wrote to the branch; it stays");
            Ok(Performed::Done)
        }
        other => other.map(|()| Performed::Done).map_err(Into::into),
    }
}
