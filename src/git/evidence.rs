//! What a head changes against its base, by git's own account, and whether every rule holds for it: the tree's, each commit's
//! on the way, the limits'.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;

use super::change::{RawChange, read_counted, read_raw};
use super::collection::Collection;
use super::conflict;
use super::error::GitError;
use super::process::{LISTING, Overflow};
use super::protect::{LINK, Link, case_clashes, problems, protected};
use super::spec::{Collected, DiffLimits};
use crate::core::ids::Sha;

/// Merges of the base in one session that are looked into.
const MERGES: usize = 20;
/// With new files in more folders than this the whole tree is listed.
const FOLDERS: usize = 200;
/// The most files with conflicts that are named.
const CONFLICTS: usize = 20;

impl Collection<'_> {
    /// What `head` made, held to every rule.
    pub(super) async fn evidence(&self, head: &Sha) -> Result<Collected, GitError> {
        let spec = self.spec;
        let merged = match &spec.upstream {
            // A base that was in the branch before is not what the session merged.
            Some(upstream) if self.contains(&spec.base, upstream).await? => None,
            Some(upstream) if self.contains(head, upstream).await? => Some(upstream),
            _ => None,
        };
        // With the base merged in, all of the branch is judged against it: else the base's changes would be the session's.
        let base = merged.unwrap_or(&spec.base);
        let diff = |flags: &[&str]| {
            let call = self
                .quarantine
                .call("diff-tree")
                .args(["-r", "-M", "--no-ext-diff", "--no-textconv"])
                .args(flags);
            call.args(["--end-of-options", base.as_str(), head.as_str()])
        };
        let counted =
            diff(&["-z", "--raw", "--numstat", "--no-abbrev"]).cap(LISTING, Overflow::Fail);
        let patch = diff(&["-p", "--binary"]).cap(spec.limits.bytes + 1, Overflow::Cut);
        let count = self
            .quarantine
            .call("rev-list")
            .args(["--count", "--end-of-options", head.as_str()])
            .args(self.known());
        let (counted, patch, count) =
            tokio::try_join!(self.run(counted), self.run(patch), self.run(count))?;
        let count = String::from_utf8_lossy(&count).trim().parse::<u32>();
        let commits = count.map_err(|_| GitError::unreadable("rev-list"))?;
        let (mut changes, files) = read_counted(&counted)?;
        if commits > 1 {
            changes.extend(self.on_the_way(head, merged).await?);
        }
        self.check(head, &changes).await?;
        self.check_pointers(&changes).await?;
        let mut collected = Collected {
            head: head.clone(),
            base: base.clone(),
            commits,
            committed_by_us: false,
            insertions: files.iter().map(|file| file.insertions).sum(),
            deletions: files.iter().map(|file| file.deletions).sum(),
            files,
            patch_bytes: patch.len(),
            protected: protected(&changes, &spec.protected),
            over: Vec::new(),
            conflicts: self.unresolved(&patch),
            left_out: Vec::new(),
        };
        collected.over = exceeded(&collected, &spec.limits);
        Ok(collected)
    }

    /// Files with conflict markers, and those of a merge the agent did not finish.
    fn unresolved(&self, patch: &[u8]) -> Vec<String> {
        let unmerged = self
            .told
            .unmerged
            .iter()
            .map(|path| String::from_utf8_lossy(path).into_owned());
        let mut all: Vec<String> = conflict::marked(patch)
            .into_iter()
            .chain(unmerged)
            .collect();
        all.sort();
        all.dedup();
        all.truncate(CONFLICTS);
        all
    }

    /// What each commit changed: a push publishes all of them, not only the last tree.
    async fn on_the_way(
        &self,
        head: &Sha,
        merged: Option<&Sha>,
    ) -> Result<Vec<RawChange>, GitError> {
        // A merge of the base shows all that others did on it, so it is compared with the base instead.
        let merges = if merged.is_some() {
            "--no-merges"
        } else {
            "-m"
        };
        let call = self
            .quarantine
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
            .args(["--end-of-options", head.as_str()])
            .args(self.known())
            .cap(LISTING, Overflow::Fail);
        let mut changes = read_raw("log", &self.run(call).await?)?;
        if let Some(upstream) = merged {
            changes.extend(self.in_merges(head, upstream).await?);
        }
        Ok(changes)
    }

    /// How each merge on the way differs from the base: nothing hides in one by being taken back later.
    async fn in_merges(&self, head: &Sha, upstream: &Sha) -> Result<Vec<RawChange>, GitError> {
        let call =
            self.quarantine
                .call("rev-list")
                .args(["--merges", "--end-of-options", head.as_str()]);
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
            let call = self.quarantine.call("diff-tree").args([
                "-r",
                "-z",
                "--raw",
                "--no-abbrev",
                "--no-renames",
            ]);
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

    async fn check(&self, head: &Sha, changes: &[RawChange]) -> Result<(), GitError> {
        let mut links = Vec::new();
        for change in changes.iter().filter(|change| change.new_mode == LINK) {
            if links.len() == 1000 {
                return Err(GitError::TooLarge {
                    what: "it changed more than 1000 symbolic links".into(),
                });
            }
            links.push(Link {
                path: &change.path,
                target: self.target(change).await?,
            });
        }
        let mut found = problems(changes, &links);
        let tree = self.around(head, changes).await?;
        found.extend(case_clashes(changes, &tree));
        if found.is_empty() {
            Ok(())
        } else {
            Err(GitError::Unsafe { problems: found })
        }
    }

    /// The paths of the tree beside the new ones, on every level, NUL-ended; all of its paths where those are many.
    async fn around(&self, head: &Sha, changes: &[RawChange]) -> Result<Vec<u8>, GitError> {
        let new = changes
            .iter()
            .filter(|change| !matches!(change.status, b'M' | b'D'));
        let new: Vec<&[u8]> = new.map(|change| &change.path[..]).collect();
        if new.is_empty() {
            return Ok(Vec::new());
        }
        let folders = folders_of(&new);
        let list = |flags: &[&str]| {
            let call = self.quarantine.call("ls-tree").args(flags);
            call.args(["-z", "--name-only", "--end-of-options", head.as_str()])
                .cap(LISTING, Overflow::Fail)
        };
        if folders.len() > FOLDERS {
            return self.run(list(&["-r"])).await;
        }
        let mut tree = self.run(list(&[])).await?;
        if !folders.is_empty() {
            let below = list(&["-t"]).args(folders.iter().map(|folder| OsStr::from_bytes(folder)));
            tree.extend(self.run(below).await?);
        }
        Ok(tree)
    }
}

/// Every folder that holds one of the paths, at any depth, each with a slash at its end.
fn folders_of<'a>(paths: &[&'a [u8]]) -> BTreeSet<&'a [u8]> {
    let slashes = |path: &'a [u8]| {
        let ends = path.iter().enumerate().filter(|(_, byte)| **byte == b'/');
        ends.map(move |(end, _)| &path[..=end])
    };
    paths.iter().flat_map(|path| slashes(path)).collect()
}

fn exceeded(collected: &Collected, limits: &DiffLimits) -> Vec<String> {
    let (files, commits, bytes) = (
        collected.files.len(),
        collected.commits,
        collected.patch_bytes,
    );
    [
        (files > limits.files)
            .then(|| format!("{files} files changed; the limit is {}", limits.files)),
        (bytes > limits.bytes).then(|| format!("the patch is larger than {} bytes", limits.bytes)),
        (commits > limits.commits)
            .then(|| format!("{commits} commits; the limit is {}", limits.commits)),
    ]
    .into_iter()
    .flatten()
    .collect()
}
