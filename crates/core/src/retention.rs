//! How long what nobody needs for the work any more is kept, so that people can look into it.

/// Numbers under `[retention]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retention {
    /// Bodies of handled facts, and whole deliveries that concerned nobody, milliseconds.
    pub deliveries_ms: i64,
    /// Lines of session logs, milliseconds.
    pub logs_ms: i64,
    /// What a task leaves once work on it is over, milliseconds.
    pub sessions_ms: i64,
    /// Rows of the audit, milliseconds.
    pub audit_ms: i64,
}

const DAY_MS: i64 = 24 * 3_600_000;

impl Default for Retention {
    fn default() -> Self {
        Self {
            deliveries_ms: 30 * DAY_MS,
            logs_ms: 30 * DAY_MS,
            // As long as a pull request that was closed is looked at for being open again.
            sessions_ms: 90 * DAY_MS,
            audit_ms: 2 * 365 * DAY_MS,
        }
    }
}
