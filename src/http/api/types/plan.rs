//! Shapes of what the admin address is asked and says of a repository's task list.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::core::ids::RepositoryName;

/// `POST /api/v1/plan`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PlanOrder {
    /// Where.
    #[schema(value_type = String)]
    pub repository: RepositoryName,
    /// The list itself; without it, it is read from the repository's default branch.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// The file it is read from, or was; `tasks.md` if not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// Whether issues are made; else it is only said what would be.
    #[serde(default)]
    pub create: bool,
}

/// What becomes of a list.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct PlanAnswer {
    /// `owner/name`.
    pub repository: String,
    /// The file.
    pub path: String,
    /// Whether issues were made.
    pub create: bool,
    /// The tasks of the list, in its order.
    pub tasks: Vec<PlanLine>,
    /// Labels that the repository does not have, and that are left out.
    pub left_out: Vec<String>,
}

/// One task of a list.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct PlanLine {
    /// The line of its heading.
    pub line: usize,
    /// Its title.
    pub title: String,
    /// `new`, `created`, `exists`, `on its way`, `failed` or `not marked`.
    pub state: String,
    /// Its issue, where there is one.
    pub issue: Option<i64>,
    /// Its role, if it names one.
    pub role: Option<String>,
    /// Its priority, if it names one.
    pub priority: Option<String>,
    /// What it waits for: `#12`, or the title of another task.
    pub waits_for: Vec<String>,
    /// Why it failed.
    pub reason: Option<String>,
}
