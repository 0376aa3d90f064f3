//! Shapes of what the admin address says of a start that is only thought through. Spans of time are milliseconds.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// `GET /api/v1/tasks/{owner}/{repo}/{n}/plan`: what would come of the issue if the operator had it started now.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct DryRunAnswer {
    /// `owner/name`.
    pub repository: String,
    /// The issue.
    pub issue: i64,
    /// Its title.
    pub title: String,
    /// `session`: a new one would begin; `revision`: that of the open pull request would go on; `nothing`.
    pub begins: String,
    /// Why nothing would.
    pub refusal: Option<String>,
    /// What each gate says, in the order in which they are asked.
    pub gates: Vec<GateLine>,
    /// What would hold it before it begins, the first first.
    pub held: Vec<String>,
    /// What it says it waits for, and how that stands.
    pub waits_for: Vec<String>,
    /// Who would work; none where nothing begins.
    pub work: Option<WorkLine>,
    /// What earlier sessions of the agent came to; none where there are none.
    pub estimate: Option<EstimateLine>,
    /// The queue it would come into.
    pub queue: DryRunQueue,
    /// What the agent would be told first: its role's instructions, then its task.
    pub prompt: Option<String>,
    /// Why it would be told nothing, though something begins.
    pub no_prompt: Option<String>,
    /// What is known only when it begins, so that it is not in the prompt.
    pub not_known: Vec<String>,
}

/// What a gate says of a start.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct GateLine {
    /// What holds where it lets the start through: `is_on`, `is_an_issue`, `is_open`, `may_start`, `is_not_archived`, `has_commits`.
    pub gate: String,
    /// Whether it does.
    pub passes: bool,
    /// Why not.
    pub says: Option<String>,
}

/// Who would work, where, and within which limits.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct WorkLine {
    /// The role.
    pub role: String,
    /// Why that one.
    pub role_why: String,
    /// The agents it may be given to, the first first.
    pub agents: Vec<String>,
    /// The model, where the role names one.
    pub model: Option<String>,
    /// Whether it may change files.
    pub writes: bool,
    /// Whether it makes a plan first, which a person approves.
    pub plans_first: bool,
    /// The branch it starts from and goes to.
    pub base: String,
    /// The branch it works on.
    pub branch: String,
    /// The longest time of a session.
    pub session_timeout_ms: i64,
    /// The longest silence of its agent.
    pub silence_ms: i64,
    /// Sessions that the issue may have in all; 0 is no limit.
    pub issue_attempts: u64,
    /// Time at work that the issue may take in all; 0 is no limit.
    pub issue_time_ms: u64,
    /// Tokens that the issue may take in all; 0 is no limit.
    pub issue_tokens: u64,
    /// Money that the issue may take in all, millionths of a dollar; 0 is no limit.
    pub issue_cost_micro_usd: u64,
}

/// What earlier sessions of the agent came to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct EstimateLine {
    /// The agent.
    pub agent: String,
    /// Whether they were in this repository; else there are none here, and they were in others.
    pub in_repository: bool,
    /// How many they are.
    pub sessions: u64,
    /// Tokens; none where nothing was told.
    pub tokens: Option<UsualLine>,
    /// Money, millionths of a dollar; none where nothing was told.
    pub cost_micro_usd: Option<UsualLine>,
    /// How long the agent worked; none where nothing was told.
    pub worked_ms: Option<UsualLine>,
}

/// Half took no more than the one, none more than the other.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct UsualLine {
    /// The median.
    pub median: u64,
    /// The most.
    pub most: u64,
}

/// The queue a start would come into.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct DryRunQueue {
    /// Sessions at work.
    pub at_work: u32,
    /// How many there may be at once.
    pub slots: u32,
    /// How many wait.
    pub waiting: usize,
    /// Whether the operator lets nothing start there.
    pub paused: bool,
}
