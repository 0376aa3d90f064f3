//! Opening the database: pools, pragmas and session settings, each read back, because a promise of durability that was
//! silently not switched on is worse than none.
//!
//! SQLite gets one writing connection (its transactions begin `IMMEDIATE`: one that upgrades from reading fails at once
//! whatever the busy timeout says) and a few reading ones; Postgres gets one pool. It never names the address in an error.

use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use sqlx::any::{AnyConnectOptions, AnyPoolOptions};
use sqlx::{
    Any, AnyConnection, AnyPool, AssertSqlSafe, ConnectOptions, Connection, Row, Transaction,
};
use tokio::time::{Instant, sleep};

use super::error::StoreError;
use crate::meter;

/// The pause before a file that is being set up is tried again.
const AGAIN: Duration = Duration::from_millis(50);

/// A transaction that may write.
pub(super) type Writing = Transaction<'static, Any>;

/// The two databases skep speaks to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Backend {
    /// One file on a local disk, one process.
    Sqlite,
    /// A server, any number of processes.
    Postgres,
}

/// How long the store waits and how much it gathers.
#[derive(Debug, Clone)]
pub struct Tuning {
    /// How long SQLite waits for a lock another process holds, and Postgres for a row lock.
    pub busy: Duration,
    /// How long [`super::Store::accept`] waits for its row to be durable.
    pub accept: Duration,
    /// How long any one operation may take as a whole.
    pub patience: Duration,
    /// Rows of one group commit, at most.
    pub group_rows: usize,
    /// Reading connections (SQLite) or all connections (Postgres).
    pub connections: u32,
    /// How many bytes the SQLite file may grow to, so that it cannot take the whole disk; none: as many as there are.
    pub most_bytes: Option<u64>,
}

impl Default for Tuning {
    fn default() -> Self {
        Self {
            busy: Duration::from_secs(5),
            accept: Duration::from_secs(5),
            patience: Duration::from_secs(20),
            group_rows: 128,
            connections: 4,
            most_bytes: None,
        }
    }
}

/// The pools behind a store.
#[derive(Debug, Clone)]
pub(super) struct Pools {
    pub backend: Backend,
    pub writer: AnyPool,
    pub reader: AnyPool,
    pub patience: Duration,
}

impl Pools {
    /// Starts a transaction that may write.
    pub(super) async fn begin(&self) -> Result<Writing, StoreError> {
        let statement = match self.backend {
            Backend::Sqlite => "BEGIN IMMEDIATE",
            Backend::Postgres => "BEGIN",
        };
        let begun = async {
            match self.writer.begin_with(statement).await {
                Err(sqlx::Error::InvalidSavePointStatement) => {
                    self.replace_writer().await?;
                    self.writer.begin_with(statement).await
                }
                begun => begun,
            }
        };
        self.within(begun).await
    }

    /// A full disk makes SQLite roll back by itself, after which sqlx believes for ever that the connection is inside a
    /// transaction and refuses to begin another. Such a connection is of no more use.
    async fn replace_writer(&self) -> Result<(), sqlx::Error> {
        // Whoever could not write says so, once a minute.
        tracing::debug!("the writing connection lost its transaction: opening another");
        self.writer.acquire().await?.detach().close_hard().await
    }

    /// Gives one operation its time limit.
    pub(super) async fn within<T>(
        &self,
        work: impl Future<Output = Result<T, sqlx::Error>>,
    ) -> Result<T, StoreError> {
        let began = std::time::Instant::now();
        let done = within(self.patience, work).await;
        meter::STORE_TIME.observe(&[], began.elapsed().as_secs_f64());
        done
    }
}

/// Runs a database operation under a time limit; running out of it is [`StoreError::Busy`].
pub(super) async fn within<T>(
    limit: Duration,
    work: impl Future<Output = Result<T, sqlx::Error>>,
) -> Result<T, StoreError> {
    match tokio::time::timeout(limit, work).await {
        Ok(done) => done.map_err(StoreError::from),
        Err(_) => Err(StoreError::Busy),
    }
}

/// What is done one after the other in the schema that holds our tables. SQLite has a single writer anyway.
#[derive(Debug, Clone, Copy)]
#[repr(i32)]
pub(super) enum Turn {
    Migrate = 0x736b_0001,
    Claim = 0x736b_0002,
    Event = 0x736b_0003,
}

