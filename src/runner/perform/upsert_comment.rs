//! Makes one of our comments say its text.

use crate::core::effect::{UpsertComment, Worth};
use crate::core::event::Event;
use crate::core::failure::Failure;
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
        worth: Worth::High,
        mark: &mark,
        body: &action.body,
    };
    Ok(Performed::known(Event::Posted {
        key: action.key.clone(),
        comment: comments.put(lease, &comment).await?,
    }))
}
