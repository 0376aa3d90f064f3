//! A row of the audit as the admin address hands it out: field for field as it was written, since its hash is over all of them.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A line of `GET /api/v1/audit`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct AuditLine {
    /// Its place: 1, 2, 3.
    pub seq: i64,
    /// When, epoch milliseconds.
    #[schema(format = "epoch-ms")]
    pub at: i64,
    /// What it was.
    pub kind: String,
    /// The task.
    pub task: Option<String>,
    /// `owner/name`.
    pub repository: Option<String>,
    /// The issue.
    pub issue: Option<i64>,
    /// The session.
    pub session: Option<String>,
    /// Who did it: `@login`, `operator`, or `token:name`.
    pub who: Option<String>,
    /// The id of the inbox row that led to it.
    pub cause: Option<String>,
    /// An object, as JSON in a text: its letters count for the hash.
    pub facts: String,
    /// The hash of the row before.
    pub prev: String,
    /// SHA-256, hexadecimal, of `prev`, a line end, and all fields above it as a JSON array without spaces.
    pub hash: String,
}
