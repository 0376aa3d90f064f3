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

/// Commits, and the branch onto which they go, without what `theirs` hold.
pub(super) struct Moving<'a> {
    pub(super) head: &'a Sha,
    pub(super) theirs: &'a [Sha],
    pub(super) branch: &'a str,
}

/// Puts them there.
pub(super) async fn put_onto(
    git: &Git,
    remote: &mut AuthenticatedRemote<'_>,
    moving: &Moving<'_>,
) -> Result<Put, Failure> {
    let Moving {
        head,
        theirs,
        branch,
    } = *moving;
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
