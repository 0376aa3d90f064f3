//! What is told of verifications.

use serde::{Deserialize, Serialize};

use super::run::Run;
use crate::containment::Attempt;
use crate::ids::Sha;

/// What is told of a task's verification.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "about")]
pub enum VerifyNews {
    /// The commands were run on a commit.
    Ran {
        /// The commit.
        head: Sha,
        /// Each command.
        runs: Vec<Run>,
        /// What their sandbox refused, with how often.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        refused: Vec<(Attempt, u64)>,
    },
    /// Somebody asks for it once more, by the check's own button.
    Rerequested,
    /// The App may report no checks here.
    NotPermitted,
}
