//! A fact as a row, and the statements that write and read such rows. A row's body lives in its own table: marking a row
//! handled must not write 20 KB again, and pruning empties bodies but keeps ids.

use std::borrow::Cow;
use std::collections::HashMap;

use sqlx::any::AnyRow;
use sqlx::{AnyConnection, AssertSqlSafe, Row};

use super::error::malformed;
use super::inbox_kind::InboxKind;
use super::packing;
use crate::core::ids::TaskKey;

/// A fact on its way in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewInbox {
    /// Unique for ever: `webhook:<guid>`, `outcome:<effect>:<fence>`, …
    pub id: String,
    /// Where it came from.
    pub kind: InboxKind,
    /// What it is, within its kind: `issues.labeled`, …
    pub name: String,
    /// The task it belongs to, when that is known already.
    pub task: Option<TaskKey>,
    /// The content. NUL characters, which Postgres cannot hold, are stored as U+FFFD.
    pub body: String,
    /// Epoch milliseconds.
    pub received_at: i64,
}

/// A delivery that concerns nobody: its id is kept, so that it is taken once, and why; its body is not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IgnoredDelivery {
    /// Unique for ever: `webhook:<guid>`.
    pub id: String,
    /// The webhook's event.
    pub name: String,
    /// Why it concerns nobody, one line.
    pub reason: String,
    /// Epoch milliseconds.
    pub received_at: i64,
}

/// A fact whose body is as the database holds it.
pub(super) struct Ready {
    pub(super) fact: NewInbox,
    /// What it came to, for one that nobody has to handle.
    pub(super) result: Option<String>,
}

impl Ready {
    pub(super) fn of(mut fact: NewInbox) -> Self {
        if let Cow::Owned(packed) = packing::pack(&fact.body) {
            fact.body = packed;
        }
        Self { fact, result: None }
    }

    pub(super) fn ignored(delivery: IgnoredDelivery) -> Self {
        Self {
            fact: NewInbox {
                id: delivery.id,
                kind: InboxKind::Webhook,
                name: delivery.name,
                task: None,
                body: String::new(),
                received_at: delivery.received_at,
            },
            result: Some(packing::storable(&delivery.reason).into_owned()),
        }
    }
}

/// What became of an accepted row. Either way it is durable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Accepted {
    /// It was not known before.
    New {
        /// Its place in the inbox.
        seq: i64,
    },
    /// A row with this id was there already.
    Duplicate,
}

/// A stored fact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InboxRow {
    /// Its place in the inbox.
    pub seq: i64,
    /// Unique for ever.
    pub id: String,
    /// Where it came from.
    pub kind: InboxKind,
    /// What it is, within its kind.
    pub name: String,
    /// The task it belongs to, when that was known at arrival.
    pub task: Option<TaskKey>,
    /// The content; empty after pruning and in listings that say so.
    pub body: String,
    /// Epoch milliseconds.
    pub received_at: i64,
    /// When the engine was done with it.
    pub handled_at: Option<i64>,
    /// What the engine said about it.
    pub result: Option<String>,
}

pub(super) fn inbox_row(row: &AnyRow) -> Result<InboxRow, sqlx::Error> {
    Ok(InboxRow {
        seq: row.try_get("seq")?,
        id: row.try_get("id")?,
        kind: InboxKind::stored(row.try_get("kind")?)?,
        name: row.try_get("name")?,
        task: task_key(row)?,
        body: packing::unpack(row.try_get("body")?)
            .map_err(|error| sqlx::Error::Decode(Box::new(error)))?,
        received_at: row.try_get("received_at")?,
        handled_at: row.try_get("handled_at")?,
        result: row.try_get("result")?,
    })
}

/// Reads the optional column `task`.
pub(super) fn task_key(row: &AnyRow) -> Result<Option<TaskKey>, sqlx::Error> {
    let text: Option<String> = row.try_get("task")?;
    text.map(|text| text.parse().map_err(malformed)).transpose()
}

/// `head VALUES ($1, …), (…)`, to be followed by more: one statement for many rows. SQLite gets nameless `?`: it keeps `$1` as a
/// name, and looks through all names for each, so that the time would grow with the square of their number.
pub(super) fn many_rows(
    connection: &AnyConnection,
    head: &str,
    columns: usize,
    rows: usize,
) -> String {
    let numbered = connection.backend_name() != "SQLite";
    let mut sql = String::with_capacity(head.len() + rows * columns * 6 + 128);
    sql.push_str(head);
    sql.push_str(" VALUES ");
    for row in 0..rows {
        sql.push_str(if row == 0 { "(" } else { ", (" });
        for column in 1..=columns {
            sql.push_str(if column == 1 { "" } else { ", " });
            if numbered {
                sql.push('$');
                sql.push_str(&(row * columns + column).to_string());
            } else {
                sql.push('?');
            }
        }
        sql.push(')');
    }
    sql
}

/// `many` in pieces whose lengths are powers of two, of at most `most` (one itself): few different statements, so that they
/// stay prepared, and none with more placeholders than a database takes.
pub(super) fn pieces<T>(mut many: &[T], most: usize) -> impl Iterator<Item = &[T]> {
    std::iter::from_fn(move || {
        let length = 1 << many.len().min(most).checked_ilog2()?;
        let (piece, rest) = many.split_at(length);
        many = rest;
        Some(piece)
    })
}

