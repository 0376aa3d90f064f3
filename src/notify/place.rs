//! How far a target is: the part that is written down, and what only this process needs to know.

use crate::store::NotifyTargetRow;

/// How far a target is.
#[derive(Debug, Default)]
pub(super) struct Place {
    /// The last event that was looked at.
    pub(super) seen: i64,
    /// The same as it is written down.
    pub(super) written: i64,
    /// When the next digest is made.
    pub(super) digest_at: i64,
    /// Nothing is sent before, epoch milliseconds.
    pub(super) rests_until: i64,
    /// The last try failed.
    pub(super) fails: bool,
}

impl Place {
    pub(super) fn of(row: &NotifyTargetRow) -> Self {
        Self {
            seen: row.seen,
            written: row.seen,
            digest_at: row.digest_at,
            rests_until: 0,
            fails: row.failing_since.is_some(),
        }
    }
}