/// Waits for `turn`, and keeps it until the transaction ends.
pub(super) async fn take_turn(
    backend: Backend,
    connection: &mut AnyConnection,
    turn: Turn,
) -> Result<(), sqlx::Error> {
    if backend == Backend::Postgres {
        sqlx::query("SELECT pg_advisory_xact_lock($1, hashtext(current_schema()))")
            .bind(turn as i32)
            .execute(connection)
            .await?;
    }
    Ok(())
}

/// The address of the SQLite file at `path`, which need not exist yet but must be absolute.
pub fn sqlite_url(path: &Path) -> Result<String, StoreError> {
    let file = url::Url::from_file_path(path)
        .map_err(|()| StoreError::Other(format!("{} is not an absolute path", path.display())))?;
    Ok(format!("sqlite://{}", file.path()))
}

/// Opens the pools for `url`: `sqlite:///path/to/file` or `postgres://…`.
pub(super) async fn connect(url: &str, tuning: &Tuning) -> Result<Pools, StoreError> {
    sqlx::any::install_default_drivers();
    if url.starts_with("sqlite:") {
        return connect_sqlite(url, tuning).await;
    }
    if url.starts_with("postgres:") || url.starts_with("postgresql:") {
        return connect_postgres(url, tuning).await;
    }
    Err(StoreError::Other(
        "the database address must begin with sqlite:// or postgres://".to_owned(),
    ))
}

/// Looks whether the database can be reached, and changes nothing in it: a SQLite file that is not there yet is not made. Answers how
/// one gets to it, where it is there.
pub(super) async fn reach(url: &str) -> Result<(Backend, Option<AnyConnectOptions>), StoreError> {
    sqlx::any::install_default_drivers();
    let tuning = Tuning {
        patience: Duration::from_secs(10),
        ..Tuning::default()
    };
    if url.starts_with("sqlite:") {
        let path = sqlite_path(url)?;
        if !path.exists() {
            return Ok((Backend::Sqlite, None));
        }
        refuse_network_disk(&path)?;
        let options = options(&format!("{url}?mode=ro"))?;
        within(tuning.patience, read_schema(&options)).await?;
        return Ok((Backend::Sqlite, Some(options)));
    }
    let options = options(url)?;
    let setup = "SET synchronous_commit = on".to_owned();
    within(tuning.patience, try_postgres(&options, setup)).await?;
    Ok((Backend::Postgres, Some(options)))
}

/// How a database that is there is read whole: nothing of it is set up, migrated or made.
pub(super) fn source(url: &str) -> Result<AnyConnectOptions, StoreError> {
    sqlx::any::install_default_drivers();
    if url.starts_with("sqlite:") {
        sqlite_path(url)?;
        return options(&format!("{url}?mode=rw"));
    }
    options(url)
}

/// Whether the SQLite file of an address is there, and not an empty one that somebody made.
pub(super) fn is_there(url: &str) -> Result<bool, StoreError> {
    let path = sqlite_path(url)?;
    Ok(std::fs::metadata(path).is_ok_and(|file| file.len() > 0))
}

async fn read_schema(options: &AnyConnectOptions) -> Result<(), sqlx::Error> {
    let mut connection = options.connect().await?;
    sqlx::query("SELECT count(*) FROM sqlite_master")
        .fetch_one(&mut connection)
        .await?;
    connection.close().await
}

fn options(url: &str) -> Result<AnyConnectOptions, StoreError> {
    let options: AnyConnectOptions = url
        .parse()
        .map_err(|_| StoreError::Other("the database address is not a URL".to_owned()))?;
    Ok(options.disable_statement_logging())
}

async fn connect_sqlite(url: &str, tuning: &Tuning) -> Result<Pools, StoreError> {
    let path = sqlite_path(url)?;
    refuse_network_disk(&path)?;
    make_private(&path)?;
    let joint = if url.contains('?') { '&' } else { '?' };
    let options = options(&format!("{url}{joint}mode=rwc"))?;
    // Alone first: a pool tries again and again until its time is over, and then forgets why.
    let page = in_turn(&options, tuning).await?;
    let writer = pool(1, tuning, writing_setup(tuning, page));
    let writer = within(tuning.patience, writer.connect_with(options.clone())).await?;
    let readers = pool(tuning.connections, tuning, reading_setup(tuning));
    let reader = within(tuning.patience, readers.connect_with(options)).await?;
    Ok(Pools {
        backend: Backend::Sqlite,
        writer,
        reader,
        patience: tuning.patience,
    })
}

