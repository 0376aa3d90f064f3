//! Shapes of the overview: what needs a person, what goes on, what waits, what became of the rest. Times are epoch milliseconds.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::queue::QueueAnswer;

/// `GET /api/v1/overview`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct OverviewAnswer {
    /// When it was read.
    #[schema(format = "epoch-ms")]
    pub at: i64,
    /// What is wrong with skep itself, the worst first.
    pub troubles: Vec<String>,
    /// What waits for a person, the longest wait first, at most 40.
    pub needs: Vec<NeedLine>,
    /// How many more there are.
    pub more_needs: usize,
    /// Sessions at work, the newest first, at most 100.
    pub working: Vec<WorkingLine>,
    /// What waits for a slot, in order, at most 50.
    pub queue: QueueAnswer,
    /// Pull requests in review, the newest first, at most 25.
    pub review: Vec<ReviewLine>,
    /// How many there are in all.
    pub in_review: i64,
    /// What failed lately, at most 10.
    pub failed: Vec<FailedLine>,
    /// Numbers of the whole; null for whoever may see one repository alone.
    pub figures: Option<FiguresAnswer>,
}

/// One thing that waits for a person.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct NeedLine {
    /// `owner/name`.
    pub repository: String,
    /// The issue.
    pub issue: i64,
    /// Its title, as far as it is known.
    pub title: String,
    /// The session that waits.
    pub session: Option<String>,
    /// What kind of thing, in a word or two: `question`, `plan`, `budget`, …
    pub kind: String,
    /// What it is.
    pub what: String,
    /// Who is asked; empty where nobody in particular is.
    pub who: String,
    /// Since when, where that is known.
    #[schema(format = "epoch-ms")]
    pub since: Option<i64>,
}

/// A session at work.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct WorkingLine {
    /// `owner/name`.
    pub repository: String,
    /// The issue.
    pub issue: i64,
    /// Its title, as far as it is known.
    pub title: String,
    /// The session.
    pub session: String,
    /// Its role.
    pub role: String,
    /// Its agent.
    pub agent: String,
    /// What it does, or how it stands.
    pub doing: String,
    /// What it has cost, in words; empty where nothing was counted.
    pub spent: String,
    /// Since when.
    #[schema(format = "epoch-ms")]
    pub since: i64,
}

/// A pull request in review.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct ReviewLine {
    /// `owner/name`.
    pub repository: String,
    /// The issue.
    pub issue: i64,
    /// Its title, as far as it is known.
    pub title: String,
    /// The pull request.
    pub pull: i64,
    /// Whether it is a draft.
    pub draft: bool,
    /// How its checks stand: `pending`, `green`, `failing`; empty where nobody knows.
    pub checks: String,
    /// Since when.
    #[schema(format = "epoch-ms")]
    pub since: i64,
}

/// What failed.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct FailedLine {
    /// `owner/name`.
    pub repository: String,
    /// The issue.
    pub issue: i64,
    /// Its title, as far as it is known.
    pub title: String,
    /// Why.
    pub why: String,
    /// When.
    #[schema(format = "epoch-ms")]
    pub at: i64,
}

/// Numbers of the whole.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct FiguresAnswer {
    /// What was done in the last day.
    pub day: ThroughputLine,
    /// What was done in the last week.
    pub week: ThroughputLine,
    /// What is used up of what there is.
    pub meters: Vec<MeterLine>,
    /// The disk, in words; empty where it cannot be looked at.
    pub disk: String,
    /// The memory, in words; empty before it was measured.
    pub memory: String,
    /// What came in at the webhook address, in words.
    pub deliveries: String,
}

/// What was done in a span of time.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct ThroughputLine {
    /// Sessions that ended well.
    pub completed: i64,
    /// Sessions that failed.
    pub failed: i64,
    /// Sessions that a person ended.
    pub cancelled: i64,
    /// Pull requests opened.
    pub pulls: i64,
    /// Of those, merged.
    pub merged: i64,
    /// Tokens for those, in words.
    pub tokens: String,
    /// Money for those, in words.
    pub cost: String,
}

/// How much of something is used up.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct MeterLine {
    /// Of what.
    pub name: String,
    /// So much.
    pub used: u64,
    /// Of so much.
    pub of: u64,
    /// What waits for more of it; empty where nothing does.
    pub waits: String,
}
