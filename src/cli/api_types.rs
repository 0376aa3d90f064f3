//! The answers of the admin address, as far as the terminal shows them. Unknown fields are ignored and most are optional, so
//! that a command of one version can ask a skep of another.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use super::output::{moment, span};
use crate::core::downtime::DownTime;
use crate::core::session::SessionState;
use crate::core::text::count;

/// `GET /api/v1/status`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct StatusAnswer {
    pub version: String,
    pub app: Option<String>,
    pub sandbox: Option<String>,
    pub slots: Option<i64>,
    pub live: i64,
    pub tasks: BTreeMap<String, i64>,
    pub sessions: BTreeMap<String, i64>,
    pub inbox_unhandled: i64,
    pub effects_open: i64,
    pub effects_failed: i64,
    pub health: HealthAnswer,
    pub disk: Option<DiskAnswer>,
    pub downtime: Option<DownTime>,
    pub held_up: Vec<HeldLine>,
    pub active: Vec<SessionLine>,
    pub queue: Vec<QueueLine>,
}

/// The disk of the data folder.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct DiskAnswer {
    pub free_bytes: u64,
    pub reserve_bytes: u64,
    pub short: bool,
}

/// How the skep stands with the world, since its start.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct HealthAnswer {
    pub github: GitHubAnswer,
    pub deliveries: DeliveriesAnswer,
}

/// Whether GitHub has said who we are.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct GitHubAnswer {
    pub known: bool,
    pub since: Option<i64>,
    pub why: Option<String>,
}

/// What came in at the webhook address.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct DeliveriesAnswer {
    pub accepted: i64,
    pub last_accepted: Option<AcceptedLine>,
    pub malformed: i64,
    pub refused: i64,
    pub last_refused: Option<RefusedLine>,
}

/// The last delivery that was taken.
#[derive(Debug, Clone, Deserialize)]
pub struct AcceptedLine {
    pub time: i64,
    pub event: String,
}

/// The last delivery that was not.
#[derive(Debug, Clone, Deserialize)]
pub struct RefusedLine {
    pub time: i64,
    pub why: String,
}

/// An installation on which nothing new is posted at present.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct HeldLine {
    pub installation: Option<i64>,
    pub until: i64,
    pub by: String,
}

/// A task in the queue.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct QueueLine {
    pub repository: Option<String>,
    pub issue: Option<i64>,
    pub session: Option<String>,
    pub role: Option<String>,
    pub queued_at: i64,
    pub reason: String,
}

/// `GET /api/v1/sessions`.
#[derive(Debug, Clone, Deserialize)]
pub struct SessionsAnswer {
    pub sessions: Vec<SessionLine>,
}

/// A session in a list.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct SessionLine {
    pub id: String,
    pub repository: Option<String>,
    pub issue: Option<i64>,
    pub state: String,
    pub role: String,
    pub agent: String,
    pub stop: Option<String>,
    pub branch: Option<String>,
    pub pull: Option<i64>,
    pub pull_url: Option<String>,
    pub created_at: i64,
    pub started_at: Option<i64>,
    pub ended_at: Option<i64>,
}

/// `GET /api/v1/sessions/{id}`.
#[derive(Debug, Clone, Deserialize)]
pub struct SessionAnswer {
    #[serde(flatten)]
    pub line: SessionLine,
    #[serde(default)]
    pub timeline: Vec<EventLine>,
}

/// A domain event; also a line of `GET /api/v1/events`.
#[derive(Debug, Clone, Deserialize)]
pub struct EventLine {
    /// Its place among all events.
    pub seq: i64,
    /// Epoch milliseconds.
    pub time: i64,
    /// Its dotted name.
    pub event: String,
    #[serde(default)]
    pub session: Option<String>,
    #[serde(default)]
    pub details: Value,
}

/// `GET /api/v1/sessions/{id}/log`.
#[derive(Debug, Clone, Deserialize)]
pub struct LogAnswer {
    pub lines: Vec<LogLine>,
    /// What to ask for next.
    pub next: i64,
}

