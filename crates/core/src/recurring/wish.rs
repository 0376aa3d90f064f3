//! What a repository's file wants to be done again and again: values only.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::calendar::Calendar;
use super::occasion::{Occasion, Seen};

/// One piece of recurring work.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recurring {
    /// The title of its issues.
    pub title: String,
    /// What the agent is to do: the body of its issues.
    pub prompt: String,
    /// The role of its sessions; none: as for any other issue.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    /// When it is due by the calendar.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub calendar: Option<Calendar>,
    /// What in the repository makes it due.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub on: BTreeSet<Occasion>,
}

/// Why an issue of recurring work is opened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// Its day has come: of this moment, epoch milliseconds.
    Calendar(i64),
    /// Something happened.
    Seen(Seen),
}
