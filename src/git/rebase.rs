//! Puts a branch's own commits onto another commit, as `git rebase --onto` does, without a working copy: in the mirror, commit by
//! commit, each by a merge whose common ancestor is the commit's own parent.
//!
//! Author, committer, dates and words of each commit stay, so that the same commits made again are the same. It must never
//! touch a ref, and never guess: what does not go there by itself is left as it is, and so is a branch that holds merges of its own,
//! for what somebody decided in them would be lost.

use super::Git;
use super::collection::sha;
use super::error::GitError;
use super::partial::is_partial;
use super::process::{Call, Input};
use crate::core::ids::{RepositoryId, Sha};

/// A branch with more commits of its own is left as it is.
const COMMITS: usize = 200;

/// What is to be put where. All commits but those of others are in the mirror.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rebase {
    /// The repository.
    pub repository: RepositoryId,
    /// The head of the branch.
    pub head: Sha,
    /// Where its own commits go.
    pub onto: Sha,
    /// Whatever can be reached from these is not the branch's own. One that the mirror lacks counts for nothing.
    /// Where some are named, only commits of theirs lead it there; where none are, whatever is new there does.
    pub theirs: Vec<Sha>,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rebased {
    /// Nothing is to be moved.
    Stands,
    /// The commits are in the mirror, this one last; no ref names it yet.
    At(Sha),
    /// They do not go there by themselves.
    Conflicts,
}

impl Git {
    /// Makes the commits. May be repeated: the same commits come out.
    pub async fn rebase(&self, wanted: &Rebase) -> Result<Rebased, GitError> {
        let on = Rebasing { git: self, wanted };
        let own = on.own().await?;
        if own.is_empty() || on.stands(own.len()).await? {
            return Ok(Rebased::Stands);
        }
        if own.len() > COMMITS {
            return Ok(Rebased::Conflicts);
        }
        let mut at = wanted.onto.clone();
        for line in own {
            let [commit, parent] = line.as_slice() else {
                return Ok(Rebased::Conflicts);
            };
            match on.pick(&at, commit, parent).await? {
                Some(picked) => at = picked,
                None => return Ok(Rebased::Conflicts),
            }
        }
        // Nothing is left of it: a pull request without commits would be closed.
        Ok(match at == wanted.onto {
            true => Rebased::Stands,
            false => Rebased::At(at),
        })
    }
}

struct Rebasing<'a> {
    git: &'a Git,
    wanted: &'a Rebase,
}

