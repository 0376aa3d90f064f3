//! Answers a thread of the pull request, once, and resolves it where it is ours.

use crate::core::effect::Reply;
use crate::core::failure::Failure;
use crate::core::ids::IssueNumber;
use crate::github::{At, GitHubError};
use crate::runner::lease::Lease;
use crate::runner::performed::Performed;
use crate::runner::scope::Comments;

/// Looks for the answer first, unless nobody can have posted it yet.
pub(super) async fn perform(
    action: &Reply,
    lease: &Lease,
    comments: &Comments<'_>,
) -> Result<Performed, Failure> {
    let (at, pull, github) = (
        At::of(lease.place()),
        IssueNumber(action.pull),
        comments.github,
    );
    let mark = comments
        .marker
        .mark(&format!("{}:{}", lease.place().task(), action.key));
    let there = match lease.may_be_done() {
        false => None,
        true => {
            github
                .find_reply(&at, pull, Some(lease.made_since()), &mark)
                .await?
        }
    };
    if there.is_none() {
        let text = format!("{}\n{mark}", action.body);
        match github.reply(&at, pull, action.to, &text).await {
            // The thread was deleted: nobody waits for the answer.
            Err(GitHubError::NotFound { .. } | GitHubError::Gone { .. }) => {
                return Ok(Performed::Done);
            }
            other => other.map(drop)?,
        }
    }
    if let Some(thread) = &action.resolve {
        github.resolve_thread(&at, thread).await?;
    }
    Ok(Performed::Done)
}
