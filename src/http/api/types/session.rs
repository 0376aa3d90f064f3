//! Shapes of what the admin address says of sessions. Times are epoch milliseconds.
//!
//! Unknown fields are ignored and most have a default, so that a command of one version can ask a skep of another. A field that is here
//! stays: programs read them.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::event::{EventLine, LogLine};
use super::figure::UsageLine;
use super::queue::place;
use crate::core::session::SessionState;

/// `GET /api/v1/sessions`.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
pub struct SessionsAnswer {
    /// Newest first.
    pub sessions: Vec<SessionLine>,
}

/// A session in a list.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct SessionLine {
    /// Such as `1296269-12-1`.
    pub id: String,
    /// Its task, such as `1296269#12`.
    pub task: String,
    /// `owner/name`.
    pub repository: Option<String>,
    /// The issue.
    pub issue: Option<i64>,
    /// Which session of its task, from 1.
    pub number: i64,
    /// `queued`, `running`, `completed`, …
    pub state: String,
    /// Whether it holds a slot.
    pub live: bool,
    /// The role.
    pub role: String,
    /// The operator's name of the agent.
    pub agent: String,
    /// How it ended.
    pub stop: Option<String>,
    /// Its branch.
    pub branch: Option<String>,
    /// Its pull request.
    pub pull: Option<i64>,
    /// The page of that.
    pub pull_url: Option<String>,
    /// When it was queued.
    #[schema(format = "epoch-ms")]
    pub created_at: i64,
    /// When it got its slot.
    #[schema(format = "epoch-ms")]
    pub started_at: Option<i64>,
    /// When it was over.
    #[schema(format = "epoch-ms")]
    pub ended_at: Option<i64>,
    /// What its files take of the disk, as last measured.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disk_bytes: Option<u64>,
    /// What it has cost; none where that was not counted yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub usage: Option<UsageLine>,
}

/// `GET /api/v1/sessions/{id}`.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
pub struct SessionAnswer {
    /// The session.
    #[serde(flatten)]
    pub line: SessionLine,
    /// Its events, oldest first.
    #[serde(default)]
    pub timeline: Vec<EventLine>,
    /// The end of its log.
    #[serde(default)]
    pub log: Vec<LogLine>,
}

/// `POST /api/v1/sessions/{id}/stop`.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct StopAnswer {
    /// The session.
    pub session: String,
    /// What came of it.
    pub result: String,
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

    /// The pull request, by its address where that is known.
    pub fn pull_request(&self) -> String {
        let number = self.pull.map(|number| format!("#{number}"));
        self.pull_url.clone().or(number).unwrap_or_default()
    }
}
