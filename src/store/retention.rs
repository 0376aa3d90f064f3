//! What was kept long enough goes, a step at a time: no step holds the writer for longer than a few thousand small rows take,
//! so that a delivery that comes in meanwhile waits for milliseconds.
//!
//! It must never let go of an id that a repetition could still come under (of a delivery that led to something, of a fact
//! the sweep stated), of a task's own row (its version makes further ids unique), or of anything that is still open.

use sqlx::{AnyConnection, AssertSqlSafe, Row};

use super::Store;
use super::connect::Writing;
use super::error::StoreError;
use super::outbox::placeholders;
use super::{meta, task};
use crate::core::ids::{SessionId, TaskKey};

/// Rows of the inbox that one step looks at.
const INBOX_STEP: i64 = 1_000;
/// Lines of the log that one step removes.
const LOG_STEP: i64 = 5_000;
/// Up to which row the inbox was pruned.
const PRUNED: &str = "inbox-pruned";

/// What one step came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pruned {
    /// So many rows are gone.
    pub rows: u64,
    /// Another step may find more.
    pub more: bool,
}

/// The states in which work on a task is over; in review it is not.
const OVER: [&str; 5] = ["idle", "refused", "done", "failed", "cancelled"];

/// What is kept of a task beside its own row: nothing (0), a past, or one whose forgetting has begun. Whoever writes a task
/// gives it a past again, so that a forgetting under way ends.
const HAS_PAST: i64 = 1;
const FORGETTING: i64 = 2;

pub(super) const PAST: &str = "SELECT key FROM task WHERE state = $1 AND past = $4 AND updated_at < $2 \
    ORDER BY updated_at, key LIMIT $3";

impl Store {
    /// One step through the inbox, oldest first, up to what is not handled or was handled from `before` to `now` (epoch
    /// milliseconds): bodies go, and deliveries that concerned nobody go whole. Of the others the ids stay for ever: told
    /// again, such a delivery must count once. A row that a clock gone wrong has put after `now` is as old as those behind it.
    pub async fn prune_inbox(&self, before: i64, now: i64) -> Result<Pruned, StoreError> {
        let mut writing = self.pools().begin().await?;
        let work = async {
            let done = prune_inbox(&mut writing, before, now).await?;
            writing.commit().await?;
            Ok(done)
        };
        self.pools().within(work).await
    }

    /// One step: lines of the session logs older than `before` (epoch milliseconds).
    pub async fn prune_log(&self, before: i64) -> Result<Pruned, StoreError> {
        let sql = "DELETE FROM session_log WHERE seq IN \
                   (SELECT seq FROM session_log WHERE at < $1 ORDER BY at LIMIT $2)";
        let query = sqlx::query(sql).bind(before).bind(LOG_STEP);
        let done = self.pools().within(query.execute(self.writer())).await?;
        Ok(log_step(done.rows_affected()))
    }

    /// One step: lines of one session's log, whatever their age.
    pub async fn prune_log_of(&self, session: &SessionId) -> Result<Pruned, StoreError> {
        let sql = "DELETE FROM session_log WHERE seq IN \
                   (SELECT seq FROM session_log WHERE session = $1 ORDER BY seq LIMIT $2)";
        let query = sqlx::query(sql).bind(session.as_str()).bind(LOG_STEP);
        let done = self.pools().within(query.execute(self.writer())).await?;
        Ok(log_step(done.rows_affected()))
    }

    /// Tasks on which work is over (at most `limit` of each such state, oldest change first), that have not changed since
    /// `before` (epoch milliseconds), and of whose past something is kept: first those whose forgetting was cut short.
    pub async fn past_tasks(&self, before: i64, limit: i64) -> Result<Vec<TaskKey>, StoreError> {
        let mut keys = Vec::new();
        for past in [FORGETTING, HAS_PAST] {
            for state in OVER {
                let query = sqlx::query(PAST).bind(state).bind(before).bind(limit);
                let query = query.bind(past);
                let rows = self.pools().within(query.fetch_all(self.reader())).await?;
                for row in &rows {
                    keys.push(task::key_of(row)?);
                }
            }
        }
        Ok(keys)
    }

    /// Begins to forget a task's past, or asks whether that may go on. False when the task is not as [`Store::past_tasks`] saw
    /// it any more: then nothing of it may be removed.
    pub async fn begin_forgetting(&self, key: TaskKey, before: i64) -> Result<bool, StoreError> {
        let work = async {
            let mut connection = self.writer().acquire().await?;
            let begin = Mark {
                from: [HAS_PAST, FORGETTING],
                to: FORGETTING,
            };
            mark_past(&mut connection, key, before, begin).await
        };
        self.pools().within(work).await
    }

