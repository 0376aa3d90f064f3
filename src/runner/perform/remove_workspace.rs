//! Removes the working copy, once nothing of it can be lost.

use crate::core::effect::{RemoveWorkspace, UnpushedCommits};
use crate::core::failure::Failure;
use crate::runner::lease::Lease;
use crate::runner::performed::Performed;
use crate::runner::scope::Leavings;

/// The session's ref in the mirror goes with it only when nothing is lost by that.
pub(super) async fn perform(
    action: &RemoveWorkspace,
    lease: &Lease,
    leavings: &Leavings<'_>,
) -> Result<Performed, Failure> {
    let session = lease.session()?;
    leavings.agents.close(session).await?;
    let (git, workspace) = (leavings.git, leavings.folders.workspace(session));
    match action.commits {
        UnpushedCommits::Discard => {
            git.remove_session(lease.place().repository, session, &workspace)
                .await?
        }
        UnpushedCommits::Keep => git.remove_workspace(session, &workspace).await?,
    }
    if !action.keep_home {
        git.discard(&leavings.folders.session(session)).await?;
    }
    Ok(Performed::Done)
}
