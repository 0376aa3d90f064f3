//! Makes one of our comments say its text.

use crate::core::effect::UpsertComment;
use crate::core::event::Event;
use crate::core::failure::Failure;
use crate::github::Priority;
use crate::runner::lease::Lease;
use crate::runner::own_comment::OwnComment;
use crate::runner::performed::Performed;
use crate::runner::scope::Comments;

/// Edits or posts it, and tells its number.
pub(super) async fn perform(
    action: &UpsertComment,
    lease: &Lease,
    comments: &Comments<'_>,
) -> Result<Performed, Failure> {
    let mark = comments
        .marker
        .mark(&format!("{}:{}", lease.place().task(), action.key));
    let comment = OwnComment {
        on: action.on,
        known: action.comment,
        mark: &mark,
        body: &action.body,
    };
    let github = comments.github.at_priority(Priority::Answer);
    let at_once = Comments {
        github: &github,
        ..*comments
    };
    Ok(Performed::known(Event::Posted {
        key: action.key.clone(),
        comment: at_once.put(lease, &comment).await?,
    }))
}
