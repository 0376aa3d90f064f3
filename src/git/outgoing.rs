//! All that a push would publish and the host does not have: each commit's own lines, the lines of all of them together, the
//! commits' words, the names of files, and the content that Git LFS would send. It is for a look before the push, which cannot be taken
//! back; nothing here judges it.
//!
//! Content that is taken back by a later commit is published all the same, and so is what git calls binary. What cannot be
//! read in full is an error, never a part.

use std::path::PathBuf;

use super::Git;
use super::change::read_raw;
use super::error::GitError;
use super::lfs;
use super::partial::is_partial;
use super::patch;
use super::process::{Call, Input, LISTING, Overflow};
use crate::core::ids::{RepositoryId, Sha};

/// What would leave, in pieces.
#[derive(Debug, Default)]
pub struct Outgoing {
    /// What the last commit holds more than where the branch parts from what is known; the first of each path counts.
    pub lines: Vec<AddedLines>,
    /// What each commit adds, where there are several.
    pub on_the_way: Vec<AddedLines>,
    /// The commits as git keeps them: authors, dates, words.
    pub commits: Vec<(Sha, Vec<u8>)>,
    /// The paths that are new or changed, each once.
    pub paths: Vec<String>,
    /// Content for Git LFS: the path of its pointer, and where it waits.
    pub stored: Vec<(String, PathBuf)>,
}

/// Lines that are added to a file, one after the other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddedLines {
    /// The commit that adds them; `None` where it is the last state of all.
    pub commit: Option<Sha>,
    /// The file.
    pub path: String,
    /// The number of the first of them.
    pub line: u32,
    /// The lines.
    pub text: Vec<u8>,
}

/// What is to be pushed, and what of it the host has.
#[derive(Debug, Clone, Copy)]
pub struct OutgoingSpec<'a> {
    /// The repository.
    pub repository: RepositoryId,
    /// The commit to be pushed.
    pub head: &'a Sha,
    /// What it stands on.
    pub base: &'a Sha,
    /// The head of the base branch, where that is another.
    pub upstream: Option<&'a Sha>,
}

impl Git {
    /// All of it. Errors: [`GitError::Flood`] where it is more than `most` bytes.
    pub async fn outgoing(
        &self,
        what: &OutgoingSpec<'_>,
        most: usize,
    ) -> Result<Outgoing, GitError> {
        let commits = self.new_commits(what).await?;
        if commits.is_empty() {
            return Ok(Outgoing::default());
        }
        let from = what.upstream.unwrap_or(what.base);
        let parted = self.parting(what.repository, from, what.head).await?;
        let from = parted.unwrap_or_else(|| from.clone());
        let all: String = commits.iter().map(|line| line.compared()).collect();
        let whole = format!("{} {from}\n", what.head);
        let (lines, paths, raw) = tokio::try_join!(
            self.added(what, whole, most),
            self.changed_paths(what, &all),
            self.as_kept(what, &commits, most),
        )?;
        let on_the_way = match commits.len() {
            1 => Vec::new(),
            _ => self.added(what, all, most).await?,
        };
        let stored = self.stored(what, lines.iter().chain(&on_the_way));
        let lines = lines.into_iter().map(|lines| AddedLines {
            commit: None,
            ..lines
        });
        Ok(Outgoing {
            lines: lines.collect(),
            on_the_way,
            commits: raw,
            paths,
            stored,
        })
    }

    fn ask(&self, what: &OutgoingSpec<'_>, verb: &'static str) -> Call {
        Call::new(verb).repository(&self.mirror_path(what.repository))
    }

    /// The commits that no branch of the host has, as of the last look.
    async fn new_commits(&self, what: &OutgoingSpec<'_>) -> Result<Vec<NewCommit>, GitError> {
        let known = [Some(what.base), what.upstream];
        let known = known.into_iter().flatten().map(|sha| format!("^{sha}"));
        let call = self
            .ask(what, "rev-list")
            .args(["--parents", "--not", "--branches", "--not"])
            .args(["--end-of-options", what.head.as_str()])
            .args(known)
            .cap(LISTING, Overflow::Fail);
        let listed = self.inner.program.run(call).await?.bytes()?;
        let text = String::from_utf8_lossy(&listed);
        let line = |line: &str| line.split(' ').map(str::parse::<Sha>).collect();
        let lines: Result<Vec<Vec<Sha>>, _> = text.lines().map(line).collect();
        let lines = lines.map_err(|_| GitError::unreadable("rev-list"))?;
        let new: Vec<Sha> = lines.iter().filter_map(|l| l.first().cloned()).collect();
        let partial = is_partial(&self.mirror_path(what.repository));
        let read = |line: Vec<Sha>| {
            let (commit, parents) = line.split_first()?;
            // Against a parent that the host has: only the branch's own lines are new. In a partial mirror what that
            // parent replaced may be missing.
            let known = parents.iter().find(|parent| !new.contains(parent));
            let against = match partial {
                true => parents.first(),
                false => known.or(parents.first()),
            };
            Some(NewCommit {
                commit: commit.clone(),
                against: against.filter(|_| parents.len() > 1).cloned(),
            })
        };
        Ok(lines.into_iter().filter_map(read).collect())
    }

