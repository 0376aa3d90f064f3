//! The shapes of the admin address's answers: what `app` fills in, `http` sends and the command line reads.
//!
//! Unknown fields are ignored and most have a default, so that a command of one version can ask a skep of another. A field
//! that is here stays: programs read them. Times are epoch milliseconds.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::budget_types::BudgetLine;
use super::queue_types::{MemoryAnswer, QueueLine, place};
use crate::core::downtime::DownTime;
use crate::core::session::SessionState;
use crate::core::task::{Pull, TimelineEntry};
use crate::core::text::disk::Shortage;
use crate::core::usage::{Exactness, Figure};

/// `GET /api/v1/status`.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct StatusAnswer {
    /// Of the running skep.
    pub version: String,
    /// The App's name in addresses, once GitHub has said it.
    pub app: Option<String>,
    /// `bubblewrap`, or why there is none.
    pub sandbox: Option<String>,
    /// How many sessions may be live at once.
    pub slots: Option<i64>,
    /// How many are.
    pub live: i64,
    /// How many tasks are in which state.
    pub tasks: BTreeMap<String, i64>,
    /// How many sessions are in which state.
    pub sessions: BTreeMap<String, i64>,
    /// Facts that are stored and not handled yet.
    pub inbox_unhandled: i64,
    /// Effects that wait or are performed, timers left out.
    pub effects_open: i64,
    /// Effects that were given up.
    pub effects_failed: i64,
    /// How skep stands with the world.
    pub health: HealthAnswer,
    /// The disk of the data folder; `None` when it cannot be looked at.
    pub disk: Option<DiskAnswer>,
    /// The memory; `None` before it was measured.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub memory: Option<MemoryAnswer>,
    /// The last time without skep.
    pub downtime: Option<DownTime>,
    /// Installations on which nothing new is posted at present.
    pub held_up: Vec<HeldLine>,
    /// What installations have created on GitHub of late, of how much, and what waits for more; those that rest are left out.
    pub budgets: Vec<BudgetLine>,
    /// The live sessions, newest first, at most 100.
    pub active: Vec<SessionLine>,
    /// What waits for a slot, in order, at most 50.
    pub queue: Vec<QueueLine>,
}

/// The disk of the data folder.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct DiskAnswer {
    /// What is free.
    pub free_bytes: u64,
    /// What is kept free.
    pub reserve_bytes: u64,
    /// Too little is free for another session, or skep takes more than it may.
    pub short: bool,
    /// What skep's data may take in all; `None`: no limit of its own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit_bytes: Option<u64>,
    /// What it takes; `None` until it was measured for the first time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub taken: Option<TakenAnswer>,
}

/// What skep's data takes of the disk.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct TakenAnswer {
    /// When that was measured; single sessions at work may be measured later.
    pub measured_at: i64,
    /// How many sessions have files.
    pub sessions: u64,
    /// What they take.
    pub sessions_bytes: u64,
    /// What the mirrors take.
    pub mirrors_bytes: u64,
    /// What everything else takes.
    pub other_bytes: u64,
    /// The sessions that take most, at most 10, the largest first.
    pub largest: Vec<LargestLine>,
}

/// A session that takes much of the disk.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct LargestLine {
    /// Such as `1296269-12-1`.
    pub session: String,
    /// What it takes.
    pub bytes: u64,
}

impl DiskAnswer {
    /// Why new sessions wait, if they do.
    pub fn shortage(&self) -> Option<Shortage> {
        let taken = self.taken.as_ref().map_or(0, TakenAnswer::total);
        match self.limit_bytes.filter(|limit| taken > *limit) {
            Some(limit) if self.free_bytes >= self.reserve_bytes => {
                Some(Shortage::Taken { taken, limit })
            }
            _ => self.short.then_some(Shortage::Free {
                kept: self.reserve_bytes,
            }),
        }
    }
}

impl TakenAnswer {
    fn total(&self) -> u64 {
        self.sessions_bytes + self.mirrors_bytes + self.other_bytes
    }
}

/// How the skep stands with the world, since its start.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct HealthAnswer {
    /// GitHub.
    pub github: GitHubAnswer,
    /// Webhooks.
    pub deliveries: DeliveriesAnswer,
    /// How the channel is that webhooks are read from; `None` where there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channel: Option<String>,
}

