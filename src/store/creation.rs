//! The outbox as far as GitHub counts it: what content was created lately, and what content waits to be created. It only reads.

use std::collections::BTreeMap;

use sqlx::Row;

use super::Store;
use super::error::StoreError;

/// Content that was created.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Created {
    /// When, epoch milliseconds.
    pub at: i64,
    /// The rank its effect had.
    pub rank: i64,
}

/// Content of one kind that waits to be created.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WaitingContent {
    /// Where it waits.
    pub lane: String,
    /// The kind of its effects.
    pub kind: String,
    /// Their rank.
    pub rank: i64,
    /// How many there are.
    pub count: i64,
    /// When the first of them may be tried; epoch milliseconds.
    pub not_before: i64,
}

/// What waits for a later moment.
pub(super) const WAITING_CONTENT: &str = "SELECT lane, kind, rank, COUNT(*) AS many, MIN(not_before) AS earliest FROM effect \
     WHERE closed_at IS NULL AND serial = 1 AND content = 1 AND owner IS NULL AND not_before > $1 GROUP BY lane, rank, kind ORDER BY lane, rank, kind";

impl Store {
    /// What content was created since `since`, by lane, oldest first: to fill the limiters after a start.
    pub async fn content_history(
        &self,
        since: i64,
    ) -> Result<BTreeMap<String, Vec<Created>>, StoreError> {
        let sql = "SELECT lane, closed_at, rank FROM effect WHERE content = 1 AND closed_at IS NOT NULL AND closed_at >= $1 \
                   AND attempts > 0 ORDER BY closed_at";
        let rows = self
            .pools()
            .within(sqlx::query(sql).bind(since).fetch_all(self.reader()))
            .await?;
        let mut history: BTreeMap<String, Vec<Created>> = BTreeMap::new();
        for row in &rows {
            let created = Created {
                at: row.try_get("closed_at")?,
                rank: row.try_get("rank")?,
            };
            history
                .entry(row.try_get("lane")?)
                .or_default()
                .push(created);
        }
        Ok(history)
    }

    /// What content may not be created before a moment after `now`, by lane, rank and kind.
    pub async fn waiting_content(&self, now: i64) -> Result<Vec<WaitingContent>, StoreError> {
        let rows = self
            .pools()
            .within(
                sqlx::query(WAITING_CONTENT)
                    .bind(now)
                    .fetch_all(self.reader()),
            )
            .await?;
        let read = |row: &sqlx::any::AnyRow| {
            Ok(WaitingContent {
                lane: row.try_get("lane")?,
                kind: row.try_get("kind")?,
                rank: row.try_get("rank")?,
                count: row.try_get("many")?,
                not_before: row.try_get("earliest")?,
            })
        };
        let read: Result<Vec<_>, sqlx::Error> = rows.iter().map(read).collect();
        Ok(read?)
    }
}
