//! `skep backup`, `skep restore`, `skep migrate`: the database and what belongs to it, carried elsewhere.
//!
//! They read the whole configuration and work on the data folder themselves; a skep at work is only beside `backup`.

use std::path::PathBuf;

use super::command_error::{CommandError, CommandResult};
use super::output::print;
use super::progress::meanwhile;
use crate::agent::registry::Known;
use crate::app::{self, Work};
use crate::config::{Args, Sources};
use crate::core::text::backup as says;

/// Copy the database, the keys and the work that is kept nowhere else into a new folder, while skep runs.
///
/// Example: `skep backup /var/backups/skep-monday`. It holds text of your issues and code, so protect it as you protect those.
#[derive(Debug, clap::Args)]
pub(super) struct Backup {
    /// The folder to make; it must not be there yet.
    #[arg(value_name = "FOLDER")]
    folder: PathBuf,
    /// Leave out the work of sessions that is in the mirrors alone; its size is that of those repositories.
    #[arg(long)]
    no_work: bool,
    #[command(flatten)]
    pub(super) args: Args,
}

/// Put a backup back, into an empty data folder and an empty database; skep must not run on them.
#[derive(Debug, clap::Args)]
pub(super) struct Restore {
    /// The folder that `skep backup` made.
    #[arg(value_name = "FOLDER")]
    folder: PathBuf,
    #[command(flatten)]
    pub(super) args: Args,
}

/// Move the data folder's SQLite database into the configured, empty Postgres; skep must not run.
#[derive(Debug, clap::Args)]
pub(super) struct Migrate {
    #[command(flatten)]
    pub(super) args: Args,
}

impl Backup {
    pub(super) async fn run(self, sources: &Sources) -> CommandResult {
        let config = sources.config(&Known)?;
        let work = match self.no_work {
            true => Work::LeftOut,
            false => Work::Along,
        };
        let copying = app::back_up(&config, &self.folder, work);
        let held = meanwhile(sources, says::BACKING_UP, copying).await;
        let held = held.map_err(CommandError::Failed)?;
        Ok(print(&says::made(&held))?)
    }
}

impl Restore {
    pub(super) async fn run(self, sources: &Sources) -> CommandResult {
        let config = sources.config(&Known)?;
        let restoring = app::restore(&config, &self.folder);
        let held = meanwhile(sources, says::RESTORING, restoring).await;
        let held = held.map_err(CommandError::Failed)?;
        let data = config.data_dir.display().to_string();
        Ok(print(&says::restored(&held, &data))?)
    }
}

impl Migrate {
    pub(super) async fn run(self, sources: &Sources) -> CommandResult {
        let config = sources.config(&Known)?;
        let moved = meanwhile(sources, says::MOVING, app::migrate(&config)).await;
        let (rows, file) = moved.map_err(CommandError::Failed)?;
        Ok(print(&says::moved(rows, &file.display().to_string()))?)
    }
}
