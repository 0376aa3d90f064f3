//! What the pages of the dashboard ask besides: parts of a log and of the deliveries from a place backwards, and sums over the last
//! days. Each question is bounded and answered from an index.

use std::collections::BTreeMap;

use sqlx::any::AnyRow;
use sqlx::{AssertSqlSafe, Row};

use super::Store;
use super::error::StoreError;
use super::inbox_row::{InboxRow, WITHOUT_BODY, inbox_row, pieces};
use super::outbox::placeholders;
use super::schedule::{ClosedAgentRow, closed_agents};
use super::session_log::{LogRow, log_row};
use crate::core::ids::{RepositoryId, SessionId};

/// Sessions by the name of their agent and of their state.
pub type Tally = BTreeMap<(String, String), i64>;

/// What was opened in a span of time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct OpenedSums {
    /// Pull requests.
    pub opened: i64,
    /// Of those, merged.
    pub merged: i64,
    /// Tokens, and whether there may be more.
    pub tokens: (i64, bool),
    /// Money, in millionths of a dollar, and whether the truth may be more, or less.
    pub cost: (i64, bool, bool),
}

/// Sessions of one repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LatelyRow {
    /// Which.
    pub repository: RepositoryId,
    /// How many sessions.
    pub sessions: i64,
    /// How many of them are at work.
    pub at_work: i64,
    /// When the last of them was queued, epoch milliseconds.
    pub last: i64,
}

pub(super) const ENDED: &str = "SELECT agent, state, COUNT(*) FROM session WHERE ended_at IS NOT NULL \
    AND started_at IS NOT NULL AND ended_at >= $1 GROUP BY agent, state";
pub(super) const AT_WORK: &str =
    "SELECT agent, state, COUNT(*) FROM session WHERE live = 1 GROUP BY agent, state";
pub(super) const OPENED: &str = "SELECT COUNT(*) AS opened, \
    CAST(COALESCE(SUM(CASE WHEN became IN ('merged', 'reworked') THEN 1 ELSE 0 END), 0) AS BIGINT) AS merged, \
    CAST(COALESCE(SUM(tokens), 0) AS BIGINT) AS tokens, COALESCE(MAX(tokens_more), 0) AS tokens_more, \
    CAST(COALESCE(SUM(cost), 0) AS BIGINT) AS cost, COALESCE(MAX(cost_more), 0) AS cost_more, \
    COALESCE(MAX(cost_less), 0) AS cost_less FROM outcome WHERE opened_at >= $1";
// Without the number of its issue a task's key is its repository's.
pub(super) const LATELY: &str = "SELECT of_it, COUNT(*), CAST(SUM(at_work) AS BIGINT), MAX(created_at) FROM \
    (SELECT rtrim(task, '0123456789') AS of_it, created_at, \
    CASE WHEN live = 1 AND started_at IS NOT NULL THEN 1 ELSE 0 END AS at_work \
    FROM session ORDER BY created_at DESC LIMIT $1) AS newest GROUP BY of_it";
pub(super) const LOG_BEFORE: &str = "SELECT seq, at, kind, body FROM session_log WHERE session = $1 AND seq < $2 \
    ORDER BY seq DESC LIMIT $3";

/// The most bytes of a log that are read for one page, as far as whole batches go.
const LOG_BYTES: usize = 512 * 1024;
/// Lines that are read at once.
const LOG_BATCH: i64 = 50;

fn tally(rows: &[AnyRow]) -> Result<Tally, sqlx::Error> {
    rows.iter()
        .map(|row| Ok(((row.try_get(0)?, row.try_get(1)?), row.try_get(2)?)))
        .collect()
}

fn lately_row(row: &AnyRow) -> Result<LatelyRow, sqlx::Error> {
    let key: String = row.try_get(0)?;
    let repository = key.trim_end_matches('#').parse();
    Ok(LatelyRow {
        repository: repository
            .map(RepositoryId)
            .map_err(|error| sqlx::Error::Decode(Box::new(error)))?,
        sessions: row.try_get(1)?,
        at_work: row.try_get(2)?,
        last: row.try_get(3)?,
    })
}

