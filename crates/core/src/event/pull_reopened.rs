//! A pull request of ours that was closed is open again.

use serde::{Deserialize, Serialize};

use crate::actor::Account;

/// Which, and by whom.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PullReopened {
    /// Its number.
    pub number: i64,
    /// By whom.
    pub sender: Account,
}
