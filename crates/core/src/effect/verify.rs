//! The server's own look at a commit: its commands are run, and its check run says what came of that.

use serde::{Deserialize, Serialize};

use super::turn::Grants;
use crate::ids::{AgentBranch, IssueNumber, Sha};
use crate::verification::Standing;

/// Run the repository's own commands on exactly this commit, in a clean checkout, in the sandbox, without keys. Each try begins with
/// a checkout of its own, nothing of which stays, and nothing leaves the machine in this effect.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verify {
    /// The commit.
    pub head: Sha,
    /// Our branch, whose head it is.
    pub branch: AgentBranch,
    /// The agent whose toolchains are to be seen; nothing else of it is.
    pub agent: String,
    /// The commands, in order, each a line for `sh -c`.
    pub commands: Vec<String>,
    /// So long each may take, milliseconds.
    pub limit_ms: i64,
    /// What they get besides what the operator opened to all sessions.
    #[serde(default, skip_serializing_if = "Grants::is_empty")]
    pub grants: Grants,
}

/// Make the check run of a commit say this. Found by its `external_id`, made only if it is not there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportVerification {
    /// The issue of the task, of which the `external_id` is made.
    pub issue: IssueNumber,
    /// The commit.
    pub head: Sha,
    /// How it stands.
    pub standing: Standing,
    /// The headline.
    pub title: String,
    /// Markdown.
    pub summary: String,
}
