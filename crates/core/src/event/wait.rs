//! What the schedule says of a task that still waits for a slot.

use serde::{Deserialize, Serialize};

use crate::schedule::Reason;

/// Its place, and what it waits for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wait {
    /// Its place, from 1; 0 when it is not in line.
    pub position: i64,
    /// Of how many.
    pub total: i64,
    /// What it waits for.
    #[serde(default)]
    pub reason: Reason,
    /// In how long it may start, milliseconds; `None` when nobody can tell.
    #[serde(default)]
    pub within: Option<i64>,
}