/// That the engine is done with a row.
#[derive(Debug)]
pub(super) struct Handled {
    pub seq: i64,
    /// Epoch milliseconds.
    pub at: i64,
    pub result: String,
    pub keeps_body: bool,
}

/// Marks rows as handled, each by its first mark, and none that is marked already.
pub(super) async fn mark_handled(
    connection: &mut AnyConnection,
    mut marks: Vec<Handled>,
) -> Result<(), sqlx::Error> {
    marks.sort_by_key(|mark| mark.seq);
    marks.dedup_by_key(|mark| mark.seq);
    for some in pieces(&marks, 256) {
        // Both databases call the columns of nameless values so.
        let tail = ") AS mark WHERE inbox.seq = mark.column1 AND inbox.handled_at IS NULL";
        let head = "UPDATE inbox SET handled_at = mark.column2, result = mark.column3 FROM (";
        let mut query = sqlx::query(AssertSqlSafe(
            many_rows(connection, head, 3, some.len()) + tail,
        ));
        for mark in some {
            query = query
                .bind(mark.seq)
                .bind(mark.at)
                .bind(packing::storable(&mark.result).into_owned());
        }
        query.execute(&mut *connection).await?;
    }
    let ignored: Vec<i64> = marks
        .iter()
        .filter(|mark| !mark.keeps_body)
        .map(|mark| mark.seq)
        .collect();
    for some in pieces(&ignored, 256) {
        let head = "DELETE FROM inbox_body WHERE seq IN (SELECT column1 FROM (";
        let mut query = sqlx::query(AssertSqlSafe(
            many_rows(connection, head, 1, some.len()) + ") AS mark)",
        ));
        for seq in some {
            query = query.bind(*seq);
        }
        query.execute(&mut *connection).await?;
    }
    Ok(())
}

/// So many rows, or a few more: one of few sizes, so that their statements stay prepared.
fn room(rows: usize) -> usize {
    let whole = rows.next_power_of_two();
    if rows <= whole / 4 * 3 {
        whole / 4 * 3
    } else {
        whole
    }
}

/// Writes up to a few hundred rows and says for each whether it was new. Where none of them has a body it is one statement.
pub(super) async fn insert_inbox(
    connection: &mut AnyConnection,
    rows: &[Ready],
) -> Result<Vec<Accepted>, sqlx::Error> {
    let head = "INSERT INTO inbox (id, kind, name, task, received_at, handled_at, result)";
    let sql = many_rows(connection, head, 7, room(rows.len()));
    let tail = " ON CONFLICT (id) DO NOTHING RETURNING seq, id";
    let mut query = sqlx::query(AssertSqlSafe(sql + tail));
    // The room that is left is filled with what is there by then.
    let last = rows.last().into_iter().cycle();
    for Ready { fact: row, result } in rows.iter().chain(last).take(room(rows.len())) {
        query = query
            .bind(row.id.as_str())
            .bind(row.kind.name())
            .bind(row.name.as_str())
            .bind(row.task.map(|task| task.to_string()))
            .bind(row.received_at)
            .bind(result.as_ref().map(|_| row.received_at))
            .bind(result.as_deref());
    }
    let mut fresh = HashMap::new();
    for row in query.fetch_all(&mut *connection).await? {
        fresh.insert(
            row.try_get::<String, _>("id")?,
            row.try_get::<i64, _>("seq")?,
        );
    }
    let mut answers = Vec::with_capacity(rows.len());
    let mut bodies = Vec::with_capacity(fresh.len());
    for Ready { fact: row, result } in rows {
        // The same id twice in one statement: the first is the new one.
        match fresh.remove(&row.id) {
            Some(seq) => {
                if result.is_none() {
                    bodies.push((seq, row.body.as_str()));
                }
                answers.push(Accepted::New { seq });
            }
            None => answers.push(Accepted::Duplicate),
        }
    }
    insert_bodies(connection, bodies).await?;
    Ok(answers)
}

async fn insert_bodies(
    connection: &mut AnyConnection,
    bodies: Vec<(i64, &str)>,
) -> Result<(), sqlx::Error> {
    if bodies.is_empty() {
        return Ok(());
    }
    let mut query = sqlx::query(AssertSqlSafe(many_rows(
        connection,
        "INSERT INTO inbox_body (seq, body)",
        2,
        bodies.len(),
    )));
    for (seq, body) in bodies {
        query = query.bind(seq).bind(body);
    }
    query.execute(connection).await?;
    Ok(())
}

pub(super) const WITH_BODY: &str = "SELECT i.seq, i.id, i.kind, i.name, i.task, COALESCE(b.body, '') AS body, i.received_at, \
    i.handled_at, i.result FROM inbox i LEFT JOIN inbox_body b ON b.seq = i.seq";
pub(super) const WITHOUT_BODY: &str =
    "SELECT seq, id, kind, name, task, '' AS body, received_at, handled_at, result FROM inbox";

pub(super) fn unhandled_sql() -> String {
    format!("{WITH_BODY} WHERE i.handled_at IS NULL ORDER BY i.seq LIMIT $1")
}
