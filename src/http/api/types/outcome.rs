//! Shapes of the ledger of pull requests as the admin address shows it. Times are epoch milliseconds.
//!
//! No words of people are in it, so that nothing in a table acts as a formula.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::figure::FigureLine;
use super::queue::place;

/// One pull request.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct OutcomeLine {
    /// `owner/name`.
    pub repository: String,
    /// The issue.
    pub issue: i64,
    /// The pull request.
    pub pull: i64,
    /// The session that opened it.
    pub session: String,
    /// The role's name.
    pub role: String,
    /// The agent's name.
    pub agent: String,
    /// `open`, `merged` (as it was opened), `reworked` (merged after a revision or a push by people), `not_landed` (merged, and
    /// not on the base branch), `reverted`, `closed`.
    pub became: String,
    /// How many times its agent revised it.
    pub rounds: i64,
    /// Tokens of its session.
    pub tokens: FigureLine,
    /// Money, in millionths of a dollar.
    pub cost_micro_usd: FigureLine,
    /// How long its agent worked, milliseconds.
    pub worked_ms: i64,
    /// When its session was queued.
    #[schema(format = "epoch-ms")]
    pub queued_at: i64,
    /// When it was opened.
    #[schema(format = "epoch-ms")]
    pub opened_at: i64,
    /// When it was merged or closed.
    #[schema(format = "epoch-ms")]
    pub over_at: Option<i64>,
}

impl OutcomeLine {
    /// `owner/name#12`.
    pub fn pull_name(&self) -> String {
        place(Some(&self.repository), Some(self.pull))
    }
}

/// All pull requests of a role and an agent.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct OutcomeGroup {
    /// The role's name.
    pub role: String,
    /// The agent's name.
    pub agent: String,
    /// How many.
    pub pulls: u64,
    /// Open ones.
    pub open: u64,
    /// Merged as they were opened.
    pub merged: u64,
    /// Merged after a revision or a push by people.
    pub reworked: u64,
    /// Merged, and not on the base branch.
    pub not_landed: u64,
    /// Merged and reverted.
    pub reverted: u64,
    /// Closed unmerged.
    pub closed: u64,
    /// Merged or reworked, on the base branch and not reverted.
    pub accepted: u64,
    /// Of a hundred that are over, so many were accepted; none while none is over.
    pub percent_accepted: Option<u64>,
    /// Tokens of all of them.
    pub tokens: FigureLine,
    /// Money for all of them, in millionths of a dollar.
    pub cost_micro_usd: FigureLine,
    /// The same for each accepted one; none where none was accepted.
    pub cost_per_accepted_micro_usd: Option<FigureLine>,
}

/// `GET /api/v1/outcomes`.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct OutcomesAnswer {
    /// Only what was opened since then.
    #[schema(format = "epoch-ms")]
    pub since: i64,
    /// By role and agent.
    pub groups: Vec<OutcomeGroup>,
    /// The pull requests, newest first.
    pub pulls: Vec<OutcomeLine>,
    /// There are more, which are neither listed nor counted.
    pub more: bool,
}
