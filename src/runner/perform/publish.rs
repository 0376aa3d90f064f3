//! Pushes the branch, under a lease on what we wrote there last.
//!
//! What it changes in protected paths is read once more from git before it leaves, and held to what was let through.

use crate::core::effect::Publish;
use crate::core::event::{BranchMoved, Event, FoundPull, PullStanding, PushHeld};
use crate::core::failure::Failure;
use crate::core::ids::Sha;
use crate::core::text;
use crate::git::{ProtectedSpec, Published, Push};
use crate::github::{At, Purpose};
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
    let repository = lease.place().repository;
    if !remotes.git.holds(repository, &action.head).await? {
        return Ok(Performed::workspace_gone(lease.session()?));
    }
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
    let published = publish_or_take_up(pushing, &mut remote, (push, lease)).await;
    remote.hang_up().await;
    Ok(Performed::known(match published? {
        Published::Pushed | Published::Already => Event::Published {
            session,
            head: action.head.clone(),
        },
        Published::Moved { theirs } => Event::BranchMoved(BranchMoved {
            session,
            pull: pull_of(action, lease, remotes).await?,
            theirs,
        }),
    }))
}

/// Pushes; after a restore once more over a commit that this very session made in the lost time and on which nobody built.
async fn publish_or_take_up(
    pushing: &Pushing<'_>,
    remote: &mut AuthenticatedRemote<'_>,
    (push, lease): (Push, &Lease),
) -> Result<Published, Failure> {
    let published = publish(pushing.remotes, remote, &push).await?;
    let Published::Moved { theirs: Some(head) } = &published else {
        return Ok(published);
    };
    if !lease.lost_time() || !is_of_this_session(head, lease, pushing).await? {
        return Ok(published);
    }
    tracing::info!(effect = lease.id(), %head, "a commit of this session from before the restore is on its branch; it is written over");
    let over = Push {
        expected: Some(head.clone()),
        ..push
    };
    publish(pushing.remotes, remote, &over).await
}

async fn is_of_this_session(
    head: &Sha,
    lease: &Lease,
    pushing: &Pushing<'_>,
) -> Result<bool, Failure> {
    let at = At::of(lease.place());
    let Some(commit) = pushing.remotes.github.commit(&at, head).await? else {
        return Ok(false);
    };
    let us = pushing.launcher.author(lease.place()).await?;
    let trailer = text::pull::trailer(lease.session()?);
    Ok(commit.committer_email == us.email() && commit.message.lines().any(|line| line == trailer))
}

/// Our open pull request from the branch: it may be there although the task knows of none.
async fn pull_of(
    action: &Publish,
    lease: &Lease,
    remotes: Remotes<'_>,
) -> Result<Option<FoundPull>, Failure> {
    let at = At::of(lease.place());
    let found = remotes.github.find_pull(&at, action.branch.as_str());
    let open = found.await?.filter(|pull| pull.state == PullStanding::Open);
    Ok(open.map(|pull| FoundPull {
        number: pull.number.0,
        url: pull.html_url,
        draft: pull.draft,
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