    /// What is added, of the comparisons that `diff-tree --stdin` reads.
    async fn added(
        &self,
        what: &OutgoingSpec<'_>,
        compared: String,
        most: usize,
    ) -> Result<Vec<AddedLines>, GitError> {
        let call = compare(self.ask(what, "diff-tree"), compared)
            .args(["-p", "-M", "--text", "--unified=0", "--irreversible-delete"])
            .args(["--no-color", "--src-prefix=a/", "--dst-prefix=b/"])
            .config("core.quotePath=false")
            .cap(most, Overflow::Fail);
        let patch = self.inner.program.run(call).await?.bytes()?;
        let runs = patch::added(&patch).ok_or_else(|| GitError::unreadable("diff-tree"))?;
        let lines = runs.into_iter().map(|run| AddedLines {
            commit: run.commit,
            path: run.path,
            line: run.line,
            text: run.text,
        });
        Ok(lines.collect())
    }

    async fn changed_paths(
        &self,
        what: &OutgoingSpec<'_>,
        all: &str,
    ) -> Result<Vec<String>, GitError> {
        let call = compare(self.ask(what, "diff-tree"), all.to_owned())
            .args([
                "--raw",
                "-z",
                "--no-abbrev",
                "--no-renames",
                "--no-commit-id",
            ])
            .cap(LISTING, Overflow::Fail);
        let raw = self.inner.program.run(call).await?.bytes()?;
        let changes = read_raw("diff-tree", &raw)?;
        let alive = changes.into_iter().filter(|change| change.status != b'D');
        let mut paths: Vec<String> = alive
            .map(|change| String::from_utf8_lossy(&change.path).into_owned())
            .collect();
        paths.sort();
        paths.dedup();
        Ok(paths)
    }

    async fn as_kept(
        &self,
        what: &OutgoingSpec<'_>,
        commits: &[NewCommit],
        most: usize,
    ) -> Result<Vec<(Sha, Vec<u8>)>, GitError> {
        let names: String = commits.iter().map(|c| format!("{}\n", c.commit)).collect();
        let call = self
            .ask(what, "cat-file")
            .arg("--batch")
            .input(Input::Bytes(names.into_bytes()))
            .cap(most, Overflow::Fail);
        let raw = self.inner.program.run(call).await?.bytes()?;
        let kept: Vec<Vec<u8>> = lfs::contents(&raw).map(<[u8]>::to_vec).collect();
        if kept.len() != commits.len() {
            return Err(GitError::unreadable("cat-file"));
        }
        let names = commits.iter().map(|c| c.commit.clone());
        Ok(names.zip(kept).collect())
    }

    /// Where the content waits that the pointers among these lines stand for.
    fn stored<'l>(
        &self,
        what: &OutgoingSpec<'_>,
        lines: impl Iterator<Item = &'l AddedLines>,
    ) -> Vec<(String, PathBuf)> {
        let store = self.mirror_path(what.repository).join("lfs/objects");
        let mut found: Vec<(String, PathBuf)> = Vec::new();
        for added in lines {
            for below in lfs::pointed_at(&added.text) {
                let file = store.join(below);
                if file.is_file() && !found.iter().any(|(_, known)| *known == file) {
                    found.push((added.path.clone(), file));
                }
            }
        }
        found
    }
}

fn compare(call: Call, compared: String) -> Call {
    call.args(["-r", "--root", "-m", "--stdin"])
        .args(["--no-ext-diff", "--no-textconv"])
        .input(Input::Bytes(compared.into_bytes()))
}

/// A commit that the host does not have.
struct NewCommit {
    commit: Sha,
    /// With which of its parents a merge is compared.
    against: Option<Sha>,
}

impl NewCommit {
    /// A line for `diff-tree --stdin`.
    fn compared(&self) -> String {
        match &self.against {
            Some(parent) => format!("{} {parent}\n", self.commit),
            None => format!("{}\n", self.commit),
        }
    }
}
