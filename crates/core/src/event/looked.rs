//! What was looked at again that GitHub does not tell of: who agreed to a start by a reaction, how the repository says it stands, and
//! whether somebody let in what is withheld; and what came of a proposal for the repository's policy.

use serde::{Deserialize, Serialize};

use crate::blocked::Proposal;
use crate::ids::CommentId;
use crate::outsider::{Outsider, ThumbsUp};
use crate::project_status::ProjectStatus;

/// What was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "at")]
pub enum Looked {
    /// Who agrees.
    Approvals(ApprovalsRead),
    /// How the repository says it stands.
    Project(ProjectRead),
    /// Whether somebody lets in what is withheld.
    Withheld(WithheldRead),
    /// What became of hosts that were proposed.
    Policy(PolicyProposed),
}

/// Reactions of thumbs up on the status comment, the oldest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApprovalsRead {
    /// All that count by their time.
    pub found: Vec<ThumbsUp>,
}

/// How the repository says it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProjectRead {
    /// What its file says now.
    pub is: ProjectStatus,
}

/// Comments that are withheld, looked at again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WithheldRead {
    /// Those with a thumbs up.
    pub found: Vec<Outsider>,
    /// Those that are not there any more.
    pub gone: Vec<CommentId>,
}

/// Hosts that were proposed for the repository's policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PolicyProposed {
    /// Which, each as `host:port`.
    pub hosts: Vec<String>,
    /// What became of them.
    pub came: Proposal,
}
