//! What an agent handed in goes to a branch of its own.

use serde::{Deserialize, Serialize};

use crate::ids::{AgentBranch, Sha};

/// Make this the content of the branch of an issue's evidence, as one commit on what is there. The same files on the same commit make the
/// same commit, so that one that is there already is found to be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PushEvidence {
    /// The branch.
    pub branch: AgentBranch,
    /// Each by its name, with its content in the mirror.
    pub files: Vec<(String, Sha)>,
    /// What we wrote there last; `None` when the branch must not exist.
    pub expected: Option<Sha>,
    /// When it was planned, epoch milliseconds: the time of the commit.
    pub at: i64,
}
