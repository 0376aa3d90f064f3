//! Shapes of what the admin address says of a repository's queue in waves.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// `GET /api/v1/waves?repository=owner/name`.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct WavesAnswer {
    /// `owner/name`.
    pub repository: String,
    /// On how many commits the forecasts are built; none where no session has fetched the repository yet.
    pub commits: usize,
    /// The most issues in one wave.
    pub at_once: usize,
    /// From how much overlap on two issues are kept apart, 0 to 1.
    pub threshold: f64,
    /// Each wave can be done at once when those before it are done; what is at work is in the first.
    pub waves: Vec<Vec<WaveLine>>,
    /// Issues in the queue that no wave reaches, because of what they wait for.
    pub left: Vec<i64>,
}

/// An issue in a wave.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct WaveLine {
    /// The issue.
    pub issue: i64,
    /// Its title.
    pub title: String,
    /// Its role.
    pub role: String,
    /// Whether its session is at work.
    pub at_work: bool,
    /// Why it is in no earlier wave; empty in the first.
    pub reason: String,
    /// The issue that keeps it out of the wave before.
    pub after: Option<i64>,
    /// How much it shares with that one, 0 to 1.
    pub overlap: f64,
    /// The files that it will probably change or has changed, the most probable first.
    pub files: Vec<FileLine>,
}

/// A file that will probably be changed.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct FileLine {
    /// Its path.
    pub path: String,
    /// How probably, 0 to 1; 1: it has been changed.
    pub weight: f64,
    /// Why.
    pub why: String,
}
