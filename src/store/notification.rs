//! What is to be sent to people and programs outside GitHub: a row for each, made of committed events, gone once somebody took it.
//!
//! Up to which event a target was looked after is written with the rows in one transaction, so that none is made twice and none is
//! missed. The number of rows of a target is bounded by whoever makes them; of those that were given up only the newest stay.

use sqlx::any::AnyRow;
use sqlx::{AnyConnection, AssertSqlSafe, ConnectOptions, Connection, Row};

use super::Store;
use super::connect::source;
use super::error::StoreError;
use super::inbox_row::{many_rows, pieces};
use super::outbox::placeholders;
use super::packing::storable;

/// So many that were given up are kept of each target.
const DEAD: i64 = 1_000;

/// Something to send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewNotification {
    /// The same whenever it is made.
    pub id: String,
    /// The number of the event it tells, or of the last one.
    pub event: i64,
    /// The event's name, or what it is instead.
    pub name: String,
    /// `owner/name`, for display.
    pub repository: Option<String>,
    /// The issue's number, for display.
    pub issue: Option<i64>,
    /// What it says, as JSON.
    pub body: String,
}

/// Something that waits to be sent, or was given up. Times are epoch milliseconds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotificationRow {
    /// Whom it is for.
    pub target: String,
    /// What it is.
    pub new: NewNotification,
    /// Since when.
    pub made_at: i64,
    /// When it is tried next.
    pub due_at: i64,
    /// How often it was tried.
    pub tries: i64,
    /// Whether it was given up.
    pub dead: bool,
    /// What the last try came to.
    pub error: Option<String>,
}

/// How things stand with a target. Times are epoch milliseconds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotifyTargetRow {
    /// The operator's name of it.
    pub name: String,
    /// Up to which event it was looked after.
    pub seen: i64,
    /// When its next digest is made.
    pub digest_at: i64,
    /// How many were sent.
    pub sent: i64,
    /// When the last was.
    pub sent_at: Option<i64>,
    /// Since when every try has failed.
    pub failing_since: Option<i64>,
    /// What the last failed try came to, until one succeeds.
    pub error: Option<String>,
    /// How many wait to be sent.
    pub waiting: i64,
    /// How many were given up.
    pub dead: i64,
}

/// What was found for a target.
#[derive(Debug, Clone, Copy)]
pub struct Noted<'a> {
    /// Which.
    pub target: &'a str,
    /// Up to which event was looked.
    pub seen: i64,
    /// When its next digest is made.
    pub digest_at: i64,
    /// Now, epoch milliseconds.
    pub now: i64,
    /// What is to be sent.
    pub new: &'a [NewNotification],
}

/// A try that failed.
#[derive(Debug, Clone, Copy)]
pub struct Failing<'a> {
    /// Now, epoch milliseconds.
    pub now: i64,
    /// When it is tried again.
    pub due_at: i64,
    /// What came of it, in words without secrets.
    pub error: &'a str,
    /// Whether it is given up.
    pub dead: bool,
}

