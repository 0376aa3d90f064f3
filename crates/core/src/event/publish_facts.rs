//! What must hold right before a push, and what was made ready for it.

use serde::{Deserialize, Serialize};

use crate::actor::Permission;
use crate::ids::{SessionId, Sha};

/// What must hold right before a push.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublishFacts {
    /// What the requester may do now; `None` for the operator.
    pub permission: Option<Permission>,
    /// Whether the issue is still open.
    pub open: bool,
    /// Whether the label `agent:go` is on it.
    #[serde(default = "yes")]
    pub labeled: bool,
    /// Whether the repository is archived now.
    pub archived: bool,
    /// The base branch's name now (it may have been renamed).
    pub base_branch: String,
    /// Whether the base branch that was named is gone.
    #[serde(default)]
    pub base_gone: bool,
    /// The work put onto the base as it is now, where that was asked for and nothing conflicted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub brought_up: Option<BroughtUp>,
}

/// Commits that were put onto the head of a branch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BroughtUp {
    /// The last of them, as it is there.
    pub head: Sha,
    /// The head of the branch below them.
    pub onto: Sha,
}

/// Nothing was pushed, because somebody else wrote to the branch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BranchMoved {
    /// For which session.
    pub session: SessionId,
    /// Their head; `None` when they deleted it.
    pub theirs: Option<Sha>,
    /// Our open pull request from that branch, if there is one: of a time that a restored skep does not remember.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pull: Option<FoundPull>,
}

/// A pull request that was found where one was not looked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FoundPull {
    /// Its number.
    pub number: i64,
    /// Its page.
    pub url: String,
    /// Whether it is a draft.
    pub draft: bool,
}

/// Nothing was pushed, because of protected paths.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PushHeld {
    /// For which session.
    pub session: SessionId,
}

fn yes() -> bool {
    true
}
