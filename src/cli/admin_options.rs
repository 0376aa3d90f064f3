//! The flags of every command that asks a running skep.

use std::path::PathBuf;

use super::admin_client::{Admin, parse_address};
use super::command_error::CommandError;
use crate::config::{AdminAccess, Args, Sources};

/// Where a running skep is asked, and how its answer is printed.
#[derive(Debug, Clone, Default, clap::Args)]
pub(super) struct AdminOptions {
    /// The admin address of the running skep, such as http://127.0.0.1:3001.
    #[arg(long, value_name = "URL", value_parser = parse_address)]
    admin: Option<url::Url>,
    /// The configuration file that names the admin address.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// The data folder, where the admin token is kept.
    #[arg(long, value_name = "FOLDER")]
    data_dir: Option<String>,
    /// Print JSON: keys in alphabetical order, times as ISO 8601 (UTC).
    #[arg(long)]
    pub(super) json: bool,
}

impl AdminOptions {
    /// The admin address, and the token for it as far as it is known here.
    pub(super) fn admin(&self, sources: &Sources) -> Result<Admin, CommandError> {
        Ok(Admin::new(self.access(sources)?))
    }

    /// The same, before anybody is asked.
    pub(super) fn access(&self, sources: &Sources) -> Result<AdminAccess, CommandError> {
        Ok(sources.admin(self.admin.as_ref())?)
    }

    /// What these commands read of the configuration: where the admin address and its token are.
    pub(super) fn args(&self) -> Args {
        Args::of_place(self.config.clone(), self.data_dir.clone())
    }
}
