//! What the admin address says of one issue's task. Times are epoch milliseconds.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::event::EventLine;
use super::shape::{PullShape, StoryShape};
use crate::core::task::{Pull, TimelineEntry};

/// `GET /api/v1/tasks/{owner}/{repo}/{n}`.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
pub struct TaskAnswer {
    /// Such as `1296269#12`.
    pub task: String,
    /// `owner/name`.
    pub repository: String,
    /// The issue.
    pub issue: i64,
    /// The issue's title, as far as it is known.
    #[serde(default)]
    pub title: String,
    /// Its state.
    pub state: String,
    /// How it stands, in a sentence.
    #[serde(default)]
    pub stands: String,
    /// What holds it, and who lets it go on; empty where nothing does.
    #[serde(default)]
    pub waits: String,
    /// The role.
    #[serde(default)]
    pub role: String,
    /// The operator's name of the agent.
    #[serde(default)]
    pub agent: String,
    /// The questions that wait for an answer, oldest first.
    #[serde(default)]
    pub questions: Vec<QuestionLine>,
    /// The orders that fit how it stands: `approve`, `resume`, `pause`, `retry`, `stop`.
    #[serde(default)]
    pub orders: Vec<String>,
    /// The session in hand or the last one.
    pub session: Option<String>,
    /// Our pull request.
    #[schema(value_type = Option<PullShape>)]
    pub pull: Option<Pull>,
    /// What people read of it on the issue.
    #[schema(value_type = Vec<StoryShape>)]
    pub story: Vec<TimelineEntry>,
    /// Its events, oldest first.
    pub timeline: Vec<EventLine>,
}

/// A question of an agent that waits for an answer.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct QuestionLine {
    /// Its number on the issue.
    pub number: u32,
    /// What is asked.
    pub text: String,
    /// What can be chosen: the first is `a`, the second `b`, and so on.
    pub options: Vec<String>,
    /// What applies when nobody answers; empty where nothing does.
    pub default: String,
    /// When that applies.
    #[schema(format = "epoch-ms")]
    pub until: Option<i64>,
    /// Since when it is asked.
    #[schema(format = "epoch-ms")]
    pub since: i64,
}
