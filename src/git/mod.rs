//! The git module: a mirror per repository, a private working copy per session, what the agent left, and the push.
//!
//! Built on the git program alone (libgit2 has no equal of its clobber protection and lags its fixes). Who may touch what:
//!
//! ```text
//! host --fetch--> mirror (ours) --create_workspace--> working copy (the agent's) --bundle_command, in the sandbox--> bundle
//! host <--publish-- mirror <--admit-- quarantine <--collect: fsck, limits, tree rules-- working tree and bundle
//! ```
//!
//! The service's git never runs in, and never reads configuration, hooks or objects of, a folder an agent can write: it
//! sees the working tree only as files, with `GIT_DIR` pointing at the mirror. It must never write a branch that is not
//! `agent/…`, never put a token where another process can read it, and never delete an object from a mirror.
//! One process owns a data folder at a time.

mod aside;
mod branch;
mod bundle;
mod change;
mod collect;
mod conflict;
mod disk;
mod error;
mod fenced;
mod flat;
mod left;
mod lfs;
mod mirror;
mod process;
mod protect;
mod publish;
mod quarantine;
mod refusal;
mod remote;
mod snapshot;
mod token;
mod untouched;
mod version;
mod way_out;
mod workspace;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

pub use branch::Branch;
pub use collect::{CollectSpec, Collected, DiffLimits};
pub use error::GitError;
pub use mirror::{FetchRequest, Fetched};
pub use publish::{Published, Push};
pub use remote::Remote;
pub use workspace::{Identity, WorkspaceSpec};

use crate::core::network::Network;
pub use crate::core::policy::OldGit;
use process::{Call, Program};
use token::Askpass;
use way_out::WayOut;

/// How the module is set up.
#[derive(Debug, Clone)]
pub struct GitConfig {
    /// The git program: `git`, looked up in a fixed `PATH`, or a full path.
    pub program: PathBuf,
    /// Where `mirrors/`, `sessions/`, `indexes/` and `askpass/` live: an absolute path on one file system, owned by this
    /// process alone.
    pub data_dir: PathBuf,
    /// How long one git process may live; the first fetch of a large repository needs minutes.
    pub timeout: Duration,
    /// What to do with a git whose number lacks the published security fixes.
    pub old_git: OldGit,
    /// The way out.
    pub network: Network,
}

/// The git module. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Git {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    program: Program,
    data_dir: PathBuf,
    askpass: Askpass,
    /// Whether this machine has git-lfs.
    lfs: bool,
    way_out: WayOut,
    fetches: mirror::FetchLocks,
}

impl Git {
    /// Checks the program, makes the folders and clears what a killed predecessor left half-done in them. Errors:
    /// [`GitError::Missing`], [`GitError::TooOld`], the disk.
    pub async fn open(config: GitConfig) -> Result<Self, GitError> {
        let GitConfig {
            program,
            data_dir,
            timeout,
            old_git,
            network,
        } = config;
        let disk = |error| GitError::disk("make the data folder", error);
        for folder in ["mirrors", "sessions", "indexes"] {
            tokio::fs::create_dir_all(data_dir.join(folder))
                .await
                .map_err(disk)?;
        }
        let data_dir = tokio::fs::canonicalize(&data_dir).await.map_err(disk)?;
        let program = Program::new(program, data_dir.clone(), timeout);
        version::judge(&program.run(Call::new("version")).await?.line()?, old_git)?;
        let lfs = program.run(Call::new("lfs").arg("version")).await?.success;
        let askpass = Askpass::open(data_dir.join("askpass"))?;
        let way_out = WayOut::open(&network, &data_dir.join("askpass"))?;
        let git = Self {
            inner: Arc::new(Inner {
                program,
                data_dir,
                askpass,
                lfs,
                way_out,
                fetches: mirror::FetchLocks::default(),
            }),
        };
        git.clear_mirrors().await?;
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
        disk::on_disk("clear the mirrors", move || {
            for mirror in std::fs::read_dir(folder)?.flatten() {
                mirror::clear_leftovers(&mirror.path(), Duration::ZERO);
            }
            Ok(())
        })
        .await
    }
}
