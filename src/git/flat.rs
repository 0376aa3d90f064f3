//! One commit of ours in place of the agent's, where one of those holds what cannot be published: a link that leaves the tree
//! stays behind and is named, and the rest of the work does not fail with it.
//!
//! What an agent committed is published commit by commit, so that nothing can be taken out of the last tree alone. The one
//! commit is judged as theirs were.

use super::change::{RawChange, read_raw};
use super::collection::{Collection, sha};
use super::error::GitError;
use super::process::{LISTING, Overflow};
use super::protect::{LINK, Link, leaves_tree};
use super::snapshot::{Entry, listed};
use crate::core::event::{LeftOut, WhyLeftOut};
use crate::core::ids::Sha;

impl Collection<'_> {
    /// The work of `head` as one commit above the base, without links that leave the tree, and what that leaves out.
    pub(super) async fn without_links(&self, head: &Sha) -> Result<(Sha, Vec<LeftOut>), GitError> {
        let base = &self.spec.base;
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
        let changes = read_raw("diff-tree", &self.run(call).await?)?;
        let mut left = vec![LeftOut {
            why: WhyLeftOut::History,
            name: head.to_string(),
        }];
        let (mut gone, mut back) = (Vec::new(), Vec::new());
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
        Ok((self.commit(base, &sha("write-tree", &tree)?).await?, left))
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
