//! What a commit stands on, what its tree is, and one digest over all that it changes: for statements about it.

use sha2::{Digest, Sha256};

use super::Git;
use super::error::GitError;
use super::process::{Call, LISTING, Overflow};
use crate::core::ids::{RepositoryId, Sha};
use crate::core::provenance::Footing;

impl Git {
    /// Asks the mirror of a commit, against a commit of its base branch; `None` where it lacks either, or they have nothing in common.
    pub async fn footing(
        &self,
        repository: RepositoryId,
        upstream: &Sha,
        commit: &Sha,
    ) -> Result<Option<Footing>, GitError> {
        let mirror = self.mirror_path(repository);
        if !self.holds(repository, upstream).await? || !self.holds(repository, commit).await? {
            return Ok(None);
        }
        let call = |verb| Call::new(verb).repository(&mirror);
        let base = call("merge-base").args([upstream.as_str(), commit.as_str()]);
        let base = self.inner.program.run(base).await?;
        let Some(base) = base.line().ok().and_then(|line| line.parse::<Sha>().ok()) else {
            return Ok(None);
        };
        let tree = call("rev-parse").args(["--verify", &format!("{commit}^{{tree}}")]);
        let tree = self.inner.program.run(tree).await?.line()?;
        let tree = tree
            .parse::<Sha>()
            .map_err(|_| GitError::unreadable("rev-parse"))?;
        let changes = call("diff-tree")
            .args(["-r", "-z", "--raw", "--no-abbrev", "--no-renames"])
            .arg("--end-of-options")
            .args([base.as_str(), commit.as_str()])
            .cap(LISTING, Overflow::Cut);
        let changes = self.inner.program.run(changes).await?.bytes()?;
        Ok(Some(Footing {
            base,
            tree,
            changes: hex::encode(Sha256::digest(changes)),
        }))
    }
}
