//! Shapes of what the admin address says of the queue. Times are epoch milliseconds.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A task in the queue.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct QueueLine {
    /// `owner/name`.
    pub repository: Option<String>,
    /// The issue.
    pub issue: Option<i64>,
    /// Its title, as far as it is known.
    pub title: String,
    /// The session that will be.
    pub session: Option<String>,
    /// Its role.
    pub role: Option<String>,
    /// Since when it waits.
    #[schema(format = "epoch-ms")]
    pub queued_at: i64,
    /// Its place among those that wait for a slot, from 1; null when something holds it back.
    pub place: Option<i64>,
    /// `ready`: it waits for a slot; `waiting`: something for many holds it back; `held`: it waits for something of its own.
    pub state: String,
    /// When it may start, if anybody can tell.
    #[schema(format = "epoch-ms")]
    pub starts_at: Option<i64>,
    /// For what it waits.
    pub reason: String,
}

impl QueueLine {
    /// `owner/name#12`.
    pub fn issue_name(&self) -> String {
        place(self.repository.as_deref(), self.issue)
    }
}

/// `GET /api/v1/queue`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct QueueAnswer {
    /// Sessions at work.
    pub at_work: u32,
    /// Slots in all.
    pub slots: u32,
    /// How many tasks wait for a slot.
    pub waiting: usize,
    /// How many wait for something of their own.
    pub held: usize,
    /// Where the operator lets nothing start.
    pub paused: Vec<PauseLine>,
    /// The memory; null before it was measured.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub memory: Option<MemoryAnswer>,
    /// What waits, in the order in which it would start; what is held back stands last.
    pub queue: Vec<QueueLine>,
}

/// The memory of the machine, or of skep's control group.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct MemoryAnswer {
    /// What is free.
    pub free_bytes: u64,
    /// What of it the sessions at work are expected to take still.
    pub reserved_bytes: u64,
    /// What of it is kept free.
    pub reserve_bytes: u64,
}

/// Starts that the operator paused.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct PauseLine {
    /// `owner/name`; null: everywhere.
    pub repository: Option<String>,
    /// Since when.
    #[schema(format = "epoch-ms")]
    pub since: i64,
}

/// How a graph is drawn.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum GraphFormat {
    /// As GitHub shows it in Markdown.
    #[default]
    Mermaid,
    /// For Graphviz.
    Dot,
    /// For programs.
    Json,
    /// Plain lines for a terminal.
    Text,
}

/// `GET /api/v1/graph`.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct GraphAnswer {
    /// How it is drawn.
    pub format: GraphFormat,
    /// The drawing; for [`GraphFormat::Json`] a JSON text.
    pub text: String,
}

/// What came of an order.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct OrderAnswer {
    /// In words.
    pub result: String,
}

/// `owner/name#12`.
pub(super) fn place(repository: Option<&str>, issue: Option<i64>) -> String {
    let issue = issue.map_or_else(String::new, |issue| format!("#{issue}"));
    format!("{}{issue}", repository.unwrap_or_default())
}
