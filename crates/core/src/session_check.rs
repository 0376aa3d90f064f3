//! The check run `skep` on the head of a pull request of ours: how its session stands, and where to read more.
//!
//! It follows the status label. It judges nobody's code, and must never stand on a commit as "under way" once the branch has another
//! head or nobody works any more.

use serde::{Deserialize, Serialize};

use super::effect::SessionStands;
use super::ids::{IssueNumber, Sha};

/// The name of the check run.
pub const CHECK: &str = "skep";
/// What the `external_id` of a check run begins with; the number of the task's issue follows.
const EXTERNAL_ID: &str = "skep:session:";

/// What it says, as far as we know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionCheck {
    /// The commit it is on.
    pub head: Sha,
    /// How the session stands.
    pub stands: SessionStands,
}

/// Our own key for a task's check run.
pub fn external_id(issue: IssueNumber) -> String {
    format!("{EXTERNAL_ID}{issue}")
}
