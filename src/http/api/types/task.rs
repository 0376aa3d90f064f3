//! What the admin address says of one issue's task. Times are epoch milliseconds.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::event::EventLine;
use super::shape::{PullShape, StoryShape};
use crate::core::task::{Pull, TimelineEntry};

/// `GET /api/v1/tasks/{owner}/{repo}/{n}`.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
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
    #[schema(value_type = Option<PullShape>)]
    pub pull: Option<Pull>,
    /// What people read of it on the issue.
    #[schema(value_type = Vec<StoryShape>)]
    pub story: Vec<TimelineEntry>,
    /// Its events, oldest first.
    pub timeline: Vec<EventLine>,
}
