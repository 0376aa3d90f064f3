//! Reads a review with the threads its comments belong to.

use std::collections::HashMap;

use crate::core::actor::{Account, AccountKind, Actor, Permission};
use crate::core::effect::ReadReview;
use crate::core::event::{Event, ReviewFacts, ReviewVerdict};
use crate::core::failure::Failure;
use crate::core::ids::IssueNumber;
use crate::core::message::Thread;
use crate::core::outsider::{OutsiderInThread, Outsiders};
use crate::github::{At, GitHubError, ReviewState, ReviewThread};
use crate::runner::lease::Lease;
use crate::runner::outsiders::Rights;
use crate::runner::performed::Performed;
use crate::runner::reading;
use crate::runner::scope::Reading;

/// Of so many words in threads it is asked who let them in.
const LOOKED_AT: usize = 20;

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
    let mut rights = Rights::new(github, &at);
    rights.know(&actor, permission);
    let threads = open_parts(threads, action.review);
    let (threads, outsiders) = match reading.policy.issues.outsiders {
        Outsiders::Read => (threads, Vec::new()),
        Outsiders::Withhold => {
            let part = Part {
                pull: number,
                review: action.review,
            };
            outsiders(reading, &mut rights, &part, threads).await?
        }
    };
    let review = ReviewFacts {
        pull: action.pull,
        id: action.review,
        author,
        permission: permission.unwrap_or(Permission::None),
        verdict: verdict(found.state),
        body: found.body,
        threads: threads
            .iter()
            .map(|thread| quoted(thread, &reading.policy.me.login))
            .collect(),
        at: (reading.clock)(),
        issue_open: issue.open,
        outsiders,
    };
    Ok(Performed::known(Event::ReviewRead {
        review: Box::new(review),
    }))
}

/// A review of a pull request.
struct Part {
    pull: IssueNumber,
    review: i64,
}

/// What people without write access said in these threads, with those who let it in: for a few of them, since each costs a call. Where
/// somebody did, the words are read once more, after that: a change between the two readings is younger, and tells so.
async fn outsiders(
    reading: &Reading<'_>,
    rights: &mut Rights<'_>,
    part: &Part,
    threads: Vec<ReviewThread>,
) -> Result<(Vec<ReviewThread>, Vec<OutsiderInThread>), GitHubError> {
    let said = threads.iter().flat_map(|thread| &thread.comments);
    rights
        .ask(said.clone().map(|said| said.author.known()))
        .await?;
    let theirs = said.filter(|said| !may_speak(reading, rights, &said.author.known()));
    let theirs: Vec<i64> = theirs.map(|said| said.id).take(LOOKED_AT).collect();
    let mut thumbs = HashMap::new();
    for comment in theirs {
        thumbs.insert(comment, rights.thumbs_in_thread(comment).await?);
    }
    let threads = match thumbs.values().all(Vec::is_empty) {
        true => threads,
        false => {
            let again = reading
                .github
                .review_threads(rights.at(), part.pull)
                .await?;
            open_parts(again, part.review)
        }
    };
    let mut outsiders = Vec::new();
    for thread in &threads {
        for (place, said) in thread.comments.iter().enumerate() {
            let author = said.author.known();
            if !may_speak(reading, rights, &author) {
                outsiders.push(OutsiderInThread {
                    thread: thread.id.clone(),
                    place,
                    author: author.login,
                    changed_at: said.changed_at,
                    thumbs: thumbs.remove(&said.id).unwrap_or_default(),
                });
            }
        }
    }
    Ok((threads, outsiders))
}

/// Whether an agent reads somebody's words without anybody letting them in.
fn may_speak(reading: &Reading<'_>, rights: &Rights<'_>, author: &Account) -> bool {
    match author.kind {
        _ if author.login == reading.policy.me.login => true,
        AccountKind::User => rights.of(author.id).may_start(),
        AccountKind::Bot | AccountKind::Other => reading.policy.allowed_bots.contains(&author.id),
    }
}

/// The threads that the review is an open part of.
fn open_parts(threads: Vec<ReviewThread>, review: i64) -> Vec<ReviewThread> {
    let all = threads.into_iter();
    all.filter(|thread| is_open_part(thread, review)).collect()
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
