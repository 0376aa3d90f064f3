//! A mirror without the contents that files had in older commits, for repositories whose history is huge: git's partial
//! clone, `--filter=blob:none` (gitrepository-layout and git-rev-list(1), `--missing`).
//!
//! Commits and folders are all there. The contents of what is checked out are fetched before a working copy is made; what
//! an agent looks up beyond that fails at once, because the remote that owes it has a name and no address. It must never
//! have an address in a file: nothing may be fetched in the middle of a call that was not made to speak with the host.

use std::io::Write;
use std::path::Path;

use super::Git;
use super::disk::on_disk;
use super::error::GitError;
use super::process::{Call, Input, LISTING, OWING, Overflow};
use super::refs::is_any_below;
use super::remote::{Fetch, Remote};
use crate::core::ids::{RepositoryId, Sha};

/// Makes a repository one that lacks contents without being broken.
const CONFIG: &str = "[core]\n\trepositoryformatversion = 1\n[extensions]\n\tpartialClone = older-contents-are-not-here\n\
     [remote \"older-contents-are-not-here\"]\n\tpromisor = true\n\tpartialclonefilter = blob:none\n";

impl Git {
    /// Whether nothing was ever fetched of a repository.
    pub fn is_new(&self, repository: RepositoryId) -> bool {
        !is_any_below(&self.mirror_path(repository), "refs/heads")
    }

    /// Whether the mirror lacks the contents of older files.
    pub fn is_partial(&self, repository: RepositoryId) -> bool {
        is_partial(&self.mirror_path(repository))
    }

    /// Has everything that is fetched from now on come without the contents of files; [`Git::fetch_contents`] gets those of
    /// single commits. What is there already stays. Errors: also that of a first fetch which was waited for and took all of
    /// its time.
    pub async fn leave_contents(&self, repository: RepositoryId) -> Result<(), GitError> {
        let fetching = self.inner.fetches.of(repository);
        let turn = fetching.turn().await;
        turn.may_fetch()?;
        let mirror = self.mirror_path(repository);
        self.make_mirror(&mirror).await?;
        on_disk("set the mirror up", move || mark(&mirror)).await
    }

    /// Makes sure that a partial mirror holds the contents of all files of these commits, and of the commits they come from
    /// together; a whole mirror holds everything. Errors: as [`Git::fetch`].
    pub async fn fetch_contents(&self, remote: &Remote, commits: &[&Sha]) -> Result<(), GitError> {
        let mirror = self.mirror_path(remote.repository);
        if !is_partial(&mirror) {
            return Ok(());
        }
        let fetching = self.inner.fetches.of(remote.repository);
        let turn = fetching.turn().await;
        let missing = self.missing_contents(&mirror, commits).await?;
        if missing.is_empty() {
            return Ok(());
        }
        turn.may_fetch()?;
        tracing::info!(repository = %remote.repository, files = missing.len(), "fetching the contents of files");
        // What is wanted is named one by one: there is nothing to find out about what both sides have.
        let call = Call::new("fetch")
            .args(["--progress", "--stdin"])
            .config("fetch.negotiationAlgorithm=noop")
            .input(Input::Bytes(missing))
            .told(turn.told());
        let fetch = Fetch {
            remote,
            mirror: &mirror,
            turn: &turn,
        };
        turn.ended(self.fetch_long(fetch, call, &[OWING]).await)
    }

    /// The names of the objects that are missing, one a line.
    async fn missing_contents(&self, mirror: &Path, commits: &[&Sha]) -> Result<Vec<u8>, GitError> {
        let mut trees: Vec<String> = commits
            .iter()
            .map(|commit| format!("{commit}^{{tree}}"))
            .collect();
        if let [one, other] = commits
            && one != other
        {
            let call = Call::new("merge-base").args([one.as_str(), other.as_str()]);
            let found = self.inner.program.run(call.repository(mirror)).await?;
            // Two histories that never met have none.
            if found.success {
                trees.push(format!("{}^{{tree}}", found.line()?));
            }
        }
        let call = Call::new("rev-list")
            .args(["--objects", "--no-object-names", "--missing=print"])
            .arg("--end-of-options")
            .args(trees)
            .repository(mirror)
            .cap(LISTING, Overflow::Fail);
        let listed = self.inner.program.run(call).await?.bytes()?;
        let missing = listed
            .split(|b| *b == b'\n')
            .filter_map(|line| line.strip_prefix(b"?"));
        Ok(missing.flat_map(|name| [name, b"\n"].concat()).collect())
    }
}

/// Whether a mirror lacks the contents of older files.
pub(super) fn is_partial(mirror: &Path) -> bool {
    std::fs::read_to_string(mirror.join("config")).is_ok_and(|text| text.contains(OWING))
}

/// Marks a repository, by its git folder, as one that lacks contents.
pub(super) fn mark(git_dir: &Path) -> std::io::Result<()> {
    if is_partial(git_dir) {
        return Ok(());
    }
    let mut config = std::fs::OpenOptions::new()
        .append(true)
        .open(git_dir.join("config"))?;
    config.write_all(CONFIG.as_bytes())
}
