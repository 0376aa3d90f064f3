//! The actions for a pull request that stands on another one's branch.

use serde::{Deserialize, Serialize};

use crate::ids::{AgentBranch, Sha};

/// Let our pull request go where the one below went, and put our branch onto that, without the commits of the one below.
///
/// What goes there already stays; the same commits made anew are the same, so a second push finds the branch as it wants it; a
/// push moves the branch only from where we left it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Restack {
    /// Our pull request.
    pub pull: i64,
    /// Our branch.
    pub branch: AgentBranch,
    /// Its head as we left it.
    pub head: Sha,
    /// The branch below.
    pub below: AgentBranch,
    /// The commits of the branch below, each with all before it: what of them is on our branch is not ours.
    pub theirs: Vec<Sha>,
    /// Where the pull request below was merged to; `None` while it is open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub into: Option<String>,
}

/// Put our pull request onto the one below in one of GitHub's own stacks, where it has them. It is looked for there first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct JoinStack {
    /// The one below.
    pub below: i64,
    /// Ours.
    pub pull: i64,
}
