//! What was read of a merged pull request and the branch its change has to be on. Facts only, no verdicts.

use serde::{Deserialize, Serialize};

use crate::ids::Sha;
use crate::outcome::Commit;

/// A merged pull request and its base, as they are now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LandedFacts {
    /// Its number.
    pub pull: i64,
    /// Whether it is merged.
    pub merged: bool,
    /// Its title.
    pub title: String,
    /// The branch it was merged into.
    pub into: String,
    /// The last commit of its own branch.
    pub head: Sha,
    /// The commit that brought it there; `None` where GitHub names none.
    pub commit: Option<Sha>,
    /// The branch on which the change has to be, by its name now.
    pub base: String,
    /// Whether that commit can be reached from it; `None` where nobody can tell.
    pub on_base: Option<bool>,
    /// The later commits on it that speak of a revert, oldest first.
    pub reverts: Vec<Commit>,
    /// Whether the issue is open.
    pub issue_open: bool,
    /// Whether it was closed as something that will not be done.
    pub not_planned: bool,
}
