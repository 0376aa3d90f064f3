//! Moves what SQLite wrote ahead into the database file, beside the writer instead of in its way, and keeps the log (the
//! file `-wal`) small: at most about [`LOG_BYTES`], and nothing while nobody writes.
//!
//! It only ever moves what is durable already, and waits for nobody: who writes goes first, and the next round tries again.
//! When it cannot keep up, the writer's own checkpoint (at [`super::connect::LOG_BYTES_AT_MOST`]) bounds the log.

use std::time::Duration;

use sqlx::{AnyConnection, AnyPool, AssertSqlSafe, Row};
use tokio::time::MissedTickBehavior;
use tokio_util::sync::CancellationToken;

use super::Complaint;
use super::connect::LOG_BYTES;

/// Often enough that little is left for the writer, seldom enough that pages written repeatedly are moved once.
const EVERY: Duration = Duration::from_millis(500);
/// How long a gap between two commits, and one between readers, is waited for.
const GAP_MS: i64 = 10;

/// What SQLite says of its log. <https://www.sqlite.org/pragma.html#pragma_wal_checkpoint>
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Log {
    /// Pages in it.
    pages: i64,
    /// Of these, how many are in the database file as well.
    moved: i64,
}

/// Checkpoints until `closing`. When nothing was written there is nothing to move, and the disk is left alone.
pub(super) async fn keep(reader: AnyPool, closing: CancellationToken) {
    let mut clock = tokio::time::interval(EVERY);
    clock.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let (trouble, mut before) = (Complaint::default(), None);
    loop {
        tokio::select! {
            () = closing.cancelled() => return,
            _ = clock.tick() => {}
        }
        match round(&reader, before).await {
            Ok(log) => before = Some(log),
            Err(error) => trouble.say(
                "could not move the log into the database",
                &super::StoreError::from(error),
            ),
        }
    }
}

/// One round; `before` is what the last one saw.
///
/// A log that is merely moved goes on growing: SQLite begins it again only when a write finds all of it moved, and under
/// steady writing none does. So one that has grown is begun again here, in a gap between two commits, and one that nobody
/// writes to is cut.
async fn round(reader: &AnyPool, before: Option<Log>) -> Result<Log, sqlx::Error> {
    let mut connection = reader.acquire().await?;
    // PASSIVE waits for nobody.
    let log = checkpoint(&mut connection, "PRAGMA wal_checkpoint(PASSIVE)").await?;
    let page = number(&mut connection, "PRAGMA page_size").await?;
    let grown = log.pages * page > LOG_BYTES as i64;
    let at_rest = log.pages > 0 && before == Some(log);
    let wanted = match (at_rest, grown) {
        (true, _) => "PRAGMA wal_checkpoint(TRUNCATE)",
        (false, true) => "PRAGMA wal_checkpoint(RESTART)",
        (false, false) => return Ok(log),
    };
    // The writer waits while this waits for a reader, so it does not wait as long as others do.
    let patience = number(&mut connection, "PRAGMA busy_timeout").await?;
    set_patience(&mut connection, GAP_MS).await?;
    let done = checkpoint(&mut connection, wanted).await;
    set_patience(&mut connection, patience).await?;
    done
}

async fn number(connection: &mut AnyConnection, sql: &'static str) -> Result<i64, sqlx::Error> {
    sqlx::query(sql).fetch_one(connection).await?.try_get(0)
}

async fn set_patience(
    connection: &mut AnyConnection,
    milliseconds: i64,
) -> Result<(), sqlx::Error> {
    let sql = AssertSqlSafe(format!("PRAGMA busy_timeout = {milliseconds}"));
    sqlx::query(sql).fetch_all(connection).await.map(drop)
}

async fn checkpoint(connection: &mut AnyConnection, how: &'static str) -> Result<Log, sqlx::Error> {
    let row = sqlx::query(how).fetch_one(connection).await?;
    Ok(Log {
        pages: row.try_get(1)?,
        moved: row.try_get(2)?,
    })
}

#[cfg(test)]
mod tests {
    use super::super::connect::{Pools, Tuning, connect, sqlite_url};
    use super::*;

    /// A database with a log of this many bytes at least, and nobody else who checkpoints.
    async fn with_log(folder: &std::path::Path, bytes: u64) -> Pools {
        let url = sqlite_url(&folder.join("skep.db")).expect("an absolute path");
        let pools = connect(&url, &Tuning::default()).await.expect("a database");
        write(&pools, "CREATE TABLE pile (body TEXT)").await;
        while log_size(folder) < bytes {
            let sql = "INSERT INTO pile VALUES (hex(randomblob(500000)))";
            write(&pools, sql).await;
        }
        pools
    }

    async fn write(pools: &Pools, sql: &'static str) {
        sqlx::query(sql)
            .execute(&pools.writer)
            .await
            .expect("written");
    }

    fn log_size(folder: &std::path::Path) -> u64 {
        std::fs::metadata(folder.join("skep.db-wal")).map_or(0, |file| file.len())
    }

    #[tokio::test]
    async fn a_log_that_has_grown_is_begun_again_and_cut_to_its_measure() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let pools = with_log(folder.path(), 3 * LOG_BYTES).await;
        let log = round(&pools.reader, None).await.expect("a round");
        assert_eq!(log.moved, log.pages, "all of it is in the database");
        write(&pools, "INSERT INTO pile VALUES ('one more')").await;
        assert!(log_size(folder.path()) <= LOG_BYTES);
    }

    #[tokio::test]
    async fn nothing_stays_of_a_log_at_rest_and_patience_is_as_before() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let pools = with_log(folder.path(), LOG_BYTES / 8).await;
        let first = round(&pools.reader, None).await.expect("a round");
        assert!(log_size(folder.path()) > 0, "who writes may write again");
        let second = round(&pools.reader, Some(first)).await.expect("a round");
        assert_eq!((second.pages, log_size(folder.path())), (0, 0));
        let (patience,): (i64,) = sqlx::query_as("PRAGMA busy_timeout")
            .fetch_one(&pools.reader)
            .await
            .expect("a number");
        assert_eq!(patience, 5_000);
    }

    #[tokio::test]
    async fn a_reader_that_stays_is_not_waited_for() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let pools = with_log(folder.path(), 2 * LOG_BYTES).await;
        let mut reading = pools.reader.begin().await.expect("a reader");
        let look = "SELECT COUNT(*) FROM pile";
        sqlx::query(look)
            .fetch_one(&mut *reading)
            .await
            .expect("a count");
        write(&pools, "INSERT INTO pile VALUES ('later')").await;
        let log = round(&pools.reader, None).await.expect("no error");
        assert!(
            log.moved < log.pages,
            "what the reader does not see yet waits"
        );
        reading.rollback().await.expect("the end of reading");
        let log = round(&pools.reader, Some(log)).await.expect("a round");
        assert_eq!(log.moved, log.pages, "then all of it goes");
        let log = round(&pools.reader, Some(log)).await.expect("a round");
        assert_eq!((log.pages, log_size(folder.path())), (0, 0));
    }
}
