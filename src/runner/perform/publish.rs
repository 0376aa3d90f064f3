//! Pushes the branch, under a lease on what we wrote there last.
//!
//! What it changes in protected paths is read once more from git before it leaves, and held to what was let through.

use crate::core::effect::Publish;
use crate::core::event::{Event, PushHeld};
use crate::core::failure::Failure;
use crate::git::{ProtectedSpec, Published, Push};
use crate::github::Purpose;
use crate::runner::lease::Lease;
use crate::runner::performed::Performed;
use crate::runner::remote::AuthenticatedRemote;
use crate::runner::scope::{Pushing, Remotes};

/// A stop that is known before the push begins prevents it.
pub(super) async fn perform(
    action: &Publish,
    lease: &Lease,
    pushing: &Pushing<'_>,
) -> Result<Performed, Failure> {
    let (remotes, stops) = (pushing.remotes, &pushing.stops);
    if is_held(action, lease, pushing).await? {
        tracing::warn!(
            effect = lease.id(),
            "protected paths are not what was let through; nothing is pushed"
        );
        let session = lease.session()?.clone();
        return Ok(Performed::known(Event::PushHeld(PushHeld { session })));
    }
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

/// Whether it changes protected paths in a way that neither the operator nor anybody on the issue let through.
async fn is_held(action: &Publish, lease: &Lease, pushing: &Pushing<'_>) -> Result<bool, Failure> {
    let Some(judged) = &action.judged else {
        return Ok(false);
    };
    let what = ProtectedSpec {
        repository: lease.place().repository,
        head: &action.head,
        base: &judged.base,
        upstream: judged.upstream.as_ref(),
        besides: &judged.besides,
    };
    let found = pushing.remotes.git.protected(&what).await?;
    let mut paths = found.paths.iter();
    let held = paths.any(|path| !pushing.allowed.allows(path));
    Ok(held && judged.approved.as_ref() != Some(&found.hash))
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
