//! Reads again what must hold right before a push.

use crate::core::effect::CheckPublish;
use crate::core::event::{Event, PublishFacts};
use crate::core::failure::Failure;
use crate::github::{At, GitHub};
use crate::runner::lease::Lease;
use crate::runner::performed::Performed;
use crate::runner::reading;

/// What cannot be read is tried again and then given up, never assumed.
pub(super) async fn perform(
    action: &CheckPublish,
    lease: &Lease,
    github: &GitHub,
) -> Result<Performed, Failure> {
    let at = At::of(lease.place());
    let (issue, repository, permission) = tokio::try_join!(
        github.issue(&at, lease.place().issue),
        github.repository(&at),
        reading::permission(github, &at, &action.actor),
    )?;
    let named = match &action.base {
        Some(name) => Some((name, github.branch(&at, name).await?)),
        None => None,
    };
    let (base_branch, base_gone) = match named {
        None => (repository.default_branch, false),
        Some((_, Some(found))) => (found.name, false),
        Some((name, None)) => (name.clone(), true),
    };
    let facts = PublishFacts {
        permission,
        open: issue.open,
        archived: repository.archived,
        base_branch,
        base_gone,
    };
    Ok(Performed::known(Event::PublishChecked {
        session: lease.session()?.clone(),
        facts,
    }))
}
