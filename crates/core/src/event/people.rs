//! What people did to our pull request or issue, and what became of asking them: who was assigned, who could not be asked for a
//! review, who opened a pull request again. Never why somebody was to be.

use serde::{Deserialize, Serialize};

use crate::actor::Account;

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

/// A pull request of ours that was closed is open again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PullReopened {
    /// Its number.
    pub number: i64,
    /// By whom.
    pub sender: Account,
}
