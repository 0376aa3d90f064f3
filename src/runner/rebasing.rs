//! Puts commits of ours onto a branch as the host has it now: fetched first, whole where the mirror is partial.
//!
//! Nothing is pushed here, and no ref is moved.

use super::remote::AuthenticatedRemote;
use crate::core::failure::Failure;
use crate::core::ids::Sha;
use crate::git::{FetchRequest, Git, Rebase, Rebased};

/// What came of it, and where it went.
pub(super) struct Put {
    pub(super) wanted: Rebase,
    pub(super) rebased: Rebased,
}

/// Puts `head`, without what `theirs` hold, onto `branch`.
pub(super) async fn put_onto(
    git: &Git,
    remote: &mut AuthenticatedRemote<'_>,
    branch: &str,
    (head, theirs): (&Sha, &[Sha]),
) -> Result<Put, Failure> {
    let request = &FetchRequest {
        branch: branch.to_owned(),
        sha: None,
    };
    let fetched = remote
        .ask(|remote| async move { git.fetch(&remote, request).await })
        .await?;
    let wanted = Rebase {
        repository: remote.remote.repository,
        head: head.clone(),
        onto: fetched.head,
        theirs: theirs.to_vec(),
    };
    let commits = &[&wanted.onto, &wanted.head];
    remote
        .ask(|remote| async move { git.fetch_contents(&remote, commits).await })
        .await?;
    let rebased = git.rebase(&wanted).await?;
    Ok(Put { wanted, rebased })
}
