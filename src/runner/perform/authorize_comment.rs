//! Reads a comment as it is now, and what whoever wrote or changed it may do.

use crate::core::actor::{Actor, Permission};
use crate::core::effect::AuthorizeComment;
use crate::core::event::{AuthorizedComment, Event};
use crate::core::failure::Failure;
use crate::github::{At, GitHub};
use crate::runner::lease::Lease;
use crate::runner::performed::Performed;
use crate::runner::reading;

/// A comment that is gone has no body.
pub(super) async fn perform(
    action: &AuthorizeComment,
    lease: &Lease,
    github: &GitHub,
) -> Result<Performed, Failure> {
    let at = At::of(lease.place());
    let actor = Actor::Person(action.actor.clone());
    let (comment, permission, issue) = tokio::try_join!(
        github.comment(&at, action.comment),
        reading::permission(github, &at, &actor),
        github.issue(&at, lease.place().issue),
    )?;
    let found = AuthorizedComment {
        comment: action.comment,
        on: action.on,
        actor: action.actor.clone(),
        permission: permission.unwrap_or(Permission::None),
        of_ours: action.of_ours,
        at: comment.as_ref().map_or(0, |comment| comment.updated_at),
        body: comment.map(|comment| comment.body),
        issue_author: issue.author.login,
        issue_open: issue.open,
    };
    Ok(Performed::known(Event::CommentAuthorized {
        found: Box::new(found),
    }))
}
