//! What a head changes against its base, by git's own account, and whether every rule holds for it: the tree's, each commit's
//! on the way, the limits'.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;

use super::change::{RawChange, read_counted};
use super::collection::Collection;
use super::conflict;
use super::error::GitError;
use super::process::{LISTING, Overflow};
use super::protect::{LINK, Link, case_clashes, problems, protected};
use super::range::{Objects, Range};
use super::spec::{Collected, DiffLimits};
use crate::core::ids::Sha;

/// With new files in more folders than this the whole tree is listed.
const FOLDERS: usize = 200;
/// The most files with conflicts that are named.
const CONFLICTS: usize = 20;

impl Collection<'_> {
    /// What `head` made, held to every rule.
    pub(super) async fn evidence(&self, head: &Sha) -> Result<Collected, GitError> {
        let spec = self.spec;
        let range = self.range(head);
        let merged = range.merged().await?;
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
        let signs = range.signs(&changes, &patch).await;
        if commits > 1 {
            changes.extend(range.on_the_way(merged).await?);
        }
        self.check(head, &changes).await?;
        self.check_pointers(&changes).await?;
        let besides = &spec.protected;
        let paths = protected(&changes, besides);
        let protected_diff = match paths.is_empty() {
            true => None,
            false => range.protected_diff(besides).await?,
        };
        let mut collected = Collected {
            head: head.clone(),
            base: base.clone(),
            commits,
            committed_by_us: false,
            insertions: files.iter().map(|file| file.insertions).sum(),
            deletions: files.iter().map(|file| file.deletions).sum(),
            files,
            patch_bytes: patch.len(),
            protected: paths,
            protected_diff,
            signs,
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

    /// The commits up to `head`, which wait to be judged.
    pub(super) fn range<'r>(&'r self, head: &'r Sha) -> Range<'r> {
        Range {
            git: self.git,
            objects: Objects::Waiting(&self.quarantine),
            head,
            from: &self.spec.base,
            upstream: self.spec.upstream.as_ref(),
        }
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