impl Store {
    /// The last lines of a session before a place in the log, oldest first: at most `limit`, and no more batches than are needed for
    /// half a megabyte, however long the lines are.
    pub async fn log_before(
        &self,
        session: &SessionId,
        before: i64,
        limit: usize,
    ) -> Result<Vec<LogRow>, StoreError> {
        let (mut found, mut bytes, mut before) = (Vec::new(), 0, before);
        while found.len() < limit && bytes < LOG_BYTES {
            let query = sqlx::query(LOG_BEFORE)
                .bind(session.as_str())
                .bind(before)
                .bind(LOG_BATCH);
            let rows = self.pools().within(query.fetch_all(self.reader())).await?;
            let rows: Vec<LogRow> = rows.iter().map(log_row).collect::<Result<_, _>>()?;
            let Some(last) = rows.last() else { break };
            before = last.seq;
            bytes += rows.iter().map(|row| row.line.body.len()).sum::<usize>();
            found.extend(rows);
        }
        found.truncate(limit);
        found.reverse();
        Ok(found)
    }

    /// The newest `limit` webhook deliveries before a place in the inbox, newest first, without bodies.
    pub async fn deliveries_before(
        &self,
        before: i64,
        limit: i64,
    ) -> Result<Vec<InboxRow>, StoreError> {
        let sql = AssertSqlSafe(format!(
            "{WITHOUT_BODY} WHERE seq < $1 AND kind IN ('webhook', 'malformed') ORDER BY seq DESC LIMIT $2"
        ));
        let query = sqlx::query(sql).bind(before).bind(limit);
        let rows = self.pools().within(query.fetch_all(self.reader())).await?;
        Ok(rows.iter().map(inbox_row).collect::<Result<_, _>>()?)
    }

    /// The rows with these ids, oldest first, without bodies; those that are not there are left out.
    pub async fn inbox_rows(&self, ids: &[&str]) -> Result<Vec<InboxRow>, StoreError> {
        let mut found = Vec::new();
        for some in pieces(ids, 256) {
            let sql = format!(
                "{WITHOUT_BODY} WHERE id IN ({})",
                placeholders(1, some.len())
            );
            let mut query = sqlx::query(AssertSqlSafe(sql));
            for id in some {
                query = query.bind(*id);
            }
            let rows = self.pools().within(query.fetch_all(self.reader())).await?;
            for row in &rows {
                found.push(inbox_row(row)?);
            }
        }
        found.sort_by_key(|row| row.seq);
        Ok(found)
    }

    /// Sessions that ended since, epoch milliseconds.
    pub async fn ended_since(&self, since: i64) -> Result<Tally, StoreError> {
        let query = sqlx::query(ENDED).bind(since).fetch_all(self.reader());
        Ok(tally(&self.pools().within(query).await?)?)
    }

    /// Sessions at work.
    pub async fn at_work(&self) -> Result<Tally, StoreError> {
        let query = sqlx::query(AT_WORK).fetch_all(self.reader());
        Ok(tally(&self.pools().within(query).await?)?)
    }

    /// The newest `limit` sessions, added up by repository.
    pub async fn sessions_lately(&self, limit: i64) -> Result<Vec<LatelyRow>, StoreError> {
        let query = sqlx::query(LATELY).bind(limit).fetch_all(self.reader());
        let rows = self.pools().within(query).await?;
        Ok(rows.iter().map(lately_row).collect::<Result<_, _>>()?)
    }

    /// Pull requests that were opened since, epoch milliseconds, added up.
    pub async fn opened_since(&self, since: i64) -> Result<OpenedSums, StoreError> {
        let query = sqlx::query(OPENED).bind(since).fetch_one(self.reader());
        let row = self.pools().within(query).await?;
        let number = |name: &str| row.try_get::<i64, _>(name);
        let flag = |name: &str| row.try_get::<i64, _>(name).map(|flag| flag != 0);
        Ok(OpenedSums {
            opened: number("opened")?,
            merged: number("merged")?,
            tokens: (number("tokens")?, flag("tokens_more")?),
            cost: (number("cost")?, flag("cost_more")?, flag("cost_less")?),
        })
    }

    /// Agents whose provider lets nobody in for a while.
    pub async fn closed_agents(&self) -> Result<Vec<ClosedAgentRow>, StoreError> {
        let found = async { closed_agents(&mut *self.reader().acquire().await?).await };
        self.pools().within(found).await
    }

    /// Repositories whose own policy has mistakes; at most 1,000.
    pub async fn wrong_policies(&self) -> Result<Vec<RepositoryId>, StoreError> {
        let sql = "SELECT repository FROM repository_policy WHERE wrong IS NOT NULL LIMIT 1000";
        let query = sqlx::query(sql).fetch_all(self.reader());
        let rows = self.pools().within(query).await?;
        let id = |row: &AnyRow| row.try_get(0).map(RepositoryId);
        Ok(rows.iter().map(id).collect::<Result<_, _>>()?)
    }
}
