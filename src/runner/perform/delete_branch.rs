//! Deletes our branch, unless somebody wrote to it since, or has an open pull request that goes to it.

use crate::core::effect::DeleteBranch;
use crate::core::failure::Failure;
use crate::git::GitError;
use crate::github::{At, Purpose};
use crate::runner::lease::Lease;
use crate::runner::performed::Performed;
use crate::runner::remote::AuthenticatedRemote;
use crate::runner::scope::Remotes;

/// What is gone is done.
pub(super) async fn perform(
    action: &DeleteBranch,
    lease: &Lease,
    remotes: Remotes<'_>,
) -> Result<Performed, Failure> {
    // With the branch GitHub would close them for good.
    let at = At::of(lease.place());
    let others = remotes.github.pulls_to(&at, action.branch.as_str()).await?;
    if !others.is_empty() {
        tracing::info!(branch = %action.branch, "pull requests go to the branch; it stays");
        return Ok(Performed::Done);
    }
    let remote = AuthenticatedRemote::open(remotes.github, lease.place(), Purpose::Push).await?;
    let (branch, head) = (&action.branch, &action.head);
    let deleted = remotes
        .git
        .delete_branch(&remote.remote, branch, head)
        .await;
    remote.hang_up().await;
    match deleted {
        Err(GitError::BranchMoved { .. }) => {
            tracing::info!(%branch, "somebody wrote to the branch; it stays");
            Ok(Performed::Done)
        }
        other => other.map(|()| Performed::Done).map_err(Into::into),
    }
}
