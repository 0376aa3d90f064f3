//! One commit of ours in place of the agent's, where one of those holds what cannot be published: a link that leaves the tree, or
//! a protected path that people had left out, stays behind and is named, and the rest of the work does not fail with it.
//!
//! What an agent committed is published commit by commit, so that nothing can be taken out of the last tree alone. The one
//! commit is judged as theirs were.

use super::change::{RawChange, read_raw};
use super::collection::{Collection, sha};
use super::error::GitError;
use super::process::{LISTING, Overflow};
use super::protect::{LINK, Link, leaves_tree, protected_changes};
use super::snapshot::{Entry, listed};
use crate::core::event::{LeftOut, WhyLeftOut};
use crate::core::ids::Sha;

impl Collection<'_> {
    /// The work of `head` as one commit above the base, without links that leave the tree, and what that leaves out.
    pub(super) async fn without_links(&self, head: &Sha) -> Result<(Sha, Vec<LeftOut>), GitError> {
        let base = &self.spec.base;
        let changes = self.between(base, head).await?;
        let mut left = vec![LeftOut {
            why: WhyLeftOut::History,
            name: head.to_string(),
        }];
        let mut undone = Vec::new();
        for change in changes.into_iter().filter(|change| change.new_mode == LINK) {
            if !leaves_tree(&Link {
                path: &change.path,
                target: self.target(&change).await?,
            }) {
                continue;
            }
            left.push(LeftOut {
                why: WhyLeftOut::Link,
                name: String::from_utf8_lossy(&change.path).into_owned(),
            });
            undone.push(change);
        }
        let tree = self.put_back(head, undone).await?;
        Ok((self.commit(base, &tree).await?, left))
    }

    /// The work of `head` as one commit, its protected paths as they are at the base, and what that leaves out. Where the work
    /// merged the base, the commit is that merge.
    pub(super) async fn without_protected(
        &self,
        head: &Sha,
    ) -> Result<(Sha, Vec<LeftOut>), GitError> {
        let range = self.range(head);
        let merged = range.merged().await?;
        let base = merged.unwrap_or(&self.spec.base);
        let changes = self.between(base, head).await?;
        let undone: Vec<RawChange> = protected_changes(&changes, &self.spec.protected)
            .into_iter()
            .cloned()
            .collect();
        let left = undone.iter().map(|change| LeftOut {
            why: WhyLeftOut::Protected,
            name: String::from_utf8_lossy(&change.path).into_owned(),
        });
        let left = left.collect();
        let tree = self.put_back(head, undone).await?;
        if merged.is_none() && tree == self.tree_of(base).await? {
            // Nothing else was made.
            return Ok((base.clone(), left));
        }
        let parents = [Some(&self.spec.base), merged];
        let parents: Vec<&Sha> = parents.into_iter().flatten().collect();
        Ok((self.commit_on(&parents, &tree).await?, left))
    }

    async fn tree_of(&self, commit: &Sha) -> Result<Sha, GitError> {
        let name = format!("{commit}^{{tree}}");
        let call = self.quarantine.call("rev-parse");
        let tree = self.run(call.args(["--verify", "--quiet", &name])).await?;
        sha("rev-parse", &tree)
    }

    /// What differs between two commits, file by file.
    async fn between(&self, base: &Sha, head: &Sha) -> Result<Vec<RawChange>, GitError> {
        let call = self.quarantine.call("diff-tree").args([
            "-r",
            "-z",
            "--raw",
            "--no-abbrev",
            "--no-renames",
        ]);
        let call = call
            .args(["--end-of-options", base.as_str(), head.as_str()])
            .cap(LISTING, Overflow::Fail);
        read_raw("diff-tree", &self.run(call).await?)
    }

    /// The tree of `head` without these changes.
    async fn put_back(&self, head: &Sha, undone: Vec<RawChange>) -> Result<Sha, GitError> {
        let (mut gone, mut back) = (Vec::new(), Vec::new());
        for change in undone {
            match change.status {
                b'A' => gone.push(change.path),
                _ => back.push(Entry {
                    mode: change.old_mode,
                    object: change.old_object,
                    path: change.path,
                }),
            }
        }
        self.run(
            self.work("read-tree")
                .args(["--end-of-options", head.as_str()]),
        )
        .await?;
        self.update(&["--force-remove", "-z", "--stdin"], listed(&gone))
            .await?;
        let lines: Vec<u8> = back.iter().flat_map(Entry::line).collect();
        self.update(&["--add", "--replace", "-z", "--index-info"], lines)
            .await?;
        let tree = self.run(self.work("write-tree")).await?;
        sha("write-tree", &tree)
    }

    /// Where a link points, as stored.
    pub(super) async fn target(&self, change: &RawChange) -> Result<Vec<u8>, GitError> {
        self.run(
            self.quarantine
                .call("cat-file")
                .args(["blob", &change.new_object])
                .cap(8192, Overflow::Cut),
        )
        .await
    }
}
