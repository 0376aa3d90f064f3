//! The time between a backup and the moment it was put back: what was done then nobody wrote down.
//!
//! Numbers that were given in it must never be given again: marks in comments, facts and readers' positions are made of them, and one number
//! would name two things. And for a while, whoever makes something looks whether it was made then.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sqlx::{AnyConnection, Connection};

use super::{back_up, fill, unhurried};
use crate::store::connect::{self, sqlite_url};
use crate::store::{Store, StoreError, meta, sqlite_file};

/// Under this key it is remembered.
const KEY: &str = "lost-time";
/// So long after a restore it is looked for what was made in the lost time, milliseconds: a week.
const LOOKED_FOR: i64 = 7 * 24 * 3_600_000;

/// From the backup to the restore, epoch milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct LostTime {
    /// When the backup was made.
    pub since: i64,
    /// When it was put back.
    pub until: i64,
}

impl LostTime {
    /// Whether what is made at `now` may have been made in it already.
    pub fn is_looked_for(&self, now: i64) -> bool {
        now < self.until.saturating_add(LOOKED_FOR)
    }
}

/// Puts the backup at `from` back into the empty database at `url`, by way of a new file at `coming`, and notes the time that was lost.
///
/// # Errors
/// The database is not empty, another skep works on it, or it cannot be written.
pub async fn restore(
    from: &Path,
    coming: &Path,
    url: &str,
    lost: LostTime,
) -> Result<(), StoreError> {
    let absolute = std::path::absolute(from)
        .map_err(|error| StoreError::Unavailable(format!("{}: {error}", from.display())))?;
    back_up(&sqlite_url(&absolute)?, coming).await?;
    // An older backup is brought up to date here, the backup itself stays as it is.
    Store::open(&sqlite_url(coming)?).await?.close().await;
    lose(coming, lost).await?;
    match url.strip_prefix("sqlite://") {
        Some(_) => back_up(&sqlite_url(coming)?, &sqlite_file(url)?).await?,
        None => fill(coming, url).await?,
    };
    for left in ["", "-wal", "-shm"] {
        let mut path = coming.as_os_str().to_owned();
        path.push(left);
        let _is_gone = std::fs::remove_file(PathBuf::from(path));
    }
    Ok(())
}

/// Notes the lost time in a file that nobody works with yet, and lets every counter go on from the clock: more than a thousand rows a
/// second would have had to be written all along for a number to come twice, also when the same backup is put back again.
async fn lose(file: &Path, lost: LostTime) -> Result<(), StoreError> {
    let mut connection = unhurried(&connect::source(&sqlite_url(file)?)?).await?;
    let mut writing = connection.begin().await?;
    note(&mut writing, lost).await?;
    writing.commit().await?;
    connection.close().await?;
    Ok(())
}

async fn note(writing: &mut AnyConnection, lost: LostTime) -> Result<(), StoreError> {
    // A table with such a key has a line here from its first row on; one without gets its line.
    let counters =
        "SELECT name FROM sqlite_master WHERE type = 'table' AND sql LIKE '%AUTOINCREMENT%'";
    let steps = [
        format!("UPDATE sqlite_sequence SET seq = $1 WHERE seq < $1 AND name IN ({counters})"),
        format!(
            "INSERT INTO sqlite_sequence (name, seq) SELECT name, $1 FROM ({counters}) \
             WHERE name NOT IN (SELECT name FROM sqlite_sequence)"
        ),
    ];
    for sql in steps {
        sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(lost.until)
            .execute(&mut *writing)
            .await?;
    }
    let text =
        serde_json::to_string(&lost).map_err(|error| StoreError::Other(error.to_string()))?;
    meta::put(writing, KEY, &text).await?;
    Ok(())
}

impl Store {
    /// The lost time of the last restore, if there was one.
    ///
    /// # Errors
    /// The database does not answer, or what it remembers is not readable.
    pub async fn lost_time(&self) -> Result<Option<LostTime>, StoreError> {
        let noted = self.meta(KEY).await?;
        let read = |text: String| {
            serde_json::from_str(&text)
                .map_err(|error| StoreError::Corrupt(format!("{KEY}: {error}")))
        };
        noted.map(read).transpose()
    }
}
