//! How an issue stands among others, as it is counted where the issue is read.

use serde::{Deserialize, Serialize};

/// How an issue stands among others, by GitHub's own counts: 0 where it does not count.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct IssueLinks {
    /// How many issues block it.
    pub blockers: u32,
    /// How many sub-issues it has.
    pub sub_issues: u32,
    /// Whether it is a sub-issue.
    pub has_parent: bool,
}
