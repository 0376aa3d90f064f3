//! What was looked at again while a start is held: who agreed to it by a reaction, and how the repository says it stands.

use serde::{Deserialize, Serialize};

use crate::actor::{Account, Permission};
use crate::project_status::ProjectStatus;

/// What was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "at")]
pub enum Looked {
    /// Who agrees.
    Approvals(ApprovalsRead),
    /// How the repository says it stands.
    Project(ProjectRead),
}

/// Reactions of thumbs up on the status comment, the oldest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApprovalsRead {
    /// All that count by their time.
    pub found: Vec<ThumbsUp>,
}

/// One of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ThumbsUp {
    /// Whose.
    pub actor: Account,
    /// What they may do.
    pub permission: Permission,
    /// GitHub's time of it, epoch milliseconds.
    pub at: i64,
}

/// How the repository says it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProjectRead {
    /// What its file says now.
    pub is: ProjectStatus,
}