    /// Lets go of a task's past: its events, closed effects, what was told of them, and its sessions' rows, but for those by
    /// which a pull request finds its task. False when nobody has begun to, or the task has changed since.
    pub async fn forget_past(&self, key: TaskKey, before: i64) -> Result<bool, StoreError> {
        let mut writing = self.pools().begin().await?;
        let work = async {
            let is_past = forget_past(&mut writing, key, before).await?;
            writing.commit().await?;
            Ok(is_past)
        };
        self.pools().within(work).await
    }
}

fn log_step(rows: u64) -> Pruned {
    Pruned {
        rows,
        more: rows >= LOG_STEP.unsigned_abs(),
    }
}

async fn prune_inbox(writing: &mut Writing, before: i64, now: i64) -> Result<Pruned, sqlx::Error> {
    let from: i64 = meta::get(&mut *writing, PRUNED)
        .await?
        .and_then(|text| text.parse().ok())
        .unwrap_or_default();
    let sql = "SELECT seq, handled_at FROM inbox WHERE seq > $1 ORDER BY seq LIMIT $2";
    let rows = sqlx::query(sql)
        .bind(from)
        .bind(INBOX_STEP)
        .fetch_all(&mut **writing)
        .await?;
    let mut to = from;
    for row in &rows {
        let handled: Option<i64> = row.try_get(1)?;
        if handled.is_none_or(|at| (before..=now).contains(&at)) {
            break;
        }
        if handled.is_some_and(|at| at < before) {
            to = row.try_get(0)?;
        }
    }
    let last = rows.last().map_or(Ok(from), |row| row.try_get(0))?;
    if to == from {
        return Ok(Pruned {
            rows: 0,
            more: false,
        });
    }
    // A missing body does not tell that a delivery concerned nobody: older versions took those of all others as well.
    let steps = [
        "DELETE FROM inbox WHERE seq > $1 AND seq <= $2 AND kind = 'webhook' AND handled_at IS NOT NULL \
         AND substr(result, 1, 8) = 'ignored:' \
         AND NOT EXISTS (SELECT 1 FROM inbox_body WHERE inbox_body.seq = inbox.seq)",
        "DELETE FROM inbox_body WHERE seq > $1 AND seq <= $2",
    ];
    let mut gone = 0;
    for sql in steps {
        let query = sqlx::query(sql).bind(from).bind(to);
        gone += query.execute(&mut **writing).await?.rows_affected();
    }
    meta::put(&mut *writing, PRUNED, &to.to_string()).await?;
    Ok(Pruned {
        rows: gone,
        more: to >= last && rows.len() as i64 == INBOX_STEP,
    })
}

/// Which marks become which.
struct Mark {
    from: [i64; 2],
    to: i64,
}

/// Marks a task that is still over and unchanged since `before`; false when it is not.
async fn mark_past(
    connection: &mut AnyConnection,
    key: TaskKey,
    before: i64,
    Mark {
        from: [one, other],
        to,
    }: Mark,
) -> Result<bool, sqlx::Error> {
    let over = placeholders(6, OVER.len());
    let sql = format!(
        "UPDATE task SET past = $3 WHERE key = $1 AND updated_at < $2 AND past IN ($4, $5) AND state IN ({over})"
    );
    let mut mark = sqlx::query(AssertSqlSafe(sql))
        .bind(key.to_string())
        .bind(before)
        .bind(to)
        .bind(one)
        .bind(other);
    for state in OVER {
        mark = mark.bind(state);
    }
    Ok(mark.execute(connection).await?.rows_affected() == 1)
}

async fn forget_past(
    connection: &mut AnyConnection,
    key: TaskKey,
    before: i64,
) -> Result<bool, sqlx::Error> {
    let end = Mark {
        from: [FORGETTING; 2],
        to: 0,
    };
    if !mark_past(&mut *connection, key, before, end).await? {
        return Ok(false);
    }
    // What the sweep stated stays: it would find the same again.
    let told = "kind IN ('outcome', 'agent', 'schedule') AND handled_at IS NOT NULL";
    let steps = [
        "DELETE FROM event WHERE task = $1".to_owned(),
        "DELETE FROM effect WHERE task = $1 AND closed_at IS NOT NULL".to_owned(),
        format!(
            "DELETE FROM inbox_body WHERE seq IN (SELECT seq FROM inbox WHERE task = $1 AND {told})"
        ),
        format!("DELETE FROM inbox WHERE task = $1 AND {told}"),
        "DELETE FROM session WHERE task = $1 AND live = 0 AND pull IS NULL".to_owned(),
    ];
    for sql in steps {
        sqlx::query(AssertSqlSafe(sql))
            .bind(key.to_string())
            .execute(&mut *connection)
            .await?;
    }
    Ok(true)
}
