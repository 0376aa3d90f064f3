//! An issue that is to be made, as it was judged: nothing of it is open any more but the numbers of others of its batch.

use serde::{Deserialize, Serialize};

/// An issue that is to be made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewIssue {
    /// Its title: one line, in which nothing is live.
    pub title: String,
    /// Its author's words, as they were given but for keys that agents hold; not fit to be shown yet.
    pub body: String,
    /// Its labels: role, priority, and those that the repository has.
    #[serde(default)]
    pub labels: Vec<String>,
    /// What it waits for.
    #[serde(default)]
    pub waits_for: Vec<Awaited>,
}

/// Something that an issue of a batch waits for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Awaited {
    /// The issue of the batch at this place, from 0.
    New(usize),
    /// An issue that is there, as it is written: `#12`, `octo/lib#12`.
    Known(String),
}
