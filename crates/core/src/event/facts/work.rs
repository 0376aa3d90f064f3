//! What a session made, as git says, and what of it may not simply be published.

use serde::{Deserialize, Serialize};

use super::{FileChange, SecretFound};
use crate::consent::ProtectedDiff;
use crate::ids::Sha;
use crate::signs::Signs;

/// What git found after the process tree was gone: the only evidence there is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Work {
    /// What would be pushed.
    pub head: Sha,
    /// What it stands on.
    pub base: Sha,
    /// How many commits lie between.
    pub commits: u32,
    /// Whether we committed what the agent left.
    pub committed_by_us: bool,
    /// Which files changed; none means there is nothing to publish.
    pub files: Vec<FileChange>,
    /// Paths that need a person's explicit consent.
    pub protected: Vec<String>,
    /// What changes in them, where there are any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub protected_diff: Option<Box<ProtectedDiff>>,
    /// What its lines tell.
    #[serde(default)]
    pub signs: Signs,
    /// Limits that were exceeded and shapes that are refused, as sentences.
    pub objections: Vec<String>,
    /// Where a secret would be published.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub secrets: Vec<SecretFound>,
    /// All of the branch, where the work is only the last part of it.
    #[serde(default)]
    pub whole: Option<Whole>,
    /// Changed files with conflicts that nobody resolved.
    #[serde(default)]
    pub conflicts: Vec<String>,
    /// What the working copy holds beside it.
    #[serde(default)]
    pub left_out: Vec<LeftOut>,
    /// The head of the base branch that skep put it onto, because other work landed there meanwhile.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub put_onto: Option<Box<Sha>>,
}

/// A branch against its base.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Whole {
    /// Which files differ.
    pub files: Vec<FileChange>,
    /// How many commits lie between.
    pub commits: u32,
    /// What its lines tell.
    #[serde(default)]
    pub signs: Signs,
}

/// Something in the working copy that is not part of the result: named, so that nothing is missing unsaid.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct LeftOut {
    /// Why.
    pub why: WhyLeftOut,
    /// Its path, the branch's name, or the commit; an agent chose it.
    pub name: String,
}

/// Why something is not part of the result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WhyLeftOut {
    /// A repository of its own inside the working copy.
    Repository,
    /// The inside of a submodule.
    Submodule,
    /// A branch with commits that the result does not contain.
    Branch,
    /// Commits that no branch holds.
    Commit,
    /// Put aside with `git stash`.
    Stash,
    /// The agent's own commits, in place of which stands one of ours: one of theirs held what cannot be published.
    History,
    /// A symbolic link that leaves the repository.
    Link,
    /// What tools leave beside the work.
    Leaving,
    /// Named by the repository's own ignore rules.
    Ignored,
    /// A protected path that people had left out.
    Protected,
}

impl WhyLeftOut {
    /// Whether somebody's work may be missing.
    pub fn is_work(self) -> bool {
        matches!(
            self,
            Self::Repository | Self::Submodule | Self::Branch | Self::Commit | Self::Stash
        )
    }
}

impl Work {
    /// Whether there is anything to publish.
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// The same without what changes in protected paths line by line: once people see that, the hash is enough.
    pub fn without_the_diff(&self) -> Self {
        let mut work = self.clone();
        if let Some(diff) = &mut work.protected_diff {
            diff.more += diff.changes.len() as u64;
            diff.changes.clear();
        }
        work
    }

    /// All that its pull request changes: the files, and what their lines tell.
    pub fn shown(&self) -> (&[FileChange], &Signs) {
        match &self.whole {
            Some(whole) => (&whole.files, &whole.signs),
            None => (&self.files, &self.signs),
        }
    }

    /// Whether git refused to take it: then there is something, but no commit of it.
    pub fn is_refused(&self) -> bool {
        !self.is_empty() && self.head == self.base
    }
}
