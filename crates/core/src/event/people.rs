//! What became of asking people: who was assigned, and who could not be asked for a review. Never why somebody was to be.

use serde::{Deserialize, Serialize};

/// Somebody was assigned for us.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Assigned {
    /// Who.
    pub login: String,
    /// Whether they were not assigned before.
    pub added: bool,
    /// GitHub did not take them: they have no access.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub refused: bool,
}

/// Some of those who were asked for a review cannot be: GitHub left them out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReviewersLeftOut {
    /// The pull request.
    pub pull: i64,
    /// Logins, and teams as `org/team`.
    pub names: Vec<String>,
}
