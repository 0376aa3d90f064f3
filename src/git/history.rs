//! What landed in a repository lately, and which files it has: read from the mirror, for forecasts of who changes what.
//!
//! Commits and folders alone are read, so that a mirror without older contents has all of it. It must never read more than it
//! was asked for: a history has no end.

use std::sync::Arc;

use super::Git;
use super::error::GitError;
use super::process::{Call, LISTING, Overflow};
use super::refs::read_ref;
use crate::core::ids::{RepositoryId, Sha};
use crate::core::overlap::{History, Landed, Tree};

/// So many bytes of messages and paths are read; what comes after is older.
const BYTES: usize = 16 << 20;
/// So many commits are read, some more than count.
const COMMITS: usize = 2_500;
/// Begins a commit, ends its hash, ends its message: no path and no message of a person has them.
const MARKS: [char; 3] = ['\u{1}', '\u{2}', '\u{3}'];
/// The same for git.
const FORMAT: &str = "--format=%x01%h%x02%B%x03";

impl Git {
    /// Where a branch was when it was last fetched; `None` before that.
    pub fn last_head(&self, repository: RepositoryId, branch: &str) -> Option<Sha> {
        read_ref(
            &self.mirror_path(repository),
            &format!("refs/heads/{branch}"),
        )
    }

    /// All that forecasts need to know of a repository at a commit. It is read once for the last few commits that were asked for.
    /// Errors: the mirror has no such commit.
    pub async fn known(
        &self,
        repository: RepositoryId,
        at: &Sha,
    ) -> Result<Arc<(Tree, History)>, GitError> {
        let _alone = self.inner.pasts.reading.lock().await;
        if let Some(known) = self.inner.pasts.get(repository, at) {
            return Ok(known);
        }
        let landed = self.landed(repository, at, COMMITS).await?;
        let paths = self.paths(repository, at).await?;
        let known =
            tokio::task::spawn_blocking(move || Arc::new((Tree::of(paths), History::of(landed))));
        let known = known
            .await
            .map_err(|error| GitError::disk("index the history", std::io::Error::other(error)))?;
        self.inner.pasts.put(repository, at, &known);
        Ok(known)
    }

    /// The last `most` commits of the line of first parents that ends at a commit, the newest first: each as it landed, with
    /// the paths that it changed there. Errors: the mirror has no such commit.
    pub async fn landed(
        &self,
        repository: RepositoryId,
        at: &Sha,
        most: usize,
    ) -> Result<Vec<Landed>, GitError> {
        let call = Call::new("log")
            .args([
                "-z",
                "--first-parent",
                "-m",
                "--no-renames",
                "--name-only",
                FORMAT,
            ])
            .arg(format!("--max-count={most}"))
            .args(["--end-of-options", at.as_str()])
            .repository(&self.mirror_path(repository))
            .cap(BYTES, Overflow::Cut);
        let listing = self.inner.program.run(call).await?.bytes()?;
        Ok(read(&String::from_utf8_lossy(&listing)))
    }

    /// The paths of all files at a commit. Errors: the mirror has no such commit; there are too many.
    pub async fn paths(&self, repository: RepositoryId, at: &Sha) -> Result<Vec<String>, GitError> {
        let call = Call::new("ls-tree")
            .args(["-r", "-z", "--name-only", "--end-of-options", at.as_str()])
            .repository(&self.mirror_path(repository))
            .cap(LISTING, Overflow::Fail);
        let listing = self.inner.program.run(call).await?.bytes()?;
        let listing = String::from_utf8_lossy(&listing);
        let paths = listing.split('\0').filter(|path| !path.is_empty());
        Ok(paths.map(str::to_owned).collect())
    }
}

fn read(listing: &str) -> Vec<Landed> {
    listing.split(MARKS[0]).filter_map(commit).collect()
}

fn commit(record: &str) -> Option<Landed> {
    let (commit, rest) = record.split_once(MARKS[1])?;
    let (message, paths) = rest.split_once(MARKS[2])?;
    // git parts the message from the paths by line feeds.
    let paths = paths.split('\0').map(|path| path.trim_start_matches('\n'));
    let paths = paths.filter(|path| !path.is_empty());
    Some(Landed {
        commit: commit.to_owned(),
        message: message.to_owned(),
        paths: paths.map(str::to_owned).collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_git_lists_is_read_commit_by_commit() {
        let listing = "\u{1}aa\u{2}One\n\nBody\n\u{3}\0\na/b.rs\0c d\0\0\u{1}bb\u{2}Two\u{3}\0\u{1}cc\u{2}cut";
        let read = read(listing);
        assert_eq!(read.len(), 2);
        assert_eq!(
            (read[0].commit.as_str(), read[0].message.as_str()),
            ("aa", "One\n\nBody\n")
        );
        assert_eq!(read[0].paths, ["a/b.rs", "c d"]);
        assert!(read[1].paths.is_empty());
    }
}
