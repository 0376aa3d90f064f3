//! What `GET /api/v1/status` says. Times are epoch milliseconds.
//!
//! Most fields have a default, so that a command of one version can ask a skep of another. A field that is here stays: programs read them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::budget::BudgetLine;
use super::disk::DiskAnswer;
use super::queue::{MemoryAnswer, QueueLine};
use super::session::SessionLine;
use super::shape::DownTimeShape;
use crate::core::downtime::DownTime;

/// `GET /api/v1/status`.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
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
    /// The disk of the data folder; null when it cannot be looked at.
    pub disk: Option<DiskAnswer>,
    /// The memory; null before it was measured.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub memory: Option<MemoryAnswer>,
    /// The last time without skep.
    #[schema(value_type = Option<DownTimeShape>)]
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

/// How the skep stands with the world, since its start.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct HealthAnswer {
    /// GitHub.
    pub github: GitHubAnswer,
    /// Webhooks.
    pub deliveries: DeliveriesAnswer,
    /// How the channel is that webhooks are read from; `None` where there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channel: Option<String>,
    /// How asking GitHub for news goes; `None` where webhooks alone tell.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub polling: Option<PollingAnswer>,
}

/// How asking GitHub for news goes.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct PollingAnswer {
    /// When the last good round began.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = "epoch-ms")]
    pub last_poll: Option<i64>,
    /// All of it in words, for people.
    pub said: String,
}

/// Whether GitHub has said who we are.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct GitHubAnswer {
    /// It has.
    pub known: bool,
    /// Since when it has not.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = "epoch-ms")]
    pub since: Option<i64>,
    /// Why it has not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
}

/// What came in at the webhook address.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct DeliveriesAnswer {
    /// Stored.
    pub accepted: u64,
    /// The last of them.
    pub last_accepted: Option<AcceptedLine>,
    /// When GitHub last tried the address.
    #[schema(format = "epoch-ms")]
    pub last_ping: Option<i64>,
    /// Signed, and not readable.
    pub malformed: u64,
    /// Not taken.
    pub refused: u64,
    /// The last of them.
    pub last_refused: Option<RefusedLine>,
}

/// The last delivery that was taken.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct AcceptedLine {
    /// When.
    #[schema(format = "epoch-ms")]
    pub time: i64,
    /// GitHub's name of the event.
    pub event: String,
}

/// The last delivery that was not.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct RefusedLine {
    /// When.
    #[schema(format = "epoch-ms")]
    pub time: i64,
    /// Why, for people.
    pub why: String,
}

/// An installation on which nothing new is posted at present.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct HeldLine {
    /// Its number.
    pub installation: Option<i64>,
    /// Until when.
    #[schema(format = "epoch-ms")]
    pub until: i64,
    /// `github`, or `pace` for our own.
    pub by: String,
}