/// Whether GitHub has said who we are.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct GitHubAnswer {
    /// It has.
    pub known: bool,
    /// Since when it has not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<i64>,
    /// Why it has not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
}

/// What came in at the webhook address.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct DeliveriesAnswer {
    /// Stored.
    pub accepted: u64,
    /// The last of them.
    pub last_accepted: Option<AcceptedLine>,
    /// When GitHub last tried the address.
    pub last_ping: Option<i64>,
    /// Signed, and not readable.
    pub malformed: u64,
    /// Not taken.
    pub refused: u64,
    /// The last of them.
    pub last_refused: Option<RefusedLine>,
}

/// The last delivery that was taken.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AcceptedLine {
    /// When.
    pub time: i64,
    /// GitHub's name of the event.
    pub event: String,
}

/// The last delivery that was not.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RefusedLine {
    /// When.
    pub time: i64,
    /// Why, for people.
    pub why: String,
}

/// An installation on which nothing new is posted at present.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct HeldLine {
    /// Its number.
    pub installation: Option<i64>,
    /// Until when.
    pub until: i64,
    /// `github`, or `pace` for our own.
    pub by: String,
}

/// `GET /api/v1/sessions`.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct SessionsAnswer {
    /// Newest first.
    pub sessions: Vec<SessionLine>,
}

/// A session in a list.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
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
    pub created_at: i64,
    /// When it got its slot.
    pub started_at: Option<i64>,
    /// When it was over.
    pub ended_at: Option<i64>,
    /// What its files take of the disk, as last measured.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disk_bytes: Option<u64>,
    /// What it has cost; none where that was not counted yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub usage: Option<UsageLine>,
}

/// What a session has cost, as far as its agent tells.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct UsageLine {
    /// Tokens in all.
    pub tokens: FigureLine,
    /// Of those: sent, and not known to the model from a cache.
    pub input_tokens: u64,
    /// Of those: read from a cache.
    pub cached_read_tokens: u64,
    /// Of those: written to a cache.
    pub cached_write_tokens: u64,
    /// Of those: received.
    pub output_tokens: u64,
    /// Money, in millionths of a dollar.
    pub cost_micro_usd: FigureLine,
    /// How long its agent worked, milliseconds.
    pub worked_ms: i64,
}

/// A number and how sure it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FigureLine {
    /// None where nothing is known.
    pub amount: Option<u64>,
    /// `exact`, `at_least`, `at_most`, `about` or `unknown`.
    pub exactness: Exactness,
}

impl From<Figure> for FigureLine {
    fn from(figure: Figure) -> Self {
        let exactness = figure.exactness();
        Self {
            amount: (exactness != Exactness::Unknown).then_some(figure.amount),
            exactness,
        }
    }
}

impl Default for FigureLine {
    fn default() -> Self {
        Figure::UNKNOWN.into()
    }
}

/// `GET /api/v1/sessions/{id}`.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
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

/// `GET /api/v1/tasks/{owner}/{repo}/{n}`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct TaskAnswer {
    /// Such as `1296269#12`.
    pub task: String,
    /// `owner/name`.
    pub repository: String,
    /// The issue.
    pub issue: i64,
    /// Its state.
    pub state: String,
    /// The session in hand or the last one.
    pub session: Option<String>,
    /// Our pull request.
    pub pull: Option<Pull>,
    /// What people read of it on the issue.
    pub story: Vec<TimelineEntry>,
    /// Its events, oldest first.
    pub timeline: Vec<EventLine>,
}

/// A domain event; also a line of `GET /api/v1/events`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct EventLine {
    /// Its place among all events.
    pub seq: i64,
    /// When.
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

/// `GET /api/v1/sessions/{id}/log`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct LogAnswer {
    /// Oldest first.
    pub lines: Vec<LogLine>,
    /// What to ask for next.
    pub next: i64,
}

/// A line of a session's log.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct LogLine {
    /// Its place in the log.
    #[serde(default)]
    pub seq: i64,
    /// When.
    pub time: i64,
    /// What it is: `said`, `tool`, …
    pub kind: String,
    /// By kind.
    #[serde(default)]
    pub body: Value,
}

/// `POST /api/v1/sessions/{id}/stop`.
#[derive(Debug, Clone, Serialize, Deserialize)]
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
