//! Reads a review with the threads its comments belong to.

use crate::core::actor::{Actor, Permission};
use crate::core::effect::ReadReview;
use crate::core::event::{Event, ReviewFacts, ReviewVerdict};
use crate::core::failure::Failure;
use crate::core::ids::IssueNumber;
use crate::core::message::Thread;
use crate::github::{At, ReviewState, ReviewThread};
use crate::runner::lease::Lease;
use crate::runner::performed::Performed;
use crate::runner::reading;
use crate::runner::scope::Reading;

/// A review that is gone is no news.
pub(super) async fn perform(
    action: &ReadReview,
    lease: &Lease,
    reading: &Reading<'_>,
) -> Result<Performed, Failure> {
    let (at, number, github) = (
        At::of(lease.place()),
        IssueNumber(action.pull),
        reading.github,
    );
    let Some(found) = github.review(&at, number, action.review).await? else {
        return Ok(Performed::Done);
    };
    let author = found.author.known();
    let actor = Actor::Person(author.clone());
    let (permission, threads, issue) = tokio::try_join!(
        reading::permission(github, &at, &actor),
        github.review_threads(&at, number),
        github.issue(&at, lease.place().issue),
    )?;
    let review = ReviewFacts {
        pull: action.pull,
        id: action.review,
        author,
        permission: permission.unwrap_or(Permission::None),
        verdict: verdict(found.state),
        body: found.body,
        threads: threads
            .iter()
            .filter(|thread| is_open_part(thread, action.review))
            .map(|thread| quoted(thread, &reading.policy.me.login))
            .collect(),
        at: (reading.clock)(),
        issue_open: issue.open,
    };
    Ok(Performed::known(Event::ReviewRead {
        review: Box::new(review),
    }))
}

fn verdict(state: ReviewState) -> ReviewVerdict {
    match state {
        ReviewState::Approved => ReviewVerdict::Approved,
        ReviewState::ChangesRequested => ReviewVerdict::ChangesRequested,
        ReviewState::Commented => ReviewVerdict::Commented,
        ReviewState::Dismissed | ReviewState::Pending => ReviewVerdict::Other,
    }
}

/// Whether a thread has a comment of the review and is not resolved.
fn is_open_part(thread: &ReviewThread, review: i64) -> bool {
    let of_it = thread
        .comments
        .iter()
        .any(|comment| comment.review == Some(review));
    of_it && !thread.resolved
}

fn quoted(thread: &ReviewThread, our_login: &str) -> Thread {
    Thread {
        id: thread.id.clone(),
        first: thread.first_comment,
        path: thread.path.clone(),
        line: thread.line,
        hunk: thread.hunk.clone(),
        ours: thread.started_by == our_login,
        said: thread
            .comments
            .iter()
            .map(|said| (said.author.login.clone(), said.body.clone()))
            .collect(),
    }
}
