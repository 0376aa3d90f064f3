//! What every refusal looks like.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Why there is no answer.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ErrorAnswer {
    /// What was wrong.
    pub error: ErrorLine,
}

/// What was wrong.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ErrorLine {
    /// For programs; stays the same over releases.
    pub code: String,
    /// For people.
    pub message: String,
    /// What to do about it.
    pub next: Option<String>,
}