/// Which of those that were given up are to be sent after all.
#[derive(Debug, Clone, Copy)]
pub enum Retried<'a> {
    /// This one.
    Id(&'a str),
    /// All of a target.
    Target(&'a str),
    /// All.
    All,
}

const COLUMNS: &str = "SELECT id, target, event, name, repository, issue, body, made_at, due_at, tries, dead, error FROM notification";

pub(super) const DUE: &str = "SELECT id, target, event, name, repository, issue, body, made_at, due_at, tries, dead, error \
    FROM notification WHERE target = $1 AND dead = 0 AND due_at <= $2 ORDER BY due_at, event LIMIT 1";

const TARGETS: &str = "SELECT name, seen, digest_at, sent, sent_at, failing_since, error, \
    (SELECT COUNT(*) FROM notification WHERE target = notify_target.name AND dead = 0) AS waiting, \
    (SELECT COUNT(*) FROM notification WHERE target = notify_target.name AND dead = 1) AS dead \
    FROM notify_target ORDER BY name";

fn row_of(row: &AnyRow) -> Result<NotificationRow, sqlx::Error> {
    Ok(NotificationRow {
        target: row.try_get("target")?,
        new: NewNotification {
            id: row.try_get("id")?,
            event: row.try_get("event")?,
            name: row.try_get("name")?,
            repository: row.try_get("repository")?,
            issue: row.try_get("issue")?,
            body: row.try_get("body")?,
        },
        made_at: row.try_get("made_at")?,
        due_at: row.try_get("due_at")?,
        tries: row.try_get("tries")?,
        dead: row.try_get::<i64, _>("dead")? != 0,
        error: row.try_get("error")?,
    })
}

fn target_of(row: &AnyRow) -> Result<NotifyTargetRow, sqlx::Error> {
    Ok(NotifyTargetRow {
        name: row.try_get("name")?,
        seen: row.try_get("seen")?,
        digest_at: row.try_get("digest_at")?,
        sent: row.try_get("sent")?,
        sent_at: row.try_get("sent_at")?,
        failing_since: row.try_get("failing_since")?,
        error: row.try_get("error")?,
        waiting: row.try_get("waiting")?,
        dead: row.try_get("dead")?,
    })
}

/// How things stand with the targets in a database that another skep may be at work on: nothing is set up, migrated or made. None where
/// it cannot be told.
pub async fn notify_targets_of(url: &str) -> Option<Vec<NotifyTargetRow>> {
    let mut connection = source(url).ok()?.connect().await.ok()?;
    let rows = sqlx::query(TARGETS).fetch_all(&mut connection).await;
    // It was only read.
    let _closed = connection.close().await;
    rows.ok()?
        .iter()
        .map(target_of)
        .collect::<Result<_, _>>()
        .ok()
}

impl Store {
    /// Begins to look after targets, each with its name and when its first digest is due, from the newest event on; what is kept of
    /// others goes. A digest that is due later than said comes sooner.
    pub async fn set_notify_targets(&self, targets: &[(&str, i64)]) -> Result<(), StoreError> {
        let mut writing = self.pools().begin().await?;
        let work = async {
            forget_others(&mut writing, targets).await?;
            for (name, digest_at) in targets {
                let sql = "INSERT INTO notify_target (name, seen, digest_at, sent) \
                    VALUES ($1, (SELECT COALESCE(MAX(seq), 0) FROM event), $2, 0) ON CONFLICT (name) DO UPDATE \
                    SET digest_at = CASE WHEN notify_target.digest_at > excluded.digest_at THEN excluded.digest_at \
                    ELSE notify_target.digest_at END";
                let query = sqlx::query(sql).bind(*name).bind(*digest_at);
                query.execute(&mut *writing).await?;
            }
            writing.commit().await?;
            Ok(())
        };
        self.pools().within(work).await
    }

    /// How things stand with every target, by name.
    pub async fn notify_targets(&self) -> Result<Vec<NotifyTargetRow>, StoreError> {
        let query = sqlx::query(TARGETS).fetch_all(self.reader());
        let rows = self.pools().within(query).await?;
        Ok(rows.iter().map(target_of).collect::<Result<_, _>>()?)
    }

    /// Writes down what a target is to be sent, and up to which event was looked: both or neither.
    pub async fn note_notifications(&self, noted: Noted<'_>) -> Result<(), StoreError> {
        let mut writing = self.pools().begin().await?;
        let work = async {
            let sql =
                "UPDATE notify_target SET seen = $2, digest_at = $3 WHERE name = $1 AND seen <= $2";
            let moved = sqlx::query(sql)
                .bind(noted.target)
                .bind(noted.seen)
                .bind(noted.digest_at)
                .execute(&mut *writing)
                .await?;
            if moved.rows_affected() == 1 {
                insert(&mut writing, &noted).await?;
            }
            writing.commit().await?;
            Ok(())
        };
        self.pools().within(work).await
    }

    /// What is to be sent to a target next, if anything is due.
    pub async fn due_notification(
        &self,
        target: &str,
        now: i64,
    ) -> Result<Option<NotificationRow>, StoreError> {
        let query = sqlx::query(DUE).bind(target).bind(now);
        let row = self
            .pools()
            .within(query.fetch_optional(self.reader()))
            .await?;
        Ok(row.as_ref().map(row_of).transpose()?)
    }

    /// When something is to be sent to a target next, epoch milliseconds, and how much waits.
    pub async fn next_notification(&self, target: &str) -> Result<(Option<i64>, i64), StoreError> {
        let sql = "SELECT MIN(due_at), COUNT(*) FROM notification WHERE target = $1 AND dead = 0";
        let query = sqlx::query(sql).bind(target).fetch_one(self.reader());
        let row = self.pools().within(query).await?;
        Ok((row.try_get(0)?, row.try_get(1)?))
    }

    /// It was taken: nothing of it stays but that it was.
    pub async fn notification_sent(
        &self,
        row: &NotificationRow,
        now: i64,
    ) -> Result<(), StoreError> {
        let mut writing = self.pools().begin().await?;
        let work = async {
            let gone = sqlx::query("DELETE FROM notification WHERE id = $1");
            gone.bind(row.new.id.as_str())
                .execute(&mut *writing)
                .await?;
            let sql = "UPDATE notify_target SET sent = sent + 1, sent_at = $2, failing_since = NULL, error = NULL WHERE name = $1";
            let told = sqlx::query(sql).bind(row.target.as_str()).bind(now);
            told.execute(&mut *writing).await?;
            writing.commit().await?;
            Ok(())
        };
        self.pools().within(work).await
    }

    /// A try failed.
    pub async fn notification_failed(
        &self,
        row: &NotificationRow,
        failing: Failing<'_>,
    ) -> Result<(), StoreError> {
        let mut writing = self.pools().begin().await?;
        let error = storable(failing.error).into_owned();
        let work = async {
            let sql = "UPDATE notification SET tries = tries + 1, due_at = $2, error = $3, dead = $4 WHERE id = $1";
            sqlx::query(sql)
                .bind(row.new.id.as_str())
                .bind(failing.due_at)
                .bind(error.as_str())
                .bind(i64::from(failing.dead))
                .execute(&mut *writing)
                .await?;
            let sql = "UPDATE notify_target SET failing_since = COALESCE(failing_since, $2), error = $3 WHERE name = $1";
            sqlx::query(sql)
                .bind(row.target.as_str())
                .bind(failing.now)
                .bind(error.as_str())
                .execute(&mut *writing)
                .await?;
            if failing.dead {
                let sql = "DELETE FROM notification WHERE target = $1 AND dead = 1 AND id NOT IN \
                    (SELECT id FROM notification WHERE target = $1 AND dead = 1 ORDER BY event DESC LIMIT $2)";
                let old = sqlx::query(sql).bind(row.target.as_str()).bind(DEAD);
                old.execute(&mut *writing).await?;
            }
            writing.commit().await?;
            Ok(())
        };
        self.pools().within(work).await
    }

    /// The newest `limit` that were given up, newest first.
    pub async fn dead_notifications(&self, limit: i64) -> Result<Vec<NotificationRow>, StoreError> {
        let sql = format!("{COLUMNS} WHERE dead = 1 ORDER BY event DESC, id LIMIT $1");
        let query = sqlx::query(AssertSqlSafe(sql)).bind(limit);
        let rows = self.pools().within(query.fetch_all(self.reader())).await?;
        Ok(rows.iter().map(row_of).collect::<Result<_, _>>()?)
    }

    /// Has what was given up sent after all, as if it had never been tried; how many those were.
    pub async fn retry_notifications(
        &self,
        which: Retried<'_>,
        now: i64,
    ) -> Result<u64, StoreError> {
        const AGAIN: &str =
            "UPDATE notification SET dead = 0, tries = 0, due_at = $1 WHERE dead = 1";
        let query = match which {
            Retried::Id(id) => sqlx::query(AssertSqlSafe(format!("{AGAIN} AND id = $2")))
                .bind(now)
                .bind(id.to_owned()),
            Retried::Target(target) => {
                sqlx::query(AssertSqlSafe(format!("{AGAIN} AND target = $2")))
                    .bind(now)
                    .bind(target.to_owned())
            }
            Retried::All => sqlx::query(AGAIN).bind(now),
        };
        let done = self.pools().within(query.execute(self.writer())).await?;
        Ok(done.rows_affected())
    }
}

/// Lets go of targets that are not named any more, and of what waits for them.
async fn forget_others(
    connection: &mut AnyConnection,
    targets: &[(&str, i64)],
) -> Result<(), sqlx::Error> {
    for (table, column) in [("notification", "target"), ("notify_target", "name")] {
        let kept = match targets.len() {
            0 => String::new(),
            count => format!(" WHERE {column} NOT IN ({})", placeholders(1, count)),
        };
        let sql = format!("DELETE FROM {table}{kept}");
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for (name, _) in targets {
            query = query.bind((*name).to_owned());
        }
        query.execute(&mut *connection).await?;
    }
    Ok(())
}

async fn insert(connection: &mut AnyConnection, noted: &Noted<'_>) -> Result<(), sqlx::Error> {
    for some in pieces(noted.new, 64) {
        let head = "INSERT INTO notification (id, target, event, name, repository, issue, body, made_at, due_at, tries, dead)";
        let mut sql = many_rows(connection, head, 11, some.len());
        sql.push_str(" ON CONFLICT (id) DO NOTHING");
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for new in some {
            query = query
                .bind(new.id.as_str())
                .bind(noted.target)
                .bind(new.event)
                .bind(new.name.as_str())
                .bind(new.repository.as_deref())
                .bind(new.issue)
                .bind(storable(&new.body).into_owned())
                .bind(noted.now)
                .bind(noted.now)
                .bind(0_i64)
                .bind(0_i64);
        }
        query.execute(&mut *connection).await?;
    }
    Ok(())
}