/// Tries it, and again while another skep sets the same file up: SQLite waits for no lock when it changes the journal's mode, and
/// says at once that it is busy.
async fn in_turn(options: &AnyConnectOptions, tuning: &Tuning) -> Result<u64, StoreError> {
    let until = Instant::now() + tuning.patience;
    loop {
        match within(tuning.patience, try_sqlite(options, tuning)).await {
            Err(StoreError::Busy) if Instant::now() < until => sleep(AGAIN).await,
            tried => return tried,
        }
    }
}

/// Sets the file up, tries it, and says how large its pages are, bytes.
async fn try_sqlite(options: &AnyConnectOptions, tuning: &Tuning) -> Result<u64, sqlx::Error> {
    let mut connection = options.connect().await?;
    let setup = AssertSqlSafe(writing_setup(tuning, PAGE));
    sqlx::raw_sql(setup).execute(&mut connection).await?;
    check_sqlite(&mut connection).await?;
    let page = sqlx::query("PRAGMA page_size");
    let page: i64 = page.fetch_one(&mut connection).await?.try_get(0)?;
    connection.close().await?;
    Ok(page.unsigned_abs().max(512))
}

/// SQLite would let others read a file it makes. What it makes beside the file is as open as that is.
pub(super) fn make_private(path: &Path) -> Result<(), StoreError> {
    match std::fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
    {
        Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => Err(StoreError::Other(
            format!("{} cannot be made: {error}", path.display()),
        )),
        _ => Ok(()),
    }
}

/// The file that a SQLite address names.
pub fn sqlite_file(url: &str) -> Result<PathBuf, StoreError> {
    sqlite_path(url)
}

fn sqlite_path(url: &str) -> Result<PathBuf, StoreError> {
    let wrong =
        || StoreError::Other("the SQLite address must be sqlite:///path/to/a/file".to_owned());
    let path = url.strip_prefix("sqlite:///").ok_or_else(wrong)?;
    let file = url::Url::parse(&format!("file:///{path}")).map_err(|_| wrong())?;
    let path = file.to_file_path().map_err(|()| wrong())?;
    if path.file_name().is_none() {
        return Err(wrong());
    }
    Ok(path)
}

/// SQLite's page size for new files, bytes. A commit writes the whole of every page it touches, so that a delivery that comes
/// alone costs 19 KB of the log; with 16 KiB pages, which older files have, it is 69 KB.
const PAGE: u64 = 4_096;

/// The log is begun again when it has grown to so many bytes, and keeps no more of the disk than that once it is.
pub(super) const LOG_BYTES: u64 = 8 * 1024 * 1024;
/// When it has grown to so many all the same, the next commit moves what the checkpointer has not.
pub(super) const LOG_BYTES_AT_MOST: u64 = 64 * 1024 * 1024;

/// `page`: the size of the file's pages, bytes.
fn writing_setup(tuning: &Tuning, page: u64) -> String {
    let busy = tuning.busy.as_millis();
    let most_pages = tuning
        .most_bytes
        .map_or(u64::from(u32::MAX - 1), |bytes| bytes / page);
    let log_pages = LOG_BYTES_AT_MOST / page;
    // The page size counts for a new file only.
    format!(
        "PRAGMA busy_timeout = {busy}; PRAGMA page_size = {PAGE}; PRAGMA journal_mode = WAL; \
         PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA wal_autocheckpoint = {log_pages}; \
         PRAGMA journal_size_limit = {LOG_BYTES}; PRAGMA max_page_count = {most_pages}; \
         PRAGMA cache_size = -4096; PRAGMA temp_store = MEMORY"
    )
}

fn reading_setup(tuning: &Tuning) -> String {
    let busy = tuning.busy.as_millis();
    format!(
        "PRAGMA busy_timeout = {busy}; PRAGMA synchronous = FULL; PRAGMA query_only = ON; PRAGMA cache_size = -1024"
    )
}

fn pool(connections: u32, tuning: &Tuning, setup: String) -> AnyPoolOptions {
    AnyPoolOptions::new()
        .max_connections(connections.max(1))
        .acquire_timeout(tuning.patience)
        .idle_timeout(None)
        .max_lifetime(None)
        .test_before_acquire(false)
        .after_connect(move |connection, _| {
            let setup = setup.clone();
            Box::pin(async move {
                sqlx::raw_sql(AssertSqlSafe(setup))
                    .execute(connection)
                    .await
                    .map(|_| ())
            })
        })
}

/// The oldest SQLite without the WAL-reset corruption bug (<https://www.sqlite.org/wal.html#walresetbug>).
const OLDEST_SQLITE: (u32, u32, u32) = (3, 51, 3);

