//! What agents stream, line by line: high in volume, low in consequence. It does not go through the pipeline.
//!
//! Callers bring lines in batches: one batch is one insert and one commit. Nothing is decided by what is in here.

use sqlx::any::AnyRow;
use sqlx::{AssertSqlSafe, Row};

use super::Store;
use super::error::StoreError;
use super::inbox_row::many_rows;
use super::packing::storable;
use crate::core::ids::SessionId;

/// One line on its way in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogLine {
    /// Epoch milliseconds.
    pub at: i64,
    /// What kind of line.
    pub kind: String,
    /// The line.
    pub body: String,
}

/// A stored line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogRow {
    /// Its place among all lines of all sessions.
    pub seq: i64,
    /// The line.
    pub line: LogLine,
}

pub(super) fn log_row(row: &AnyRow) -> Result<LogRow, sqlx::Error> {
    let line = LogLine {
        at: row.try_get("at")?,
        kind: row.try_get("kind")?,
        body: row.try_get("body")?,
    };
    Ok(LogRow {
        seq: row.try_get("seq")?,
        line,
    })
}

impl Store {
    /// Appends a batch, all of it or nothing.
    pub async fn append_log(
        &self,
        session: &SessionId,
        lines: &[LogLine],
    ) -> Result<(), StoreError> {
        if lines.is_empty() {
            return Ok(());
        }
        let mut writing = self.pools().begin().await?;
        let work = async {
            for some in lines.chunks(256) {
                let head = "INSERT INTO session_log (session, at, kind, body)";
                let mut query =
                    sqlx::query(AssertSqlSafe(many_rows(&writing, head, 4, some.len())));
                for line in some {
                    let body = storable(&line.body).into_owned();
                    query = query
                        .bind(session.as_str())
                        .bind(line.at)
                        .bind(line.kind.as_str())
                        .bind(body);
                }
                query.execute(&mut *writing).await?;
            }
            writing.commit().await
        };
        self.pools().within(work).await?;
        self.inner.log_wake.ring();
        Ok(())
    }

    /// Up to `limit` lines of a session after number `after`, oldest first.
    pub async fn log(
        &self,
        session: &SessionId,
        after: i64,
        limit: i64,
    ) -> Result<Vec<LogRow>, StoreError> {
        let sql = "SELECT seq, at, kind, body FROM session_log WHERE session = $1 AND seq > $2 ORDER BY seq LIMIT $3";
        let query = sqlx::query(sql)
            .bind(session.as_str())
            .bind(after)
            .bind(limit);
        let rows = self.pools().within(query.fetch_all(self.reader())).await?;
        Ok(rows.iter().map(log_row).collect::<Result<_, _>>()?)
    }

    /// The newest `limit` lines of a session, oldest first.
    pub async fn log_tail(
        &self,
        session: &SessionId,
        limit: i64,
    ) -> Result<Vec<LogRow>, StoreError> {
        let sql = "SELECT seq, at, kind, body FROM session_log WHERE session = $1 ORDER BY seq DESC LIMIT $2";
        let query = sqlx::query(sql).bind(session.as_str()).bind(limit);
        let rows = self.pools().within(query.fetch_all(self.reader())).await?;
        Ok(rows.iter().rev().map(log_row).collect::<Result<_, _>>()?)
    }
}
