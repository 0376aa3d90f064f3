//! A clean checkout of exactly one commit, for the service's own look at it: laid out anew from the mirror, never from a working copy that an
//! agent has had.
//!
//! It has a `.git` of its own that borrows the mirror's objects and names no remote, no branch and no author. What runs in it may break it.

use std::path::Path;

use super::Git;
use super::disk::on_disk;
use super::error::GitError;
use super::process::Call;
use crate::core::ids::{RepositoryId, Sha};

impl Git {
    /// Whether the mirror holds a commit.
    pub async fn holds(&self, repository: RepositoryId, commit: &Sha) -> Result<bool, GitError> {
        let mirror = self.mirror_path(repository);
        if !mirror.exists() {
            return Ok(false);
        }
        let call = Call::new("cat-file")
            .args(["-e", &format!("{commit}^{{commit}}")])
            .repository(&mirror);
        Ok(self.inner.program.run(call).await?.success)
    }

    /// Lays a commit of the mirror out at `path`, whose parent must be there; what is there already is removed first.
    pub async fn check_out(
        &self,
        repository: RepositoryId,
        commit: &Sha,
        path: &Path,
    ) -> Result<(), GitError> {
        self.discard(path).await?;
        let parent = path.parent().map(Path::to_owned);
        on_disk("make room for a checkout", move || {
            parent.map_or(Ok(()), std::fs::create_dir_all)
        })
        .await?;
        self.lay_out(repository, commit, path).await
    }
}
