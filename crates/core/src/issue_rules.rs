//! What an issue may say about the work on it and what its people are told, as far as the operator wishes: one value that goes from the configuration to the
//! policy as a whole.

use serde::{Deserialize, Serialize};

use super::auto_start::AutoStart;
use super::notifications::Notifications;
use super::overlap::OnOverlap;
use super::role::RoleRules;
use super::starter::WhoStarts;
use super::vocabulary::Vocabulary;

/// The wishes. [`IssueRules::default`] is what holds when nobody says anything.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct IssueRules {
    /// What says its role, besides labels and commands.
    pub roles: RoleRules,
    /// The prefix of labels and the word of commands.
    pub words: Vocabulary,
    /// Which issues start by themselves.
    pub auto_start: AutoStart,
    /// Who may start work.
    pub who_starts: WhoStarts,
    /// How often people are notified.
    #[serde(default)]
    pub notifications: Notifications,
    /// What is done where work on two issues probably changes the same files.
    #[serde(default)]
    pub overlaps: OnOverlap,
}
