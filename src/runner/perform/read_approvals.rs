//! Reads who reacted to a status comment with a thumbs up, and what they may do. Whether that counts is the core's to say.

use crate::core::actor::{AccountKind, Actor, Permission};
use crate::core::effect::ReadApprovals;
use crate::core::event::{ApprovalsRead, Event, Looked};
use crate::core::failure::Failure;
use crate::core::outsider::ThumbsUp;
use crate::github::{At, GitHub, GitHubError};
use crate::runner::lease::Lease;
use crate::runner::performed::Performed;
use crate::runner::reading;

/// Of so many people it is read what they may do.
const PEOPLE: usize = 10;

/// A comment that is gone has no reactions. What a bot thinks is not asked for.
pub(super) async fn perform(
    action: &ReadApprovals,
    lease: &Lease,
    github: &GitHub,
) -> Result<Performed, Failure> {
    let at = At::of(lease.place());
    let reactions = match github.thumbs_up(&at, action.comment).await {
        Err(GitHubError::NotFound { .. } | GitHubError::Gone { .. }) => Vec::new(),
        other => other?,
    };
    let mut found = Vec::new();
    let reactions = reactions.into_iter().map(|one| (one.by.known(), one.at));
    let people = reactions.filter(|(who, at)| who.kind == AccountKind::User && *at >= action.since);
    for (actor, moment) in people.take(PEOPLE) {
        let person = Actor::Person(actor.clone());
        let permission = reading::permission(github, &at, &person).await?;
        found.push(ThumbsUp {
            actor,
            permission: permission.unwrap_or(Permission::None),
            at: moment,
        });
    }
    let read = Looked::Approvals(ApprovalsRead { found });
    Ok(Performed::known(Event::Looked(read)))
}
