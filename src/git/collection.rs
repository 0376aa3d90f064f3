//! One collection on its way: what its parts share, and the git calls they all make.

use super::Git;
use super::error::GitError;
use super::fenced::Told;
use super::process::{Call, Input};
use super::quarantine::Quarantine;
use super::spec::CollectSpec;
use crate::core::ids::Sha;

/// One collection on its way.
pub(super) struct Collection<'a> {
    pub(super) git: &'a Git,
    pub(super) spec: &'a CollectSpec,
    pub(super) quarantine: Quarantine,
    pub(super) told: Told,
}

impl Collection<'_> {
    pub(super) async fn run(&self, call: Call) -> Result<Vec<u8>, GitError> {
        self.git.inner.program.run(call).await?.bytes()
    }

    pub(super) async fn contains(&self, head: &Sha, ancestor: &Sha) -> Result<bool, GitError> {
        if head == ancestor {
            return Ok(true);
        }
        let call = self.quarantine.call("merge-base").args([
            "--is-ancestor",
            ancestor.as_str(),
            head.as_str(),
        ]);
        let outcome = self.git.inner.program.run(call).await?;
        if !outcome.success && !outcome.stderr.is_empty() {
            return Err(outcome.failed());
        }
        Ok(outcome.success)
    }

    /// A commit of ours.
    pub(super) async fn commit(&self, parent: &Sha, tree: &Sha) -> Result<Sha, GitError> {
        self.commit_on(&[parent], tree).await
    }

    /// A commit of ours on several.
    pub(super) async fn commit_on(&self, parents: &[&Sha], tree: &Sha) -> Result<Sha, GitError> {
        let message = self.spec.message.replace('\0', "");
        let parents = parents.iter().flat_map(|parent| ["-p", parent.as_str()]);
        let call = self.quarantine.call("commit-tree").args(parents);
        let call = call.args(["-F", "-", tree.as_str()]);
        let call = self
            .spec
            .author
            .to(call)
            .input(Input::Bytes(message.into_bytes()));
        sha("commit-tree", &self.run(call).await?)
    }

    /// What was there before the session, as revisions to leave out.
    pub(super) fn known(&self) -> Vec<String> {
        [Some(&self.spec.base), self.spec.upstream.as_ref()]
            .into_iter()
            .flatten()
            .map(|sha| format!("^{sha}"))
            .collect()
    }
}

/// Reads an object name from a call's output.
pub(super) fn sha(verb: &str, output: &[u8]) -> Result<Sha, GitError> {
    let text = std::str::from_utf8(output).map_err(|_| GitError::unreadable(verb))?;
    text.trim().parse().map_err(|_| GitError::unreadable(verb))
}
