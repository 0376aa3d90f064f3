//! What an issue said when somebody asked for work.

use serde::{Deserialize, Serialize};

use super::actor::Account;

/// A comment as it stood when work was asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quoted {
    /// Who wrote it.
    pub author: String,
    /// When, or when it was let in, epoch milliseconds.
    pub at: i64,
    /// What.
    pub body: String,
    /// Who let it in, where its writer has no write access.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub let_in_by: Option<String>,
}

/// What a milestone says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Milestone {
    /// Its title.
    pub title: String,
    /// Its description, Markdown; empty where it has none.
    pub description: String,
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
    /// The name of its [issue type](https://docs.github.com/issues/tracking-your-work-with-issues/using-issues/managing-issue-types-in-an-organization),
    /// where it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issue_type: Option<String>,
    /// Its milestone, where it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub milestone: Option<Milestone>,
    /// Comments up to then, oldest first.
    pub comments: Vec<Quoted>,
    /// GitHub's time of the trigger, epoch milliseconds.
    pub at: i64,
}

impl Snapshot {
    /// All that an agent is told of it, the issue's own words first.
    pub fn texts(&self) -> impl Iterator<Item = &str> {
        let comments = self.comments.iter().map(|comment| comment.body.as_str());
        std::iter::once(self.body.as_str()).chain(comments)
    }
}
