//! What is told of recurring work. Each is a fact that may come twice.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::occasion::Seen;
use super::wish::Recurring;
use crate::ids::IssueNumber;

/// What is told of recurring work.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "about")]
pub enum RecurringNews {
    /// To the repository itself: its file wants this now, by name.
    Wanted {
        /// All of it.
        wishes: BTreeMap<String, Recurring>,
    },
    /// To the repository itself: something happened there.
    Seen(Seen),
    /// To the repository itself: no issue was opened, because the one before is open still.
    StillOpen {
        /// Which of the repository's issues that are to be made.
        key: String,
        /// The one before.
        number: IssueNumber,
    },
    /// To an issue that was opened for it: it starts by itself.
    Start {
        /// The name of the recurring work.
        name: String,
    },
}
