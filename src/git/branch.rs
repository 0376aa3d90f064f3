//! All that a branch changes against its base, however many sessions and people wrote to it: what its pull request shows.

use super::Git;
use super::change::read_counted;
use super::error::GitError;
use super::process::{Call, LISTING, Overflow};
use super::range::{Objects, Range};
use crate::core::event::FileChange;
use crate::core::ids::{RepositoryId, Sha};
use crate::core::signs::Signs;

/// So many bytes of its lines are looked through.
const LINES: usize = 8 << 20;

/// A branch against its base.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Branch {
    /// Which files differ.
    pub files: Vec<FileChange>,
    /// How many commits it adds.
    pub commits: u32,
    /// What its lines tell.
    pub signs: Signs,
}

impl Git {
    /// What `head` adds to `upstream`, seen from where the two parted; both are in the mirror. Without a common commit
    /// everything is new.
    pub async fn branch(
        &self,
        repository: RepositoryId,
        upstream: &Sha,
        head: &Sha,
    ) -> Result<Branch, GitError> {
        let mirror = self.mirror_path(repository);
        let from = self
            .parting(repository, upstream, head)
            .await?
            .unwrap_or_else(|| upstream.clone());
        let diff = |flags: &[&str]| {
            let call = Call::new("diff-tree")
                .args(["-r", "-M", "--no-ext-diff", "--no-textconv"])
                .args(flags);
            call.args(["--end-of-options", from.as_str(), head.as_str()])
                .repository(&mirror)
        };
        let lines = diff(&["-p"]).cap(LINES, Overflow::Cut);
        let diff = diff(&["-z", "--raw", "--numstat", "--no-abbrev"]).cap(LISTING, Overflow::Fail);
        let count = Call::new("rev-list")
            .args([
                "--count",
                "--end-of-options",
                head.as_str(),
                &format!("^{upstream}"),
            ])
            .repository(&mirror);
        let run = |call| self.inner.program.run(call);
        let (diff, count, lines) = tokio::try_join!(run(diff), run(count), run(lines))?;
        let (changes, files) = read_counted(&diff.bytes()?)?;
        let range = Range {
            git: self,
            objects: Objects::Mirror(mirror.clone()),
            head,
            from: &from,
            upstream: None,
        };
        // Without older contents in the mirror there are no lines to read: the paths tell all the same.
        let signs = range.signs(&changes, &lines.stdout).await;
        let commits = count
            .line()?
            .parse()
            .map_err(|_| GitError::unreadable("rev-list"))?;
        Ok(Branch {
            files,
            commits,
            signs,
        })
    }

    /// The last commit that both have.
    pub(super) async fn parting(
        &self,
        repository: RepositoryId,
        one: &Sha,
        other: &Sha,
    ) -> Result<Option<Sha>, GitError> {
        let call = Call::new("merge-base")
            .args(["--end-of-options", one.as_str(), other.as_str()])
            .repository(&self.mirror_path(repository));
        let outcome = self.inner.program.run(call).await?;
        if !outcome.success && outcome.stderr.is_empty() {
            return Ok(None);
        }
        outcome
            .line()?
            .parse()
            .map(Some)
            .map_err(|_| GitError::unreadable("merge-base"))
    }

    /// What `head` adds to `upstream` as one patch that `git apply` takes. Errors: [`GitError`] beyond `max_bytes`, too.
    pub async fn patch(
        &self,
        repository: RepositoryId,
        upstream: &Sha,
        head: &Sha,
        max_bytes: usize,
    ) -> Result<Vec<u8>, GitError> {
        let flags = ["--binary", "--full-index"];
        let call = self
            .difference(repository, (upstream, head), &flags)
            .await?;
        let call = call.cap(max_bytes, Overflow::Fail);
        self.inner.program.run(call).await?.bytes()
    }

    /// The same to be looked at: its first `max_bytes`, in which what is no text is only named; and whether that is all of it.
    pub async fn patch_to_read(
        &self,
        repository: RepositoryId,
        upstream: &Sha,
        head: &Sha,
        max_bytes: usize,
    ) -> Result<(Vec<u8>, bool), GitError> {
        let call = self.difference(repository, (upstream, head), &[]).await?;
        let call = call
            .config("core.quotePath=false")
            .cap(max_bytes, Overflow::Cut);
        let patch = self.inner.program.run(call).await?.bytes()?;
        let whole = patch.len() < max_bytes;
        Ok((patch, whole))
    }

    /// The call that prints it; nothing that a repository names is run.
    async fn difference(
        &self,
        repository: RepositoryId,
        (upstream, head): (&Sha, &Sha),
        flags: &[&str],
    ) -> Result<Call, GitError> {
        let from = self
            .parting(repository, upstream, head)
            .await?
            .unwrap_or_else(|| upstream.clone());
        let call = Call::new("diff-tree")
            .args(["-r", "-p", "--no-ext-diff", "--no-textconv", "--no-color"])
            .args(flags)
            .args(["--end-of-options", from.as_str(), head.as_str()])
            .repository(&self.mirror_path(repository));
        Ok(call)
    }
}
