//! Domain events and lines of a session's log, as the admin address hands them out. Times are epoch milliseconds.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

/// A domain event; also a line of `GET /api/v1/events`.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct EventLine {
    /// Its place among all events.
    pub seq: i64,
    /// When.
    #[schema(format = "epoch-ms")]
    pub time: i64,
    /// Its dotted name.
    pub event: String,
    /// `owner/name`.
    #[serde(default)]
    pub repository: Option<String>,
    /// The issue.
    #[serde(default)]
    pub issue: Option<i64>,
    /// The session.
    #[serde(default)]
    pub session: Option<String>,
    /// The fact that caused it.
    #[serde(default)]
    pub delivery: Option<String>,
    /// By event.
    #[serde(default)]
    pub details: Value,
}

/// `GET /api/v1/events/newest`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NewestEvent {
    /// Its place among all events; 0 where there is none.
    pub seq: i64,
}

/// `GET /api/v1/sessions/{id}/log`.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct LogAnswer {
    /// Oldest first.
    pub lines: Vec<LogLine>,
    /// What to ask for next.
    pub next: i64,
}

/// A line of a session's log.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct LogLine {
    /// Its place in the log.
    #[serde(default)]
    pub seq: i64,
    /// When.
    #[schema(format = "epoch-ms")]
    pub time: i64,
    /// What it is: `said`, `tool`, …
    pub kind: String,
    /// By kind.
    #[serde(default)]
    pub body: Value,
}
