//! A backup of a skep that may be at work: its database as it is at one moment, its keys, and the work that is kept nowhere else.
//!
//! It is a folder, written beside its place and then moved there, so that half a backup never has the name of one. It must never
//! change the data folder, hold up the skep that runs on it, or be readable for anybody but its owner: it holds what the
//! database holds.

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use secrecy::ExposeSecret;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::config::{ADMIN_TOKEN_FILE, APP_FILE, Config};
use crate::core::text::backup::{self as says, Held};
use crate::git::{Git, KeptWork};
use crate::signing::KEY_FILE;
use crate::store::{self, Rows};

/// What tells of a backup.
pub(super) const CONTENTS: &str = "backup.json";
/// Its database.
pub(super) const DATABASE: &str = "skep.db";
/// Its bundles of kept work, by the number of the repository.
pub(super) const WORK: &str = "work";
/// How its folder is laid out.
pub(super) const FORMAT: u32 = 1;
/// Small files of the data folder that cannot be made again as they were.
pub(super) const KEYS: [&str; 4] = [
    ADMIN_TOKEN_FILE,
    KEY_FILE,
    crate::agent::SESSION_WORD_KEY,
    APP_FILE,
];

/// The table of contents.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Contents {
    /// [`FORMAT`] of the version that made it.
    pub(super) format: u32,
    /// That version.
    pub(super) version: String,
    /// When, as RFC 3339.
    pub(super) made_at: String,
    /// How many rows the tables have.
    pub(super) rows: Rows,
    /// Every other file, by its path in the backup, with its SHA-256.
    pub(super) files: BTreeMap<String, String>,
    /// Repositories whose kept work is not in it.
    pub(super) left_out: Vec<String>,
}

/// Whether the work that is kept nowhere else comes along.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Work {
    /// It does.
    Along,
    /// The database and the keys alone.
    LeftOut,
}

/// Makes one at `place`, which must not be there yet.
///
/// # Errors
/// The place is taken or cannot be written; the database cannot be read.
pub async fn back_up(config: &Config, place: &Path, work: Work) -> anyhow::Result<Held> {
    let place = std::path::absolute(place).context("read the path")?;
    if place.exists() {
        bail!(says::is_there(&place.display().to_string()));
    }
    let mut making = place.clone().into_os_string();
    making.push(".making");
    let making = PathBuf::from(making);
    remove(&making)?;
    private_folder(&making)?;
    let made = write(config, &making, work).await;
    let contents = match made {
        Ok(contents) => contents,
        Err(error) => {
            remove(&making)?;
            return Err(error);
        }
    };
    std::fs::rename(&making, &place).with_context(|| format!("make {}", place.display()))?;
    sync_folder(place.parent().unwrap_or(Path::new("/")))?;
    held(&place, &contents)
}

async fn write(config: &Config, folder: &Path, work: Work) -> anyhow::Result<Contents> {
    let made_at = chrono::DateTime::<chrono::Utc>::from(std::time::SystemTime::now());
    let database = config.database_url.expose_secret();
    let rows = store::back_up(database, &folder.join(DATABASE))
        .await
        .context("copy the database")?;
    for key in KEYS {
        copy(&config.data_dir.join(key), &folder.join(key))?;
    }
    let left_out = match work {
        Work::Along => bundles(config, folder).await?,
        Work::LeftOut => Vec::new(),
    };
    let contents = Contents {
        format: FORMAT,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        made_at: made_at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true),
        rows,
        files: digests(folder)?,
        left_out,
    };
    let text = serde_json::to_string_pretty(&contents).context("write the table of contents")?;
    private_file(&folder.join(CONTENTS), format!("{text}\n").as_bytes())?;
    sync_folder(folder)?;
    Ok(contents)
}

/// Bundles what is kept in each mirror, and says of which that could not be done.
async fn bundles(config: &Config, folder: &Path) -> anyhow::Result<Vec<String>> {
    let mut left_out = Vec::new();
    for (number, mirror) in Git::mirrors_in(&config.data_dir) {
        private_folder_if_none(&folder.join(WORK))?;
        let file = folder.join(WORK).join(format!("{number}.bundle"));
        let bundled = Git::bundle_kept(config.git.clone(), &mirror, &file)
            .await
            .with_context(|| format!("bundle the work kept in {}", mirror.display()))?;
        if bundled == KeptWork::Partial {
            left_out.push(number);
        }
    }
    Ok(left_out)
}

/// What a backup holds, for people.
pub(super) fn held(place: &Path, contents: &Contents) -> anyhow::Result<Held> {
    let rows = |table: &str| contents.rows.get(table).copied().unwrap_or_default();
    let bundle = |path: &&String| path.starts_with(WORK);
    let mut bytes = 0;
    for path in contents.files.keys() {
        bytes += std::fs::metadata(place.join(path))
            .with_context(|| format!("look at {path}"))?
            .len();
    }
    Ok(Held {
        path: place.display().to_string(),
        tasks: rows("task"),
        sessions: rows("session"),
        work: contents.files.keys().filter(bundle).count(),
        left_out: contents.left_out.clone(),
        bytes,
    })
}

/// SHA-256 of every file, by its path below the folder.
pub(super) fn digests(folder: &Path) -> anyhow::Result<BTreeMap<String, String>> {
    let mut files = BTreeMap::new();
    for below in ["", WORK] {
        let Ok(entries) = std::fs::read_dir(folder.join(below)) else {
            continue;
        };
        for entry in entries.flatten() {
            let path = entry.path();
            if path.is_file() {
                let named = path.strip_prefix(folder).unwrap_or(&path);
                files.insert(named.display().to_string(), digest(&path)?);
            }
        }
    }
    Ok(files)
}

/// SHA-256 of a file, in hexadecimal digits.
pub(super) fn digest(file: &Path) -> anyhow::Result<String> {
    let read = || format!("read {}", file.display());
    let mut open = std::fs::File::open(file).with_context(read)?;
    let mut hash = Sha256::new();
    std::io::copy(&mut open, &mut HashWriter(&mut hash)).with_context(read)?;
    Ok(hex::encode(hash.finalize()))
}

struct HashWriter<'a>(&'a mut Sha256);

impl std::io::Write for HashWriter<'_> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Copies a small file for its owner alone, if there is one.
pub(super) fn copy(from: &Path, to: &Path) -> anyhow::Result<()> {
    match std::fs::read(from) {
        Ok(bytes) => private_file(to, &bytes),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error).with_context(|| format!("read {}", from.display())),
    }
}

fn private_file(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    use std::io::Write;
    let made = || format!("write {}", path.display());
    let mut file = std::fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
        .with_context(made)?;
    file.write_all(bytes).with_context(made)?;
    file.sync_all().with_context(made)
}

fn private_folder(path: &Path) -> anyhow::Result<()> {
    std::fs::DirBuilder::new()
        .mode(0o700)
        .create(path)
        .with_context(|| format!("make {}", path.display()))
}

pub(super) fn private_folder_if_none(path: &Path) -> anyhow::Result<()> {
    match path.is_dir() {
        true => Ok(()),
        false => private_folder(path),
    }
}

fn sync_folder(path: &Path) -> anyhow::Result<()> {
    let synced = std::fs::File::open(path).and_then(|folder| folder.sync_all());
    synced.with_context(|| format!("write {}", path.display()))
}

fn remove(folder: &Path) -> anyhow::Result<()> {
    match std::fs::remove_dir_all(folder) {
        Err(error) if error.kind() != ErrorKind::NotFound => {
            Err(error).with_context(|| format!("remove {}", folder.display()))
        }
        _ => Ok(()),
    }
}
