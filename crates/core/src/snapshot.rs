//! What an issue said when somebody asked for work.

use serde::{Deserialize, Serialize};

use super::actor::Account;

/// A comment as it stood when work was asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quoted {
    /// Who wrote it.
    pub author: String,
    /// When, epoch milliseconds.
    pub at: i64,
    /// What.
    pub body: String,
}

/// The words of an issue at the moment somebody asked for work; later edits do not reach the agent by this way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Snapshot {
    /// The title.
    pub title: String,
    /// The body, Markdown.
    pub body: String,
    /// Who opened it.
    pub author: Account,
    /// All labels.
    pub labels: Vec<String>,
    /// Comments up to then, oldest first.
    pub comments: Vec<Quoted>,
    /// GitHub's time of the trigger, epoch milliseconds.
    pub at: i64,
}
