//! All of a database in another one, of either kind: a backup of it, a restore from that, a move from SQLite to Postgres.
//!
//! It reads one snapshot: what is written meanwhile is in the copy whole or not at all, and whoever writes is not held up.
//! It must never write where something is already, never change what it reads, and never call a copy done whose rows it has not counted.

mod lost_time;
mod table;

use std::path::Path;

use sqlx::any::AnyConnectOptions;
use sqlx::{AnyConnection, AssertSqlSafe, ConnectOptions, Connection, Row};

use super::Store;
use super::connect::{self, Backend, Tuning, sqlite_url};
use super::error::StoreError;
use super::migration;
use crate::core::text::backup as says;

pub use lost_time::{LostTime, restore};
pub use table::Rows;

/// Copies the database at `url`, which may be in use, into a new SQLite file that nobody but its owner may read.
///
/// # Errors
/// There is such a file already; the database is of another skep (Postgres only); the file does not hold what was read.
pub async fn back_up(url: &str, file: &Path) -> Result<Rows, StoreError> {
    new_file(file)?;
    let options = connect::source(url)?;
    let mut from = unhurried(&options).await?;
    let rows = match backend(url) {
        Backend::Sqlite => {
            let path = file
                .to_str()
                .ok_or_else(|| StoreError::Other(says::NOT_A_NAME.to_owned()))?;
            sqlx::query("VACUUM INTO $1")
                .bind(path)
                .execute(&mut from)
                .await?;
            // Counted in the copy: the database itself goes on.
            sound(file).await?
        }
        Backend::Postgres => {
            let to = sqlite_url(file)?;
            Store::open(&to).await?.close().await;
            let mut into = unhurried(&connect::source(&to)?).await?;
            let poured = pour(&mut from, &mut into, Backend::Postgres).await?;
            into.close().await?;
            let found = sound(file).await?;
            same(&poured, &found)?;
            found
        }
    };
    from.close().await?;
    on_disk(file)?;
    Ok(rows)
}

/// Fills the empty database at `url` with what a SQLite file of this version holds; all of it or nothing.
///
/// # Errors
/// Something is in the database; another skep works on it; the file is of another version.
pub async fn fill(file: &Path, url: &str) -> Result<Rows, StoreError> {
    let target = Store::open(url).await?;
    target.hold_alone().await?;
    let filled = async {
        let mut into = unhurried(&connect::source(url)?).await?;
        let mut from = unhurried(&connect::source(&sqlite_url(file)?)?).await?;
        let poured = pour(&mut from, &mut into, Backend::Sqlite).await?;
        let found = table::count(&mut into, target.backend()).await?;
        same(&poured, &found)?;
        Ok(found)
    };
    let filled = filled.await;
    target.close().await;
    filled
}

/// Whether anything is in the database at `url`. One that is not there yet is empty, and is not made.
pub async fn is_empty(url: &str) -> Result<bool, StoreError> {
    if backend(url) == Backend::Sqlite && !connect::is_there(url)? {
        return Ok(true);
    }
    let mut connection = unhurried(&connect::source(url)?).await?;
    let rows = table::count(&mut connection, backend(url)).await?;
    Ok(rows.values().all(|rows| *rows == 0))
}

/// Copies row by row, in a transaction on each side.
async fn pour(
    from: &mut AnyConnection,
    into: &mut AnyConnection,
    of: Backend,
) -> Result<Rows, StoreError> {
    let (source, target) = match of {
        Backend::Postgres => (
            "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
            "BEGIN IMMEDIATE",
        ),
        Backend::Sqlite => ("BEGIN", "BEGIN"),
    };
    let to = match of {
        Backend::Postgres => Backend::Sqlite,
        Backend::Sqlite => Backend::Postgres,
    };
    let mut reading = from.begin_with(source).await?;
    let mut writing = into.begin_with(target).await?;
    if !migration::is_ours(&mut reading).await? {
        return Err(StoreError::Other(says::OTHER_VERSION.to_owned()));
    }
    let there = table::count(&mut writing, to).await?;
    if there.values().any(|rows| *rows > 0) {
        return Err(StoreError::Other(says::NOT_EMPTY.to_owned()));
    }
    let mut rows = Rows::new();
    for table in table::all(&mut writing, to).await? {
        let poured = table.pour(&mut reading, &mut writing).await?;
        table.go_on_counting(&mut reading, &mut writing, of).await?;
        rows.insert(table.name, poured);
    }
    writing.commit().await?;
    reading.rollback().await?;
    Ok(rows)
}

fn same(poured: &Rows, found: &Rows) -> Result<(), StoreError> {
    match poured == found {
        true => Ok(()),
        false => Err(StoreError::Corrupt(says::NOT_THE_SAME.to_owned())),
    }
}

/// Reads a SQLite file through, as SQLite checks it, and counts.
///
/// # Errors
/// [`StoreError::Corrupt`] where it is damaged.
pub async fn sound(file: &Path) -> Result<Rows, StoreError> {
    let mut connection = unhurried(&connect::source(&sqlite_url(file)?)?).await?;
    let found: String = sqlx::query("PRAGMA integrity_check(1)")
        .fetch_one(&mut connection)
        .await?
        .try_get(0)?;
    if found != "ok" {
        return Err(StoreError::Corrupt(found));
    }
    let rows = table::count(&mut connection, Backend::Sqlite).await?;
    connection.close().await?;
    Ok(rows)
}

/// A connection on which reading all there is may take its time.
async fn unhurried(options: &AnyConnectOptions) -> Result<AnyConnection, StoreError> {
    let tuning = Tuning::default();
    let connected = connect::within(tuning.patience, options.connect()).await?;
    let mut connection = connected;
    if connection.backend_name() == "SQLite" {
        let busy = format!("PRAGMA busy_timeout = {}", tuning.busy.as_millis());
        sqlx::raw_sql(AssertSqlSafe(busy))
            .execute(&mut connection)
            .await?;
    }
    Ok(connection)
}

fn backend(url: &str) -> Backend {
    match url.starts_with("sqlite:") {
        true => Backend::Sqlite,
        false => Backend::Postgres,
    }
}

/// SQLite would let others read a file it makes, and takes an empty one for none.
fn new_file(file: &Path) -> Result<(), StoreError> {
    match file.exists() {
        true => Err(StoreError::Other(says::is_there(
            &file.display().to_string(),
        ))),
        false => connect::make_private(file),
    }
}

/// SQLite does not wait for the disk when it writes a copy.
fn on_disk(file: &Path) -> Result<(), StoreError> {
    let synced = std::fs::File::open(file).and_then(|open| open.sync_all());
    synced.map_err(|error| StoreError::Unavailable(format!("{}: {error}", file.display())))
}