/// A line of a session's log.
#[derive(Debug, Clone, Deserialize)]
pub struct LogLine {
    pub time: i64,
    pub kind: String,
    #[serde(default)]
    pub body: Value,
}

/// `POST /api/v1/dispatch`.
#[derive(Debug, Clone, Deserialize)]
pub struct BatchAnswer {
    pub successful: Vec<StartedLine>,
    pub failed: Vec<FailedLine>,
    pub total: usize,
    #[serde(default)]
    pub in_review: usize,
}

/// An issue that was taken.
#[derive(Debug, Clone, Deserialize)]
pub struct StartedLine {
    pub issue: String,
    pub session: String,
    #[serde(default)]
    pub goes_on: bool,
}

/// An issue that was not taken.
#[derive(Debug, Clone, Deserialize)]
pub struct FailedLine {
    pub issue: String,
    pub reason: String,
}

impl SessionLine {
    /// `owner/name#12`.
    pub fn place(&self) -> String {
        place(self.repository.as_deref(), self.issue)
    }

    /// The state, where it is one we know.
    pub fn known_state(&self) -> Option<SessionState> {
        SessionState::ALL
            .into_iter()
            .find(|state| state.name() == self.state)
    }

    /// How long it has taken, or took.
    pub fn took(&self, now: i64) -> String {
        self.started_at.map_or_else(String::new, |started| {
            span(self.ended_at.unwrap_or(now) - started)
        })
    }

    /// The pull request, by its address where that is known.
    pub fn pull_request(&self) -> String {
        let number = self.pull.map(|number| format!("#{number}"));
        self.pull_url.clone().or(number).unwrap_or_default()
    }

    /// When it was queued.
    pub fn since(&self) -> String {
        moment(self.created_at)
    }
}

impl QueueLine {
    /// `owner/name#12`.
    pub fn place(&self) -> String {
        place(self.repository.as_deref(), self.issue)
    }
}

fn place(repository: Option<&str>, issue: Option<i64>) -> String {
    let issue = issue.map_or_else(String::new, |issue| format!("#{issue}"));
    format!("{}{issue}", repository.unwrap_or_default())
}

/// The details of an event or a log line, on one line: texts without quotes, commits by their first digits, lists of things by
/// their number. `--json` has everything.
pub fn brief(details: &Value) -> String {
    let Value::Object(fields) = details else {
        return word(details);
    };
    let there = fields
        .iter()
        .filter(|(_, value)| !value.is_null() && *value != "");
    there
        .map(|(name, value)| format!("{name}={}", word(value)))
        .collect::<Vec<_>>()
        .join(" ")
}

fn word(value: &Value) -> String {
    let is_plain = |value: &Value| !value.is_object() && !value.is_array();
    match value {
        Value::Null => String::new(),
        Value::String(text) if is_commit(text) => text.chars().take(10).collect(),
        Value::String(text) => text.clone(),
        Value::Array(items) if items.iter().all(is_plain) => {
            items.iter().map(word).collect::<Vec<_>>().join(",")
        }
        Value::Array(items) => count(items.len() as u64, "item"),
        Value::Object(_) => format!("({})", brief(value)),
        other => other.to_string(),
    }
}

/// A whole object name of git.
fn is_commit(text: &str) -> bool {
    matches!(text.len(), 40 | 64) && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn details_are_short_and_readable() {
        let details = json!({
            "base": "9353e1e194a1b2c3d4e5f60718293a4b5c6d7e8f", "files": 2, "none": null, "doing": "", "labels": ["a", "b"],
            "plan": [{ "content": "x" }, { "content": "y" }], "usage": { "used": 3 },
        });
        assert_eq!(
            brief(&details),
            "base=9353e1e194 files=2 labels=a,b plan=2 items usage=(used=3)"
        );
        assert_eq!(
            (brief(&json!(null)), brief(&json!("text"))),
            (String::new(), "text".to_owned())
        );
    }
}