async fn check_sqlite(connection: &mut AnyConnection) -> Result<(), sqlx::Error> {
    let broken = |text: String| sqlx::Error::Configuration(text.into());
    let version: String = sqlx::query("SELECT sqlite_version()")
        .fetch_one(&mut *connection)
        .await?
        .try_get(0)?;
    if version_of(&version).is_none_or(|found| found < OLDEST_SQLITE) {
        return Err(broken(format!(
            "SQLite {version} can corrupt its log; 3.51.3 or newer is needed"
        )));
    }
    let mode: String = sqlx::query("PRAGMA journal_mode")
        .fetch_one(&mut *connection)
        .await?
        .try_get(0)?;
    if mode != "wal" {
        return Err(broken(format!(
            "SQLite would not switch to WAL (it is in {mode} mode)"
        )));
    }
    for (pragma, wanted) in [("PRAGMA synchronous", 2_i64), ("PRAGMA foreign_keys", 1)] {
        let found: i64 = sqlx::query(pragma)
            .fetch_one(&mut *connection)
            .await?
            .try_get(0)?;
        if found != wanted {
            return Err(broken(format!("{pragma} is {found} instead of {wanted}")));
        }
    }
    Ok(())
}

fn version_of(text: &str) -> Option<(u32, u32, u32)> {
    let mut parts = text.split('.').map(|part| part.parse().ok());
    Some((parts.next()??, parts.next()??, parts.next()??))
}

/// SQLite's log needs shared memory and honest locks, which network disks do not give.
fn refuse_network_disk(path: &Path) -> Result<(), StoreError> {
    let directory = path.parent().unwrap_or(Path::new("/"));
    let found = rustix::fs::statfs(directory)
        .map_err(|e| StoreError::Unavailable(format!("{}: {e}", directory.display())))?;
    // NFS, SMB, SMB2, CIFS, Coda, AFS, Ceph: statfs(2).
    let network = [
        0x6969,
        0x517b,
        0xfe53_4d42,
        0xff53_4d42,
        0x7375_7245,
        0x5346_414f,
        0x00c3_6400,
    ];
    if network.contains(&(found.f_type as u64 & 0xffff_ffff)) {
        let place = directory.display();
        return Err(StoreError::Other(format!(
            "{place} is on a network disk, where SQLite is not safe: use Postgres"
        )));
    }
    Ok(())
}

async fn connect_postgres(url: &str, tuning: &Tuning) -> Result<Pools, StoreError> {
    let options = options(url)?;
    let setup = format!(
        "SET synchronous_commit = on; SET lock_timeout = {}; SET statement_timeout = {}; \
         SET idle_in_transaction_session_timeout = 60000",
        tuning.busy.as_millis(),
        tuning.patience.as_millis()
    );
    within(tuning.patience, try_postgres(&options, setup.clone())).await?;
    // A server goes away and comes back: an idle connection is tried before it is trusted.
    let pool = pool(tuning.connections.max(2) + 4, tuning, setup).test_before_acquire(true);
    let pool = within(tuning.patience, pool.connect_with(options)).await?;
    Ok(Pools {
        backend: Backend::Postgres,
        writer: pool.clone(),
        reader: pool,
        patience: tuning.patience,
    })
}

async fn try_postgres(options: &AnyConnectOptions, setup: String) -> Result<(), sqlx::Error> {
    let mut connection = options.connect().await?;
    sqlx::raw_sql(AssertSqlSafe(setup))
        .execute(&mut connection)
        .await?;
    let found: String = sqlx::query("SHOW synchronous_commit")
        .fetch_one(&mut connection)
        .await?
        .try_get(0)?;
    if found != "on" {
        let text = format!("Postgres has synchronous_commit = {found} instead of on");
        return Err(sqlx::Error::Configuration(text.into()));
    }
    connection.close().await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_compare_as_numbers() {
        assert!(version_of("3.51.3").is_some_and(|found| found >= OLDEST_SQLITE));
        assert!(version_of("3.100.0").is_some_and(|found| found >= OLDEST_SQLITE));
        assert!(version_of("3.51.2").is_some_and(|found| found < OLDEST_SQLITE));
        assert!(version_of("3.9").is_none());
    }

    #[test]
    fn addresses_of_files_survive_odd_names() {
        assert_eq!(
            sqlite_url(Path::new("/a b/c?d.db")).ok().as_deref(),
            Some("sqlite:///a%20b/c%3Fd.db")
        );
        assert!(sqlite_url(Path::new("relative.db")).is_err());
        assert!(sqlite_path("sqlite::memory:").is_err());
        assert!(sqlite_path("sqlite://").is_err());
    }
}
