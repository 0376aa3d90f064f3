//! The bare mirror of a repository's branches: made at first use, brought up to date, read from.
//!
//! The mirror is the one repository the service trusts: workspaces borrow its objects, sessions' results are taken into it
//! and pushes leave from it. It must never be written by an agent, never lose an object somebody borrows (no garbage
//! collection here), and never be fetched twice at once.

use std::path::{Path, PathBuf};

use super::Git;
use super::disk::remove_tree;
use super::error::GitError;
use super::process::{Call, Input, Overflow};
use super::refs::{is_any_below, read_ref};
use super::remote::{Fetch, Remote};
use crate::core::ids::{RepositoryId, Sha};

/// What the mirror has to hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FetchRequest {
    /// A branch, without `refs/heads/`.
    pub branch: String,
    /// The commit it is known to be at; with it a warm mirror needs no network.
    pub sha: Option<Sha>,
}

/// What the mirror holds now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fetched {
    /// The commit of the wanted branch; another one than wanted when the branch has moved on.
    pub head: Sha,
    /// Whether the network was used.
    pub fetched: bool,
}

impl Git {
    /// Where the mirror of a repository is (whether or not it exists yet). Agents may see it read-only.
    pub fn mirror_path(&self, repository: RepositoryId) -> PathBuf {
        self.inner
            .data_dir
            .join("mirrors")
            .join(format!("{repository}.git"))
    }

    /// Makes sure the mirror holds what is wanted; one fetch at a time per repository. When it already does, neither a
    /// process nor the network is used. Errors: each way the remote can refuse, see [`GitError`]; one fetch that took all of its time has
    /// failed for all who waited for it.
    pub async fn fetch(&self, remote: &Remote, want: &FetchRequest) -> Result<Fetched, GitError> {
        check_branch_name(&want.branch)?;
        let mirror = self.mirror_path(remote.repository);
        if let Some(held) = held(&mirror, want) {
            return Ok(held);
        }
        let fetching = self.inner.fetches.of(remote.repository);
        let turn = fetching.turn().await;
        if let Some(held) = held(&mirror, want) {
            return Ok(held);
        }
        turn.may_fetch()?;
        self.make_mirror(&mirror).await?;
        let fetch = Fetch {
            remote,
            mirror: &mirror,
            turn: &turn,
        };
        turn.ended(self.fetch_branches(fetch).await)?;
        self.pack_refs(&mirror).await?;
        match branch_head(&mirror, &want.branch) {
            Some(head) => Ok(Fetched {
                head,
                fetched: true,
            }),
            None if is_any_below(&mirror, "refs/heads") => {
                Err(GitError::UnknownBranch(want.branch.clone()))
            }
            None => Err(GitError::Empty),
        }
    }

    /// The text of a file at a commit (links inside the tree are followed, bytes that are not UTF-8 replaced); `None` when
    /// there is no such file. Errors: [`GitError::FileTooLarge`] beyond `max_bytes`.
    pub async fn read_file(
        &self,
        repository: RepositoryId,
        at: &Sha,
        path: &str,
        max_bytes: usize,
    ) -> Result<Option<String>, GitError> {
        let relative = path.split('/').any(|part| matches!(part, "" | "." | ".."));
        if relative || path.bytes().any(|b| b == 0 || b == b'\n') {
            return Ok(None);
        }
        let call = Call::new("cat-file")
            .args(["--batch", "--follow-symlinks"])
            .repository(&self.mirror_path(repository))
            .input(Input::Bytes(format!("{at}:{path}\n").into_bytes()))
            .cap(max_bytes.saturating_add(256), Overflow::Cut);
        let answer = self.inner.program.run(call).await?.bytes()?;
        let Some(end) = answer.iter().position(|b| *b == b'\n') else {
            return Err(GitError::unreadable("cat-file"));
        };
        let header = String::from_utf8_lossy(&answer[..end]);
        let words: Vec<&str> = header.split(' ').collect();
        let [_, "blob", size] = words[..] else {
            return Ok(None);
        };
        let size: usize = size.parse().map_err(|_| GitError::unreadable("cat-file"))?;
        if size > max_bytes {
            return Err(GitError::FileTooLarge {
                path: path.to_owned(),
                max_bytes,
            });
        }
        let content = answer
            .get(end + 1..end + 1 + size)
            .ok_or_else(|| GitError::unreadable("cat-file"))?;
        Ok(Some(String::from_utf8_lossy(content).into_owned()))
    }

