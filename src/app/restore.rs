//! A backup put back into an empty data folder and an empty database; and a database moved from SQLite to Postgres.
//!
//! What is put back is held against the backup's own table of contents before anything is written. It must never overwrite
//! anything, and never run beside a skep on the same folder.

use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use secrecy::ExposeSecret;

use super::backup::{
    CONTENTS, Contents, DATABASE, FORMAT, KEYS, WORK, copy, digest, held, private_folder_if_none,
};
use crate::config::Config;
use crate::core::text::backup::{self as says, Held};
use crate::git::Git;
use crate::store::{self, DataLock, LostTime, Store, sqlite_url};

/// The database while it is being put back.
const COMING: &str = "skep.db.restoring";

/// Puts the backup at `place` back.
///
/// # Errors
/// It is no backup, or not as it was written; the data folder or the database is not empty; a skep runs on it.
pub async fn restore(config: &Config, place: &Path) -> anyhow::Result<Held> {
    let contents = contents(place)?;
    store::sound(&place.join(DATABASE))
        .await
        .context("read the backup's database")?;
    let _lock = fresh(config).await?;
    let database = config.database_url.expose_secret();
    let coming = config.data_dir.join(COMING);
    let _cut_short_before = std::fs::remove_file(&coming);
    let lost = LostTime {
        since: chrono::DateTime::parse_from_rfc3339(&contents.made_at)
            .context("read when the backup was made")?
            .timestamp_millis(),
        until: chrono::Utc::now().timestamp_millis(),
    };
    store::restore(&place.join(DATABASE), &coming, database, lost)
        .await
        .context("put the database back")?;
    for key in KEYS {
        copy(&place.join(key), &config.data_dir.join(key))?;
    }
    let mirrors = config.data_dir.join("mirrors");
    for (number, bundle) in bundles(&contents, place) {
        private_folder_if_none(&mirrors)?;
        let mirror = mirrors.join(format!("{number}.git"));
        Git::take_kept(config.git.clone(), &bundle, &mirror)
            .await
            .with_context(|| format!("take {} back", bundle.display()))?;
    }
    held(place, &contents)
}

/// Moves the data folder's SQLite file into the configured Postgres; says how many rows, and which file it was.
///
/// # Errors
/// No Postgres is configured, or it is not empty; there is no such file; a skep runs on the data folder.
pub async fn migrate(config: &Config) -> anyhow::Result<(i64, PathBuf)> {
    let database = config.database_url.expose_secret();
    if database.starts_with("sqlite:") {
        bail!(says::MIGRATE_NEEDS_POSTGRES);
    }
    let file = config.data_dir.join(DATABASE);
    if !file.is_file() {
        bail!(says::no_sqlite(&file.display().to_string()));
    }
    let _lock = alone(config).await?;
    // Brought up to date first: both sides then have the same tables.
    Store::open(&sqlite_url(&file)?)
        .await
        .context("open the SQLite database")?
        .close()
        .await;
    let rows = store::fill(&file, database)
        .await
        .context("fill the Postgres database")?;
    Ok((rows.values().sum(), file))
}

/// Reads what a backup says of itself, and whether it is still so.
fn contents(place: &Path) -> anyhow::Result<Contents> {
    let shown = place.display().to_string();
    let no_backup = |why: String| anyhow::anyhow!(says::no_backup(&shown, &why));
    let text = std::fs::read_to_string(place.join(CONTENTS))
        .map_err(|_| no_backup(says::lacks(CONTENTS)))?;
    let format: Format =
        serde_json::from_str(&text).map_err(|error| no_backup(error.to_string()))?;
    if format.format > FORMAT {
        return Err(no_backup(says::newer_backup(format.format)));
    }
    let contents: Contents =
        serde_json::from_str(&text).map_err(|error| no_backup(error.to_string()))?;
    for (path, hash) in &contents.files {
        let inside = Path::new(path)
            .components()
            .all(|part| matches!(part, std::path::Component::Normal(_)));
        let file = place.join(path);
        if !inside || !file.is_file() {
            return Err(no_backup(says::lacks(path)));
        }
        if digest(&file)? != *hash {
            return Err(no_backup(says::changed(path)));
        }
    }
    match contents.files.contains_key(DATABASE) {
        true => Ok(contents),
        false => Err(no_backup(says::lacks(DATABASE))),
    }
}

#[derive(serde::Deserialize)]
struct Format {
    format: u32,
}

/// The data folder for us alone, with nothing in it that could be lost, and a database that is empty.
async fn fresh(config: &Config) -> anyhow::Result<DataLock> {
    let lock = alone(config).await?;
    let folder = config.data_dir.display().to_string();
    for there in [DATABASE, "mirrors", "sessions"] {
        let path = config.data_dir.join(there);
        let holds = path.is_file()
            || std::fs::read_dir(&path).is_ok_and(|mut entries| entries.next().is_some());
        if holds {
            bail!(says::not_fresh(&folder));
        }
    }
    for key in KEYS {
        if config.data_dir.join(key).exists() {
            bail!(says::not_fresh(&folder));
        }
    }
    let database = config.database_url.expose_secret();
    match store::is_empty(database)
        .await
        .context("look into the database")?
    {
        true => Ok(lock),
        false => bail!(says::not_fresh("the configured database")),
    }
}

async fn alone(config: &Config) -> anyhow::Result<DataLock> {
    config.make_data_dir()?;
    if store::is_locked(&config.data_dir) {
        bail!(says::in_use(&config.data_dir.display().to_string()));
    }
    Ok(store::lock_data_dir(&config.data_dir).await?)
}

fn bundles(contents: &Contents, place: &Path) -> Vec<(String, PathBuf)> {
    let bundle = |path: &String| {
        let name = path.strip_prefix(WORK)?.strip_prefix('/')?;
        let number = name.strip_suffix(".bundle")?;
        let is_number = !number.is_empty() && number.bytes().all(|digit| digit.is_ascii_digit());
        is_number.then(|| (number.to_owned(), place.join(path)))
    };
    contents.files.keys().filter_map(bundle).collect()
}
