//! Notifications outside GitHub, as the admin address shows them. Addresses and secrets of targets are never among it.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// `GET /api/v1/notifications`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NotificationsAnswer {
    /// By name.
    pub targets: Vec<NotifyTargetLine>,
    /// What was given up, newest first, at most 1,000.
    pub dead: Vec<DeadLine>,
}

/// Somebody who is told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NotifyTargetLine {
    /// The operator's name of it.
    pub name: String,
    /// `webhook`, `slack` or `email`.
    pub kind: String,
    /// How many were sent.
    pub sent: i64,
    /// When the last was.
    #[schema(format = "epoch-ms")]
    pub sent_at: Option<i64>,
    /// How many wait to be sent.
    pub waiting: i64,
    /// How many were given up.
    pub dead: i64,
    /// Since when every try has failed.
    #[schema(format = "epoch-ms")]
    pub failing_since: Option<i64>,
    /// What the last of those came to.
    pub error: Option<String>,
    /// When its next digest is made, for mail.
    #[schema(format = "epoch-ms")]
    pub digest_at: Option<i64>,
}

/// Something that was given up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DeadLine {
    /// What a receiver sees as `X-Skep-Delivery`.
    pub id: String,
    /// Whom it was for.
    pub target: String,
    /// The event's name, or `digest`.
    pub event: String,
    /// `owner/name`.
    pub repository: Option<String>,
    /// The issue.
    pub issue: Option<i64>,
    /// When it was made.
    #[schema(format = "epoch-ms")]
    pub created_at: i64,
    /// How often it was tried.
    pub tries: i64,
    /// What the last try came to.
    pub error: Option<String>,
}

/// `POST /api/v1/notifications/retry`: one by its id, all of a target, or all.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RetryOrder {
    /// This one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// All of this target.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<String>,
}

/// How many are sent after all.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RetriedAnswer {
    /// So many.
    pub retried: u64,
}

/// `POST /api/v1/notifications/{name}/test`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TestedAnswer {
    /// Which target.
    pub target: String,
    /// Whether it took the message.
    pub taken: bool,
    /// What it answered, or why there is no answer.
    pub answer: String,
}
