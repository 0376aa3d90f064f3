//! Files that were handed in as evidence: each an object of the mirror from the moment it is taken, and then a commit that shares nothing with
//! any other branch.
//!
//! What is kept here was read by whoever calls; nothing of a working copy is read by git itself.

use super::Git;
use super::collection::sha;
use super::error::GitError;
use super::identity::Identity;
use super::process::{Call, Input};
use crate::core::effect::PushEvidence;
use crate::core::ids::{RepositoryId, Sha};
use crate::core::text::evidence_file::COMMIT;

impl Git {
    /// Keeps a file in the mirror; the same content is kept once.
    pub async fn keep_file(
        &self,
        repository: RepositoryId,
        content: Vec<u8>,
    ) -> Result<Sha, GitError> {
        let call = Call::new("hash-object")
            .args(["-w", "--stdin"])
            .repository(&self.mirror_path(repository))
            .input(Input::Bytes(content));
        sha("hash-object", &self.inner.program.run(call).await?.bytes()?)
    }

    /// Makes the commit of files that are kept. The same ones at the same time make the same commit.
    pub async fn evidence_commit(
        &self,
        repository: RepositoryId,
        push: &PushEvidence,
    ) -> Result<Sha, GitError> {
        let mirror = self.mirror_path(repository);
        let lines = push.files.iter();
        let lines = lines.map(|(name, blob)| format!("100644 blob {blob}\t{name}\0"));
        let call = Call::new("mktree")
            .arg("-z")
            .repository(&mirror)
            .input(Input::Bytes(lines.collect::<String>().into_bytes()));
        let tree = sha("mktree", &self.inner.program.run(call).await?.bytes()?)?;
        let parents = push.expected.iter();
        let parents = parents.flat_map(|parent| ["-p", parent.as_str()]);
        let at = format!("@{} +0000", push.at.max(0) / 1000);
        let call = Call::new("commit-tree")
            .args(parents)
            .args(["-F", "-", tree.as_str()])
            .repository(&mirror)
            .env("GIT_AUTHOR_DATE", &at)
            .env("GIT_COMMITTER_DATE", &at);
        let author = Identity::new("skep", "skep@localhost");
        let call = author
            .to(call)
            .input(Input::Bytes(format!("{COMMIT}\n").into_bytes()));
        sha("commit-tree", &self.inner.program.run(call).await?.bytes()?)
    }
}
