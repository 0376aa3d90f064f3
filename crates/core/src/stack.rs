//! A pull request that stands on the branch of another one: what is known of the one below, and how the one above follows it.
//! Values alone; nothing here decides.

use serde::{Deserialize, Serialize};

use crate::base_branch::BaseSource;
use crate::ids::{AgentBranch, Sha};

/// Our pull request for an issue, as those hear of it that wait for the issue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PullBelow {
    /// Its number.
    pub number: i64,
    /// Its branch, in the issue's own repository.
    pub branch: AgentBranch,
    /// The head of that branch; `None` where it is what it was before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub head: Option<Sha>,
    /// Where it stands.
    pub is: PullBelowIs,
}

/// Where a pull request stands that another one may stand on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "stands")]
pub enum PullBelowIs {
    /// It waits for review.
    InReview,
    /// It is open, and its agent is at work on it again.
    Revised,
    /// It was merged.
    Merged {
        /// Into which branch.
        into: String,
        /// By what that branch had been named; `None` for the default branch.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        from: Option<BaseSource>,
    },
    /// It was closed without a merge.
    Closed,
}

/// How a branch was put onto another commit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Restacked {
    /// The branch that its pull request goes to now.
    pub base: String,
    /// What became of its commits.
    pub end: RestackEnd,
}

/// What became of the commits of a branch that was to be put onto another commit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "commits")]
pub enum RestackEnd {
    /// They stand well where they are: nothing that is not theirs comes with them.
    Stand,
    /// They were made anew there.
    Rebased {
        /// The head of the branch.
        head: Sha,
    },
    /// They do not go there by themselves; nothing was written.
    Conflict,
    /// Somebody else wrote to the branch; nothing was written.
    Moved,
}
