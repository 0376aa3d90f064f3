//! Domain events: what happened, in the order it became true, for the timeline, the live feed and the audit.
//!
//! They are written by transitions only. A reader that remembers the last number it saw misses nothing: numbers are given
//! in commit order, one writer at a time.

use sqlx::any::AnyRow;
use sqlx::{AnyConnection, AssertSqlSafe, Row};

use super::Store;
use super::error::{StoreError, malformed};
use super::inbox_row::{many_rows, pieces, task_key};
use super::packing::storable;
use crate::core::ids::{SessionId, TaskKey};

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewEvent {
    /// Epoch milliseconds.
    pub at: i64,
    /// A dotted name in the past tense: `session.dispatched`.
    pub name: String,
    /// The task it happened to.
    pub task: Option<TaskKey>,
    /// `owner/name`, for display.
    pub repository: Option<String>,
    /// The issue's number, for display.
    pub issue: Option<i64>,
    /// The session it happened in.
    pub session: Option<SessionId>,
    /// The inbox id that led to it.
    pub delivery: Option<String>,
    /// Details, as JSON.
    pub body: String,
}

/// A stored event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventRow {
    /// Its place among all events.
    pub seq: i64,
    /// What happened.
    pub event: NewEvent,
}

/// Which events; an empty field does not restrict.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EventFilter {
    /// Only there: `owner/name`, in any case.
    pub repository: Option<String>,
    /// Only of these names.
    pub names: Vec<&'static str>,
}

fn event_row(row: &AnyRow) -> Result<EventRow, sqlx::Error> {
    let session: Option<String> = row.try_get("session")?;
    let event = NewEvent {
        at: row.try_get("at")?,
        name: row.try_get("name")?,
        task: task_key(row)?,
        repository: row.try_get("repository")?,
        issue: row.try_get("issue")?,
        session: session
            .map(|text| text.parse().map_err(malformed))
            .transpose()?,
        delivery: row.try_get("delivery")?,
        body: row.try_get("body")?,
    };
    Ok(EventRow {
        seq: row.try_get("seq")?,
        event,
    })
}

pub(super) async fn insert_events(
    connection: &mut AnyConnection,
    events: &[NewEvent],
) -> Result<(), sqlx::Error> {
    for some in pieces(events, 256) {
        let head = "INSERT INTO event (at, name, task, repository, issue, session, delivery, body)";
        let mut query = sqlx::query(AssertSqlSafe(many_rows(connection, head, 8, some.len())));
        for event in some {
            query = query
                .bind(event.at)
                .bind(event.name.as_str())
                .bind(event.task.map(|task| task.to_string()))
                .bind(event.repository.as_deref())
                .bind(event.issue)
                .bind(event.session.as_ref().map(|session| session.as_str()))
                .bind(event.delivery.as_deref())
                .bind(storable(&event.body).into_owned());
        }
        query.execute(&mut *connection).await?;
    }
    Ok(())
}

const COLUMNS: &str =
    "SELECT seq, at, name, task, repository, issue, session, delivery, body FROM event";

impl Store {
    /// Up to `limit` events after number `after`, oldest first.
    pub async fn events(&self, after: i64, limit: i64) -> Result<Vec<EventRow>, StoreError> {
        let sql = AssertSqlSafe(format!("{COLUMNS} WHERE seq > $1 ORDER BY seq LIMIT $2"));
        let query = sqlx::query(sql).bind(after).bind(limit);
        let rows = self.pools().within(query.fetch_all(self.reader())).await?;
        Ok(rows.iter().map(event_row).collect::<Result<_, _>>()?)
    }

    /// Up to `limit` events after number `after` that fit, oldest first, and up to which number was looked.
    pub async fn events_that_fit(
        &self,
        filter: &EventFilter,
        after: i64,
        limit: i64,
    ) -> Result<(Vec<EventRow>, i64), StoreError> {
        let newest = self.newest_event().await?;
        let mut sql = format!("{COLUMNS} WHERE seq > $1 AND seq <= $2");
        let mut number = 2;
        let mut next = || {
            number += 1;
            format!("${number}")
        };
        if filter.repository.is_some() {
            sql.push_str(&format!(" AND lower(repository) = {}", next()));
        }
        if !filter.names.is_empty() {
            let names: Vec<String> = filter.names.iter().map(|_| next()).collect();
            sql.push_str(&format!(" AND name IN ({})", names.join(", ")));
        }
        sql.push_str(&format!(" ORDER BY seq LIMIT {}", next()));
        let mut query = sqlx::query(AssertSqlSafe(sql)).bind(after).bind(newest);
        if let Some(repository) = &filter.repository {
            query = query.bind(repository.to_lowercase());
        }
        for name in &filter.names {
            query = query.bind(*name);
        }
        let query = query.bind(limit);
        let rows = self.pools().within(query.fetch_all(self.reader())).await?;
        let rows: Vec<EventRow> = rows.iter().map(event_row).collect::<Result<_, _>>()?;
        let is_full = i64::try_from(rows.len()).is_ok_and(|found| found >= limit);
        let looked = match rows.last().filter(|_| is_full) {
            Some(last) => last.seq,
            None => newest.max(after),
        };
        Ok((rows, looked))
    }

    /// The number of the newest event; 0 where there is none.
    pub async fn newest_event(&self) -> Result<i64, StoreError> {
        let query = sqlx::query("SELECT COALESCE(MAX(seq), 0) FROM event");
        let row = self.pools().within(query.fetch_one(self.reader())).await?;
        Ok(row.try_get(0)?)
    }

    /// The newest `limit` events of a task, oldest first.
    pub async fn task_events(
        &self,
        task: TaskKey,
        limit: i64,
    ) -> Result<Vec<EventRow>, StoreError> {
        let sql = AssertSqlSafe(format!(
            "{COLUMNS} WHERE task = $1 ORDER BY seq DESC LIMIT $2"
        ));
        let query = sqlx::query(sql).bind(task.to_string()).bind(limit);
        let rows = self.pools().within(query.fetch_all(self.reader())).await?;
        Ok(rows.iter().rev().map(event_row).collect::<Result<_, _>>()?)
    }
}
