//! The only way out, as the engine sees it: effects are added and withdrawn inside the transaction of a decision.
//!
//! An effect is open until it is closed, and closed once. Nothing here performs anything or decides whether to.

use sqlx::any::AnyRow;
use sqlx::{AnyConnection, AssertSqlSafe, Row};

use super::effect_result::EffectResult;
use super::error::malformed;
use super::inbox_row::task_key;
use super::packing::storable;
use crate::core::ids::{SessionId, TaskKey};

/// Something to do outside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewEffect {
    /// Unique for ever; adding the same id again changes nothing.
    pub id: String,
    /// The task that wants it.
    pub task: Option<TaskKey>,
    /// The session that wants it.
    pub session: Option<SessionId>,
    /// What to do, as the runner's dispatch word.
    pub kind: String,
    /// Effects of one lane share a limit.
    pub lane: String,
    /// Whether at most one effect of the lane runs at a time.
    pub serial: bool,
    /// Smaller goes first.
    pub rank: i64,
    /// Whether it creates content on GitHub (and counts against that limit).
    pub content: bool,
    /// An open, unclaimed effect with the same key is replaced instead of joined.
    pub coalesce: Option<String>,
    /// Not claimed earlier; epoch milliseconds.
    pub not_before: i64,
    /// For the runner, which gives up after so many.
    pub max_attempts: i64,
    /// Everything else, as JSON.
    pub body: String,
    /// Epoch milliseconds.
    pub created_at: i64,
}

/// What became of an added effect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Added {
    /// It is a row of its own.
    New,
    /// It replaced the body of the waiting effect with this id, which keeps its id and attempts.
    Coalesced {
        /// The id that stays.
        into: String,
    },
    /// An effect with this id was there already.
    Known,
}

/// What a withdrawal reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Withdrawn {
    /// Closed before anybody began.
    pub closed: u64,
    /// Begun already; their runner was asked to stop.
    pub asked: u64,
}

/// An effect in somebody's hands: the proof is `id` with `fence`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EffectRow {
    /// Its place in the outbox.
    pub seq: i64,
    /// Unique for ever.
    pub id: String,
    /// The task that wants it.
    pub task: Option<TaskKey>,
    /// The session that wants it.
    pub session: Option<SessionId>,
    /// What to do.
    pub kind: String,
    /// The lane it runs in.
    pub lane: String,
    /// Whether at most one effect of the lane runs at a time.
    pub serial: bool,
    /// Smaller goes first.
    pub rank: i64,
    /// Whether it creates content on GitHub.
    pub content: bool,
    /// Everything else, as JSON.
    pub body: String,
    /// How often it was claimed, this time included.
    pub attempts: i64,
    /// Give up after so many.
    pub max_attempts: i64,
    /// Grows with every claim; whoever holds an older number has lost it.
    pub fence: i64,
    /// Epoch milliseconds.
    pub created_at: i64,
    /// Whether it was withdrawn while somebody held it.
    pub cancel_requested: bool,
    /// What has happened to it since it was added, as JSON: for another try of it.
    pub so_far: Option<String>,
}

/// An effect as people look at it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EffectLook {
    /// The row.
    pub effect: EffectRow,
    /// Not claimed earlier; epoch milliseconds.
    pub not_before: i64,
    /// Who holds it.
    pub owner: Option<String>,
    /// Until when.
    pub lease_until: Option<i64>,
    /// When it was closed.
    pub closed_at: Option<i64>,
    /// How.
    pub result: Option<EffectResult>,
    /// Why it was closed so, or why it waits.
    pub why: Option<String>,
}

/// The columns [`effect_row`] reads.
pub(super) const COLUMNS: &str = "seq, id, task, session, kind, lane, serial, rank, content, body, attempts, \
    max_attempts, fence, created_at, cancel_requested, so_far";

pub(super) fn effect_row(row: &AnyRow) -> Result<EffectRow, sqlx::Error> {
    let session: Option<String> = row.try_get("session")?;
    let flag = |column: &str| row.try_get::<i64, _>(column).map(|found| found != 0);
    Ok(EffectRow {
        seq: row.try_get("seq")?,
        id: row.try_get("id")?,
        task: task_key(row)?,
        session: session
            .map(|text| text.parse().map_err(malformed))
            .transpose()?,
        kind: row.try_get("kind")?,
        lane: row.try_get("lane")?,
        serial: flag("serial")?,
        rank: row.try_get("rank")?,
        content: flag("content")?,
        body: row.try_get("body")?,
        attempts: row.try_get("attempts")?,
        max_attempts: row.try_get("max_attempts")?,
        fence: row.try_get("fence")?,
        created_at: row.try_get("created_at")?,
        cancel_requested: flag("cancel_requested")?,
        so_far: row.try_get("so_far")?,
    })
}

pub(super) fn effect_look(row: &AnyRow) -> Result<EffectLook, sqlx::Error> {
    let result: Option<String> = row.try_get("result")?;
    Ok(EffectLook {
        effect: effect_row(row)?,
        not_before: row.try_get("not_before")?,
        owner: row.try_get("owner")?,
        lease_until: row.try_get("lease_until")?,
        closed_at: row.try_get("closed_at")?,
        result: result.map(|name| EffectResult::stored(&name)).transpose()?,
        why: row.try_get("why")?,
    })
}