    /// The difference between two commits as unified diff text, cut at `max_bytes`.
    pub async fn diff(
        &self,
        repository: RepositoryId,
        base: &Sha,
        head: &Sha,
        max_bytes: usize,
    ) -> Result<String, GitError> {
        let call = Call::new("diff-tree")
            .args([
                "-r",
                "-p",
                "-M",
                "--no-ext-diff",
                "--no-textconv",
                "--no-color",
                "--end-of-options",
            ])
            .args([base.as_str(), head.as_str()])
            .repository(&self.mirror_path(repository))
            .cap(max_bytes, Overflow::Cut);
        let text = self.inner.program.run(call).await?.bytes()?;
        Ok(String::from_utf8_lossy(&text).into_owned())
    }

    /// Removes the mirror of a repository that was taken away; what is gone already is fine. No working copy may borrow from it
    /// any more.
    pub async fn remove_mirror(&self, repository: RepositoryId) -> Result<(), GitError> {
        let fetching = self.inner.fetches.of(repository);
        let _nobody_fetches = fetching.turn().await;
        let mirror = self.mirror_path(repository);
        self.discard(&mirror.with_extension("making")).await?;
        self.discard(&mirror).await?;
        // In this order: without a mirror none is made any more.
        self.drop_standby(repository).await
    }

    /// An interrupted making leaves only the provisional name behind.
    pub(super) async fn make_mirror(&self, mirror: &Path) -> Result<(), GitError> {
        if mirror.join("HEAD").exists() {
            return Ok(());
        }
        let making = mirror.with_extension("making");
        remove_tree(&making).await?;
        let call = Call::new("init")
            .args([
                "--quiet",
                "--bare",
                "--template=",
                "--initial-branch=main",
                "--end-of-options",
            ])
            .arg(&making);
        self.inner.program.run(call).await?.bytes()?;
        tokio::fs::rename(&making, mirror)
            .await
            .map_err(|error| GitError::disk("make the mirror", error))
    }
}

/// The wanted commit at the wanted branch, without asking anybody.
fn held(mirror: &Path, want: &FetchRequest) -> Option<Fetched> {
    let head = branch_head(mirror, &want.branch)?;
    (want.sha.as_ref() == Some(&head)).then_some(Fetched {
        head,
        fetched: false,
    })
}

/// Reads a branch as git stores it: a file of its own, or a line in `packed-refs`.
fn branch_head(mirror: &Path, branch: &str) -> Option<Sha> {
    read_ref(mirror, &format!("refs/heads/{branch}"))
}

/// The rules of git-check-ref-format(1); the name becomes part of a path and of a ref.
fn check_branch_name(name: &str) -> Result<(), GitError> {
    let part = |part: &str| !part.is_empty() && !part.starts_with('.') && !part.ends_with(".lock");
    let character = |c: char| {
        !c.is_ascii_control() && !matches!(c, ' ' | '~' | '^' | ':' | '?' | '*' | '[' | '\\')
    };
    let whole = !name.starts_with('-')
        && !name.ends_with('.')
        && name != "@"
        && !name.contains("..")
        && !name.contains("@{")
        && name.len() <= 1000;
    if whole && name.chars().all(character) && name.split('/').all(part) {
        return Ok(());
    }
    Err(GitError::BranchName(name.chars().take(200).collect()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn branch_names_are_gits_own() {
        for good in ["main", "release/1.2", "a-b_c", "émile", "x@y"] {
            assert_eq!(check_branch_name(good), Ok(()), "{good}");
        }
        let bad = [
            "", "-x", "a..b", "../x", "a/../b", "/a", "a/", "a//b", "a.lock", "x.lock/y", ".a",
            "a.", "@", "a@{1}", "a b", "a\nb", "a\0", "a:b", "a^", "a\\b",
        ];
        for bad in bad {
            assert!(
                matches!(check_branch_name(bad), Err(GitError::BranchName(_))),
                "{bad:?}"
            );
        }
    }
}
