//! Pushes the branch, under a lease on what we wrote there last.

use crate::core::effect::Publish;
use crate::core::event::Event;
use crate::core::failure::Failure;
use crate::git::{Published, Push};
use crate::github::Purpose;
use crate::runner::lease::Lease;
use crate::runner::performed::Performed;
use crate::runner::remote::AuthenticatedRemote;
use crate::runner::scope::{Remotes, Stops};

/// A stop that is known before the push begins prevents it.
pub(super) async fn perform(
    action: &Publish,
    lease: &Lease,
    remotes: Remotes<'_>,
    stops: &Stops<'_>,
) -> Result<Performed, Failure> {
    let session = lease.session()?.clone();
    let mut remote =
        AuthenticatedRemote::open(remotes.github, lease.place(), Purpose::Push).await?;
    if stops.is_stopped(lease).await? {
        remote.hang_up().await;
        return Ok(Performed::Done);
    }
    let push = Push {
        branch: action.branch.clone(),
        head: action.head.clone(),
        expected: action.expected.clone(),
    };
    let published = publish(remotes, &mut remote, &push).await;
    remote.hang_up().await;
    Ok(Performed::known(match published? {
        Published::Pushed | Published::Already => Event::Published {
            session,
            head: action.head.clone(),
        },
        Published::Moved { theirs } => Event::BranchMoved { session, theirs },
    }))
}

async fn publish(
    remotes: Remotes<'_>,
    remote: &mut AuthenticatedRemote<'_>,
    push: &Push,
) -> Result<Published, Failure> {
    match remotes.git.publish(&remote.remote, push).await {
        Ok(published) => Ok(published),
        Err(error) => {
            remote.refresh(error).await?;
            Ok(remotes.git.publish(&remote.remote, push).await?)
        }
    }
}