impl Rebasing<'_> {
    fn call(&self, verb: &'static str) -> Call {
        Call::new(verb).repository(&self.git.mirror_path(self.wanted.repository))
    }

    async fn run(&self, call: Call) -> Result<Vec<u8>, GitError> {
        self.git.inner.program.run(call).await?.bytes()
    }

    /// The branch's own commits, the oldest first, each with its parents.
    async fn own(&self) -> Result<Vec<Vec<Sha>>, GitError> {
        let mut theirs = Vec::new();
        for commit in &self.wanted.theirs {
            let look = self
                .call("cat-file")
                .args(["-e", &format!("{commit}^{{commit}}")]);
            if self.git.inner.program.run(look).await?.success {
                theirs.push(commit);
            }
        }
        self.added(&theirs).await
    }

    /// Whether the branch, with so many commits of its own, may stay where it is.
    async fn stands(&self, own: usize) -> Result<bool, GitError> {
        if !self.wanted.theirs.is_empty() {
            return Ok(own == self.added(&[]).await?.len());
        }
        let Rebase { head, onto, .. } = self.wanted;
        let call = self
            .call("merge-base")
            .args(["--is-ancestor", onto.as_str(), head.as_str()]);
        let outcome = self.git.inner.program.run(call).await?;
        match outcome.success || outcome.stderr.is_empty() {
            true => Ok(outcome.success),
            false => Err(outcome.failed()),
        }
    }

    /// What the branch adds to where it goes, without what others have.
    async fn added(&self, theirs: &[&Sha]) -> Result<Vec<Vec<Sha>>, GitError> {
        let Rebase { head, onto, .. } = self.wanted;
        let without = theirs.iter().copied().chain([onto]);
        let call = self
            .call("rev-list")
            .args(["--reverse", "--topo-order", "--parents", "--end-of-options"])
            .arg(head.as_str())
            .args(without.map(|commit| format!("^{commit}")));
        let listed = self.run(call).await?;
        let text = String::from_utf8_lossy(&listed);
        let line = |line: &str| line.split(' ').map(str::parse::<Sha>).collect();
        let lines: Result<Vec<Vec<Sha>>, _> = text.lines().map(line).collect();
        lines.map_err(|_| GitError::unreadable("rev-list"))
    }

    /// One commit made anew on another one; that one itself where nothing of it is left, and `None` where it conflicts.
    async fn pick(&self, at: &Sha, commit: &Sha, parent: &Sha) -> Result<Option<Sha>, GitError> {
        let tree = self.tree(at).await?;
        // git finds the common ancestor of two commits by itself: so one is made that has this tree and that ancestor.
        let beside = format!(
            "tree {tree}\nparent {parent}\nauthor skep <skep> 0 +0000\ncommitter skep <skep> 0 +0000\n\nbeside\n"
        );
        let beside = self.write(beside.into_bytes()).await?;
        let merge = self
            .call("merge-tree")
            .args(["--write-tree", "--no-messages", "--end-of-options"])
            .args([beside.as_str(), commit.as_str()]);
        let merged = self.git.inner.program.run(merge).await?;
        if !merged.success {
            // With a conflict it names a tree all the same.
            let mirror = self.git.mirror_path(self.wanted.repository);
            return match !merged.stdout.is_empty() || is_partial(&mirror) {
                true => Ok(None),
                false => Err(merged.failed()),
            };
        }
        let new = sha("merge-tree", &merged.stdout)?;
        if new == tree {
            return Ok(Some(at.clone()));
        }
        let written = self
            .run(self.call("cat-file").args(["commit", commit.as_str()]))
            .await?;
        self.write(again(&written, &new, at)).await.map(Some)
    }

    async fn tree(&self, commit: &Sha) -> Result<Sha, GitError> {
        let name = format!("{commit}^{{tree}}");
        let call = self.call("rev-parse").args(["--verify", "--quiet", &name]);
        sha("rev-parse", &self.run(call).await?)
    }

    async fn write(&self, commit: Vec<u8>) -> Result<Sha, GitError> {
        let call = self
            .call("hash-object")
            .args(["-t", "commit", "-w", "--stdin"])
            .input(Input::Bytes(commit));
        sha("hash-object", &self.run(call).await?)
    }
}

/// A commit with another tree and another parent, without a signature: that was for the old one.
fn again(commit: &[u8], tree: &Sha, parent: &Sha) -> Vec<u8> {
    let end = commit.windows(2).position(|pair| pair == b"\n\n");
    let (headers, words) = commit.split_at(end.map_or(commit.len(), |end| end + 1));
    let mut new = format!("tree {tree}\nparent {parent}\n").into_bytes();
    let mut kept = false;
    for line in headers.split_inclusive(|byte| *byte == b'\n') {
        if !line.starts_with(b" ") {
            let gone: [&[u8]; 5] = [
                b"tree ",
                b"parent ",
                b"gpgsig ",
                b"gpgsig-sha256 ",
                b"mergetag ",
            ];
            kept = !gone.iter().any(|name| line.starts_with(name));
        }
        if kept {
            new.extend_from_slice(line);
        }
    }
    new.extend_from_slice(words);
    new
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_commit_made_anew_keeps_its_words_and_loses_its_signature() {
        let one: Sha = "1".repeat(40).parse().expect("a commit");
        let two: Sha = "2".repeat(40).parse().expect("a commit");
        let old = format!(
            "tree {two}\nparent {two}\nauthor A <a> 1 +0000\ncommitter B <b> 2 +0000\ngpgsig -----BEGIN\n \n x\n -----END\n\
             encoding latin1\n\nTitle\n\nparent of all\n"
        );
        let new = format!(
            "tree {one}\nparent {two}\nauthor A <a> 1 +0000\ncommitter B <b> 2 +0000\nencoding latin1\n\nTitle\n\nparent of all\n"
        );
        assert_eq!(
            String::from_utf8_lossy(&again(old.as_bytes(), &one, &two)),
            new
        );
    }
}
