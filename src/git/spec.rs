//! What a collection is asked for with, and what it found.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::identity::Identity;
use crate::core::consent::ProtectedDiff;
use crate::core::event::{FileChange, LeftOut};
use crate::core::ids::{RepositoryId, SessionId, Sha};
use crate::core::signs::Signs;

/// How much a session may change before a human has to agree.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DiffLimits {
    /// Changed files.
    pub files: usize,
    /// Bytes of the patch.
    pub bytes: usize,
    /// Commits.
    pub commits: u32,
}

impl Default for DiffLimits {
    fn default() -> Self {
        Self {
            files: 100,
            bytes: 4 << 20,
            commits: 20,
        }
    }
}

/// What to collect.
#[derive(Debug, Clone)]
pub struct CollectSpec {
    /// The session.
    pub session: SessionId,
    /// Its repository.
    pub repository: RepositoryId,
    /// The commit its workspace started from.
    pub base: Sha,
    /// The head of the base branch, where the session may have merged it: then its commits are not the session's.
    pub upstream: Option<Sha>,
    /// Its working copy.
    pub workspace: PathBuf,
    /// Where [`super::Git::bundle_command`] wrote, if it was run; a file that is not there means no commits.
    pub bundle: Option<PathBuf>,
    /// Who a commit of ours is by.
    pub author: Identity,
    /// The message of a commit of ours, trailers included.
    pub message: String,
    /// What to report as too much.
    pub limits: DiffLimits,
    /// What is a leaving of tools: patterns of gitignore(5).
    pub ignore: Vec<String>,
    /// What is protected besides what always is: globs over whole paths.
    pub protected: Vec<String>,
    /// Whether protected paths are left as they are at the base, in one commit of ours.
    pub without_protected: bool,
}

/// What a session made, by evidence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Collected {
    /// The commit to publish; `base` when nothing was made.
    pub head: Sha,
    /// Where it started.
    pub base: Sha,
    /// Commits above `base`.
    pub commits: u32,
    /// Whether `head` is a commit of ours, made of what the agent had not committed.
    pub committed_by_us: bool,
    /// The changed files; empty means no change against `base`.
    pub files: Vec<FileChange>,
    /// Lines added.
    pub insertions: u64,
    /// Lines removed.
    pub deletions: u64,
    /// Size of the patch with binary content, counted up to one more than the limit.
    pub patch_bytes: usize,
    /// Changed paths a human has to allow (also those changed by a commit on the way and changed back).
    pub protected: Vec<String>,
    /// What changes in them.
    pub protected_diff: Option<ProtectedDiff>,
    /// What its lines tell.
    pub signs: Signs,
    /// Limits exceeded, as sentences.
    pub over: Vec<String>,
    /// Files with conflicts that nobody resolved.
    pub conflicts: Vec<String>,
    /// What the working copy holds beside it.
    pub left_out: Vec<LeftOut>,
}
