//! A phase of a sprint that waits for a person: the value alone. It must never hold what follows from the sprint.

use serde::{Deserialize, Serialize};

use crate::dependency::Named;

/// A phase of a sprint waits for somebody to agree to its start.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PhaseWait {
    /// The sprint.
    pub of: Named,
    /// Who agreed; the sprint is told in the same decision.
    #[serde(default)]
    pub agreed: Option<String>,
    /// Since when it waits, epoch milliseconds.
    #[serde(default)]
    pub since: i64,
    /// Whether people were reminded.
    #[serde(default)]
    pub reminded: bool,
    /// Nobody agreed in time; whoever agrees later still may.
    #[serde(default)]
    pub expired: bool,
}
