//! The ways in which what a task stands on goes away: its issue, or our access to its repository.

use serde::{Deserialize, Serialize};

/// How an issue went away.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Removal {
    /// Closed.
    Closed,
    /// Deleted.
    Deleted,
    /// Moved to another repository.
    Transferred,
}

/// How a repository was taken away from us.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Loss {
    /// The App was uninstalled.
    Uninstalled,
    /// The repository was taken out of the installation; one that moved to another owner leaves the same way.
    Removed,
    /// The repository was deleted.
    Deleted,
}
