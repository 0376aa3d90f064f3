//! How sessions went, as the admin address shows it. Times are epoch milliseconds, and spans of time milliseconds.
//!
//! No words of people are in it, so that nothing in a table acts as a formula.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::figure::FigureLine;

/// `GET /api/v1/results`.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct ResultsAnswer {
    /// Only sessions that were queued since then.
    #[schema(format = "epoch-ms")]
    pub since: i64,
    /// When that was looked up.
    #[schema(format = "epoch-ms")]
    pub until: i64,
    /// All of them added up.
    pub totals: ResultTotals,
    /// The sessions, newest first.
    pub sessions: Vec<ResultLine>,
    /// There are more, which are neither listed nor counted.
    pub more: bool,
}

/// Sessions added up.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct ResultTotals {
    /// How many.
    pub sessions: u64,
    /// Over.
    pub ended: u64,
    /// Ended well.
    pub completed: u64,
    /// Ended badly.
    pub failed: u64,
    /// Ended by people.
    pub cancelled: u64,
    /// With a slot.
    pub at_work: u64,
    /// Not over, and without a slot.
    pub waiting: u64,
    /// Of a hundred that completed or failed, so many completed; null while there is none.
    pub percent_success: Option<f64>,
    /// Of a hundred, so many are over; null where there is none.
    pub percent_done: Option<f64>,
    /// The shortest of those that are over, from slot to end.
    pub shortest_ms: Option<i64>,
    /// Their mean.
    pub mean_ms: Option<i64>,
    /// Half of them took no longer.
    pub median_ms: Option<i64>,
    /// The longest.
    pub longest_ms: Option<i64>,
    /// How long they waited for a slot, in the mean.
    pub mean_wait_ms: Option<i64>,
    /// Of a hundred milliseconds of all slots since then, so many were taken by these sessions; null before skep knows its slots.
    pub percent_utilised: Option<f64>,
    /// How many ended in an hour.
    pub ended_per_hour: Option<f64>,
    /// When those that wait and those at work should be over, if they take as long as those before; null where none waits, or none has
    /// ended yet.
    #[schema(format = "epoch-ms")]
    pub done_at: Option<i64>,
}

/// How one session went.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct ResultLine {
    /// Its id.
    pub session: String,
    /// `owner/name`.
    pub repository: Option<String>,
    /// The issue.
    pub issue: Option<i64>,
    /// Its state.
    pub state: String,
    /// How it ended, in a word.
    pub stop: Option<String>,
    /// The role's name.
    pub role: String,
    /// The agent's name.
    pub agent: String,
    /// Its pull request.
    pub pull: Option<i64>,
    /// When it was queued.
    #[schema(format = "epoch-ms")]
    pub queued_at: i64,
    /// When it got its slot.
    #[schema(format = "epoch-ms")]
    pub started_at: Option<i64>,
    /// When it was over.
    #[schema(format = "epoch-ms")]
    pub ended_at: Option<i64>,
    /// How long it waited for its slot.
    pub waited_ms: Option<i64>,
    /// How long from its slot to its end.
    pub took_ms: Option<i64>,
    /// How long its agent worked.
    pub worked_ms: i64,
    /// Tokens.
    pub tokens: FigureLine,
    /// Money, in millionths of a dollar.
    pub cost_micro_usd: FigureLine,
}
