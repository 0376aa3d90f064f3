//! Reads a comment as it is now, and what whoever wrote or changed it may do.
//!
//! Its words are those of now, and whose they are GitHub does not say: whoever opened it may change it again after somebody else
//! did. So what two people had a hand in counts as the words of the one who may less.

use crate::core::actor::{Account, Actor, Permission};
use crate::core::effect::AuthorizeComment;
use crate::core::event::{AuthorizedComment, Event};
use crate::core::failure::Failure;
use crate::github::{self, At, GitHub};
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
    let by_actor = permission.unwrap_or(Permission::None);
    let author = comment.as_ref().map(|comment| &comment.author);
    let author = author.filter(|author| !action.of_ours && author.id != action.actor.id);
    let changed = (action.actor.clone(), by_actor);
    let (actor, permission) = match author {
        None => changed,
        Some(author) => lesser(with_right(author, github, &at).await?, changed),
    };
    let found = AuthorizedComment {
        comment: action.comment,
        on: action.on,
        actor,
        permission,
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

/// Somebody, with what they may do.
async fn with_right(
    who: &github::Account,
    github: &GitHub,
    at: &At,
) -> Result<(Account, Permission), Failure> {
    let who = who.known();
    let asked = Actor::Person(who.clone());
    let may = reading::permission(github, at, &asked).await?;
    Ok((who, may.unwrap_or(Permission::None)))
}

/// Of whoever opened a comment and whoever changed it the one who may do less.
fn lesser(opened: (Account, Permission), changed: (Account, Permission)) -> (Account, Permission) {
    match opened.1 < changed.1 {
        true => opened,
        false => changed,
    }
}
