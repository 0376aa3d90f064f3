//! Makes the status comment say how things stand.

use crate::core::effect::ShowStatus;
use crate::core::event::Event;
use crate::core::failure::Failure;
use crate::core::ids::CommentId;
use crate::github::{At, GitHub};
use crate::runner::lease::Lease;
use crate::runner::own_comment::OwnComment;
use crate::runner::performed::Performed;
use crate::runner::scope::Comments;

/// Edits or posts it, and tells its number when that is news.
pub(super) async fn perform(
    action: &ShowStatus,
    lease: &Lease,
    comments: &Comments<'_>,
) -> Result<Performed, Failure> {
    let (task, on) = (lease.place().task(), lease.place().issue);
    let mark = comments.marker.mark(&format!("status:{task}"));
    let status = OwnComment {
        on,
        known: action.comment.or_else(|| comments.posted.of(task)),
        worth: action.worth,
        mark: &mark,
        body: &action.body,
    };
    let comment = comments.put(lease, &status).await?;
    comments.posted.remember(task, comment);
    if action.comment == Some(comment) {
        return Ok(Performed::Done);
    }
    if comments.pins_status {
        pin(lease, comments.github, comment).await;
    }
    Ok(Performed::known(Event::StatusPosted { comment }))
}

/// Pins the comment once, when it is new: whoever takes it off again, or has pinned another, has the last word. Without it nothing is
/// missing but a little comfort, so that no error counts.
async fn pin(lease: &Lease, github: &GitHub, comment: CommentId) {
    let at = At::of(lease.place());
    let pinned = async {
        match github.issue(&at, lease.place().issue).await?.has_pinned {
            Some(false) => github.pin_comment(&at, comment).await,
            Some(true) | None => Ok(()),
        }
    };
    if let Err(error) = pinned.await {
        tracing::debug!(%error, %comment, "the status comment was not pinned");
    }
}
