//! How much of GitHub's limits each installation has used, as it goes over the wire. Numbers alone: what follows from them is said by
//! whoever shows them.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What an installation may create on GitHub: comments and pull requests.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct BudgetLine {
    /// Its number.
    pub installation: i64,
    /// The last minute.
    pub minute: UsedLine,
    /// The last hour.
    pub hour: UsedLine,
    /// What calls of any kind have cost in the last minute: a read one point, a change five.
    pub points: PointsLine,
    /// Pull requests that wait.
    pub pulls: WaitingLine,
    /// Questions, answers and other comments that somebody waits for.
    pub comments: WaitingLine,
    /// First status comments that wait.
    pub statuses: WaitingLine,
}

/// What was created in a span of time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct UsedLine {
    /// How much.
    pub used: u32,
    /// Of how much.
    pub of: u32,
    /// How many first status comments are among it.
    pub statuses: u32,
    /// Of how many.
    pub statuses_of: u32,
}

/// Points of GitHub's.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct PointsLine {
    /// How many.
    pub used: u32,
    /// Of how many.
    pub of: u32,
}

/// What waits to be created.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct WaitingLine {
    /// How many.
    pub count: i64,
    /// When the first of them may go.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = "epoch-ms")]
    pub until: Option<i64>,
}
