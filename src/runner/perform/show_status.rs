//! Makes the status comment say how things stand.

use crate::core::effect::ShowStatus;
use crate::core::event::Event;
use crate::core::failure::Failure;
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
    Ok(Performed::known(Event::StatusPosted { comment }))
}
