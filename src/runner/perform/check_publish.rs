//! Reads again what must hold right before a push, and brings the work up to date where other work has landed meanwhile.
//!
//! It must never change what the work adds: what does not go onto the base by itself stays where it was made.

use crate::core::effect::CheckPublish;
use crate::core::event::{BroughtUp, Event, PublishFacts};
use crate::core::failure::Failure;
use crate::core::ids::Sha;
use crate::core::label;
use crate::core::policy::GO_LABEL;
use crate::git::Rebased;
use crate::github::{At, Purpose};
use crate::runner::lease::Lease;
use crate::runner::performed::Performed;
use crate::runner::reading;
use crate::runner::rebasing::{Moving, Put, put_onto};
use crate::runner::remote::AuthenticatedRemote;
use crate::runner::scope::Remotes;

/// What cannot be read is tried again and then given up, never assumed.
pub(super) async fn perform(
    action: &CheckPublish,
    lease: &Lease,
    remotes: Remotes<'_>,
) -> Result<Performed, Failure> {
    let github = remotes.github;
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
    let brought_up = match &action.bring_up {
        Some(head) if !base_gone => bring_up(head, &base_branch, lease, remotes).await?,
        Some(_) | None => None,
    };
    let facts = PublishFacts {
        permission,
        open: issue.open,
        labeled: label::has(&issue.labels, GO_LABEL),
        archived: repository.archived,
        base_branch,
        base_gone,
        brought_up,
    };
    Ok(Performed::known(Event::PublishChecked {
        session: lease.session()?.clone(),
        facts,
    }))
}

/// The work on the head of the base; `None` where it stands there already, or where a conflict is the agent's to resolve.
async fn bring_up(
    head: &Sha,
    base: &str,
    lease: &Lease,
    remotes: Remotes<'_>,
) -> Result<Option<BroughtUp>, Failure> {
    let (place, git) = (lease.place(), remotes.git);
    let mut remote = AuthenticatedRemote::open(remotes.github, place, Purpose::Clone).await?;
    let moving = Moving {
        head,
        theirs: &[],
        branch: base,
    };
    let put = put_onto(git, &mut remote, &moving).await;
    remote.hang_up().await;
    let Put { wanted, rebased } = put?;
    let Rebased::At(head) = rebased else {
        return Ok(None);
    };
    git.keep(place.repository, lease.session()?, &head).await?;
    Ok(Some(BroughtUp {
        head,
        onto: wanted.onto,
    }))
}
