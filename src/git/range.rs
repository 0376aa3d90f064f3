//! Commits that are to be published, and all that each of them changes: the last tree, every commit on the way, every merge.
//!
//! A push publishes all of them, so nothing hides in one by being taken back later. Asked of a quarantine before the work is
//! taken, and of the mirror once more before it leaves.

use std::path::PathBuf;

use super::Git;
use super::change::{RawChange, read_raw};
use super::error::GitError;
use super::process::{Call, LISTING, Overflow};
use super::quarantine::Quarantine;
use crate::core::ids::Sha;

/// Merges of the base in one session that are looked into.
const MERGES: usize = 20;

/// Where git finds the commits.
pub(super) enum Objects<'a> {
    /// What a session made, not yet judged.
    Waiting(&'a Quarantine),
    /// What was taken.
    Mirror(PathBuf),
}

/// Commits that are to be published.
pub(super) struct Range<'a> {
    pub(super) git: &'a Git,
    pub(super) objects: Objects<'a>,
    /// The last of them.
    pub(super) head: &'a Sha,
    /// Where the work started.
    pub(super) from: &'a Sha,
    /// The head of the base branch, where the work may have merged it.
    pub(super) upstream: Option<&'a Sha>,
}

impl<'a> Range<'a> {
    pub(super) fn call(&self, verb: &'static str) -> Call {
        match &self.objects {
            Objects::Waiting(quarantine) => quarantine.call(verb),
            Objects::Mirror(mirror) => Call::new(verb).repository(mirror),
        }
    }

    pub(super) async fn run(&self, call: Call) -> Result<Vec<u8>, GitError> {
        self.git.inner.program.run(call).await?.bytes()
    }

    async fn contains(&self, head: &Sha, ancestor: &Sha) -> Result<bool, GitError> {
        if head == ancestor {
            return Ok(true);
        }
        let call =
            self.call("merge-base")
                .args(["--is-ancestor", ancestor.as_str(), head.as_str()]);
        let outcome = self.git.inner.program.run(call).await?;
        if !outcome.success && !outcome.stderr.is_empty() {
            return Err(outcome.failed());
        }
        Ok(outcome.success)
    }

    /// The head of the base branch, where the work merged it.
    pub(super) async fn merged(&self) -> Result<Option<&'a Sha>, GitError> {
        Ok(match self.upstream {
            // A base that was in the branch before is not what the session merged.
            Some(upstream) if self.contains(self.from, upstream).await? => None,
            Some(upstream) if self.contains(self.head, upstream).await? => Some(upstream),
            _ => None,
        })
    }

    /// What was there before, as revisions to leave out.
    pub(super) fn known(&self) -> impl Iterator<Item = String> {
        let known = [Some(self.from), self.upstream];
        known.into_iter().flatten().map(|sha| format!("^{sha}"))
    }

    /// All changes, renames as what goes and what comes: of the last tree, and of each commit and merge on the way.
    pub(super) async fn changes(&self) -> Result<Vec<RawChange>, GitError> {
        let merged = self.merged().await?;
        // With the base merged in, all of the branch is judged against it: else the base's changes would be the session's.
        let base = merged.unwrap_or(self.from);
        let call = self.call("diff-tree").args([
            "-r",
            "-z",
            "--raw",
            "--no-abbrev",
            "--no-renames",
            "--no-ext-diff",
        ]);
        let call = call
            .args(["--end-of-options", base.as_str(), self.head.as_str()])
            .cap(LISTING, Overflow::Fail);
        let mut changes = read_raw("diff-tree", &self.run(call).await?)?;
        changes.extend(self.on_the_way(merged).await?);
        Ok(changes)
    }

    /// What each commit changed: a push publishes all of them, not only the last tree.
    pub(super) async fn on_the_way(
        &self,
        merged: Option<&Sha>,
    ) -> Result<Vec<RawChange>, GitError> {
        // A merge of the base shows all that others did on it, so it is compared with the base instead.
        let merges = if merged.is_some() {
            "--no-merges"
        } else {
            "-m"
        };
        let call = self
            .call("log")
            .args([
                "--format=",
                "-z",
                "--raw",
                "-r",
                merges,
                "--root",
                "--no-abbrev",
                "--no-renames",
                "--no-ext-diff",
            ])
            .args(["--end-of-options", self.head.as_str()])
            .args(self.known())
            .cap(LISTING, Overflow::Fail);
        let mut changes = read_raw("log", &self.run(call).await?)?;
        if let Some(upstream) = merged {
            changes.extend(self.in_merges(upstream).await?);
        }
        Ok(changes)
    }

    /// How each merge on the way differs from the base: nothing hides in one by being taken back later.
    async fn in_merges(&self, upstream: &Sha) -> Result<Vec<RawChange>, GitError> {
        let call = self
            .call("rev-list")
            .args(["--merges", "--end-of-options", self.head.as_str()]);
        let merges = self
            .run(call.args(self.known()).cap(LISTING, Overflow::Fail))
            .await?;
        let merges = String::from_utf8_lossy(&merges).into_owned();
        let mut changes = Vec::new();
        for (index, merge) in merges.lines().enumerate() {
            if index == MERGES {
                return Err(GitError::TooLarge {
                    what: format!("it has more than {MERGES} merges"),
                });
            }
            let call =
                self.call("diff-tree")
                    .args(["-r", "-z", "--raw", "--no-abbrev", "--no-renames"]);
            let call = call.args([
                "--no-ext-diff",
                "--end-of-options",
                upstream.as_str(),
                merge,
            ]);
            changes.extend(read_raw(
                "diff-tree",
                &self.run(call.cap(LISTING, Overflow::Fail)).await?,
            )?);
        }
        Ok(changes)
    }
}