/// `$from, $from+1, …`: `count` placeholders.
pub(super) fn placeholders(from: usize, count: usize) -> String {
    (from..from + count)
        .map(|n| format!("${n}"))
        .collect::<Vec<_>>()
        .join(", ")
}

pub(super) async fn insert_effect(
    connection: &mut AnyConnection,
    new: &NewEffect,
) -> Result<Added, sqlx::Error> {
    let known = sqlx::query("SELECT 1 FROM effect WHERE id = $1").bind(new.id.as_str());
    if known.fetch_optional(&mut *connection).await?.is_some() {
        return Ok(Added::Known);
    }
    if let Some(key) = &new.coalesce
        && let Some(into) = replace_waiting(&mut *connection, key, new).await?
    {
        return Ok(Added::Coalesced { into });
    }
    let done = sqlx::query(
        "INSERT INTO effect (id, task, session, kind, lane, serial, rank, content, coalesce_key, not_before, \
         max_attempts, created_at, body, attempts, fence, cancel_requested) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, 0, 0, 0) ON CONFLICT (id) DO NOTHING",
    )
    .bind(new.id.as_str())
    .bind(new.task.map(|task| task.to_string()))
    .bind(new.session.as_ref().map(|session| session.as_str()))
    .bind(new.kind.as_str())
    .bind(new.lane.as_str())
    .bind(i64::from(new.serial))
    .bind(new.rank)
    .bind(i64::from(new.content))
    .bind(new.coalesce.as_deref())
    .bind(new.not_before)
    .bind(new.max_attempts)
    .bind(new.created_at)
    .bind(storable(&new.body).into_owned())
    .execute(connection)
    .await?;
    Ok(if done.rows_affected() == 1 {
        Added::New
    } else {
        Added::Known
    })
}

/// Replaces the newest waiting effect of the key. The waiting one keeps its id: what it may have begun earlier carries it.
async fn replace_waiting(
    connection: &mut AnyConnection,
    key: &str,
    new: &NewEffect,
) -> Result<Option<String>, sqlx::Error> {
    let row = sqlx::query(
        "UPDATE effect SET body = $2, session = $3, rank = $4, max_attempts = $5, lane = $7, serial = $8, content = $9, \
         not_before = CASE WHEN not_before < $6 THEN not_before ELSE $6 END \
         WHERE seq = (SELECT MAX(seq) FROM effect WHERE coalesce_key = $1 AND closed_at IS NULL AND owner IS NULL) \
         AND closed_at IS NULL AND owner IS NULL RETURNING id",
    )
    .bind(key)
    .bind(storable(&new.body).into_owned())
    .bind(new.session.as_ref().map(|session| session.as_str()))
    .bind(new.rank)
    .bind(new.max_attempts)
    .bind(new.not_before)
    .bind(new.lane.as_str())
    .bind(i64::from(new.serial))
    .bind(i64::from(new.content))
    .fetch_optional(connection)
    .await?;
    row.map(|row| row.try_get("id")).transpose()
}

/// Which effects to withdraw, and what to say about it.
#[derive(Debug, Clone, Copy)]
pub struct Withdrawal<'a> {
    /// The task whose effects they are.
    pub task: TaskKey,
    /// The kinds; an empty list reaches nothing.
    pub kinds: &'a [&'a str],
    /// Epoch milliseconds.
    pub now: i64,
    /// For whoever reads the row later.
    pub why: &'a str,
}

pub(super) async fn withdraw(
    connection: &mut AnyConnection,
    what: Withdrawal<'_>,
) -> Result<Withdrawn, sqlx::Error> {
    if what.kinds.is_empty() {
        return Ok(Withdrawn {
            closed: 0,
            asked: 0,
        });
    }
    let kinds = placeholders(4, what.kinds.len());
    let withdrawn = EffectResult::Withdrawn.name();
    // Unclaimed ones first: one that is claimed between the two statements is met by the second.
    let closing = format!(
        "UPDATE effect SET closed_at = $2, result = '{withdrawn}', why = $3 \
         WHERE task = $1 AND closed_at IS NULL AND owner IS NULL AND kind IN ({kinds})"
    );
    let asking = format!(
        "UPDATE effect SET cancel_requested = 1, not_before = CASE WHEN not_before < $2 THEN not_before ELSE $2 END, \
         why = $3 WHERE task = $1 AND closed_at IS NULL AND owner IS NOT NULL AND kind IN ({kinds})"
    );
    let mut reached = [0, 0];
    for (count, sql) in reached.iter_mut().zip([closing, asking]) {
        let mut query = sqlx::query(AssertSqlSafe(sql))
            .bind(what.task.to_string())
            .bind(what.now)
            .bind(what.why);
        for kind in what.kinds {
            query = query.bind(*kind);
        }
        *count = query.execute(&mut *connection).await?.rows_affected();
    }
    let [closed, asked] = reached;
    Ok(Withdrawn { closed, asked })
}

/// Writes down what has happened to a task's open effects of a kind since they were added.
pub(super) async fn note_so_far(
    connection: &mut AnyConnection,
    task: TaskKey,
    kind: &str,
    so_far: &str,
) -> Result<(), sqlx::Error> {
    let sql = "UPDATE effect SET so_far = $3 WHERE task = $1 AND kind = $2 AND closed_at IS NULL";
    sqlx::query(sql)
        .bind(task.to_string())
        .bind(kind)
        .bind(storable(so_far).into_owned())
        .execute(connection)
        .await?;
    Ok(())
}
