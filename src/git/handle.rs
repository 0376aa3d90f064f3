//! The handle on all that git does here: its program, its folders, its way out.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use super::disk::on_disk;
use super::error::GitError;
use super::fetch_locks::FetchLocks;
use super::leftovers::clear_leftovers;
use super::lfs::LfsFound;
use super::pasts::Pasts;
use super::process::{Call, Program};
use super::standby_wishes::Standbys;
use super::token::Askpass;
use super::trash::Trash;
use super::version;
use super::way_out::WayOut;
use crate::core::network::Network;
use crate::core::policy::OldGit;

/// How the module is set up.
#[derive(Debug, Clone)]
pub struct GitConfig {
    /// The git program: `git`, looked up in a fixed `PATH`, or a full path.
    pub program: PathBuf,
    /// Where `mirrors/`, `sessions/`, `indexes/`, `standbys/`, `trash/` and `askpass/` live: an absolute path on one file
    /// system, owned by this process alone.
    pub data_dir: PathBuf,
    /// How long one git process may live.
    pub timeout: Duration,
    /// The same of a fetch that may bring a whole repository.
    pub first_fetch: Duration,
    /// How long such a fetch may bring nothing at all; whole seconds.
    pub silence: Duration,
    /// What to do with a git whose number lacks the published security fixes.
    pub old_git: OldGit,
    /// The way out.
    pub network: Network,
    /// The mark that every process carries, if there is a guard who looks for it.
    pub life: Option<String>,
}

/// The git module. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Git {
    pub(super) inner: Arc<Inner>,
}

#[derive(Debug)]
pub(super) struct Inner {
    pub(super) program: Program,
    pub(super) data_dir: PathBuf,
    pub(super) askpass: Askpass,
    /// Whether this machine has git-lfs.
    pub(super) lfs: bool,
    pub(super) lfs_found: LfsFound,
    pub(super) way_out: WayOut,
    pub(super) first_fetch: Duration,
    pub(super) silence: Duration,
    pub(super) fetches: FetchLocks,
    pub(super) standbys: Standbys,
    pub(super) pasts: Pasts,
    pub(super) trash: Arc<Trash>,
}

impl Git {
    /// Checks the program, makes the folders and clears what a killed predecessor left half-done in them. Errors:
    /// [`GitError::Missing`], [`GitError::TooOld`], the disk.
    pub async fn open(config: GitConfig) -> Result<Self, GitError> {
        let GitConfig {
            program,
            data_dir,
            timeout,
            first_fetch,
            silence,
            old_git,
            network,
            life,
        } = config;
        let disk = |error| GitError::disk("make the data folder", error);
        for folder in ["mirrors", "sessions", "indexes", "standbys"] {
            tokio::fs::create_dir_all(data_dir.join(folder))
                .await
                .map_err(disk)?;
        }
        let data_dir = tokio::fs::canonicalize(&data_dir).await.map_err(disk)?;
        let program = Program::new(program, data_dir.clone(), timeout).of_life(life);
        version::judge(&program.run(Call::new("version")).await?.line()?, old_git)?;
        let lfs = program.run(Call::new("lfs").arg("version")).await?.success;
        let askpass = Askpass::open(data_dir.join("askpass"))?;
        let way_out = WayOut::open(&network, &data_dir.join("askpass"))?;
        let trash = Trash::open(&data_dir).map_err(disk)?;
        let git = Self {
            inner: Arc::new(Inner {
                program,
                data_dir,
                askpass,
                lfs,
                lfs_found: LfsFound::default(),
                way_out,
                first_fetch,
                silence,
                fetches: FetchLocks::default(),
                standbys: Standbys::default(),
                pasts: Pasts::default(),
                trash,
            }),
        };
        git.clear_mirrors().await?;
        git.open_standbys().await?;
        git.inner.trash.empty();
        Ok(git)
    }

    /// The version of the program, if it is good enough; starts nothing else and makes no folder. Errors:
    /// [`GitError::Missing`], [`GitError::TooOld`].
    pub async fn probe(program: PathBuf, old_git: OldGit) -> Result<String, GitError> {
        let program = Program::new(program, PathBuf::from("/"), Duration::from_secs(10));
        let line = program.run(Call::new("version")).await?.line()?;
        version::judge(&line, old_git)?;
        Ok(line.trim_start_matches("git version ").to_owned())
    }

    async fn clear_mirrors(&self) -> Result<(), GitError> {
        let folder = self.inner.data_dir.join("mirrors");
        on_disk("clear the mirrors", move || {
            for mirror in std::fs::read_dir(folder)?.flatten() {
                clear_leftovers(&mirror.path(), Duration::ZERO);
            }
            Ok(())
        })
        .await
    }
}
