//! `skep config`: whether the configuration is right, what it came to, and what there is.

use std::io::{ErrorKind, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use super::command_error::{CommandError, CommandResult};
use super::output::{one_line, print};
use super::serve::{addresses, not_ready};
use crate::agent::registry::Known;
use crate::app::{self, Finding, Setup, Verdict};
use crate::config::{Args, Setting, Sources, reference, starter};
use crate::core::text;

/// Check, show or begin the configuration.
#[derive(Debug, clap::Args)]
pub(super) struct Config {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Write a skep.toml to start from: every setting, explained, as a comment.
    Init {
        /// Where; a file that is there already is left alone.
        #[arg(long, value_name = "FILE", default_value = "skep.toml")]
        config: PathBuf,
    },
    /// Try out everything that `skep serve` needs, and say what to do about what is wrong.
    Check {
        /// Do not ask GitHub.
        #[arg(long)]
        offline: bool,
        #[command(flatten)]
        args: Args,
    },
    /// Show every value and where it comes from, secrets hidden.
    Show {
        /// Show every setting there is instead: key, variable, flag, default and meaning.
        #[arg(long)]
        reference: bool,
        #[command(flatten)]
        args: Args,
    },
}

impl Config {
    pub(super) fn args(&self) -> Args {
        match &self.command {
            Command::Check { args, .. } | Command::Show { args, .. } => args.clone(),
            Command::Init { .. } => Args::default(),
        }
    }

    pub(super) async fn run(self, sources: &Sources) -> CommandResult {
        match self.command {
            Command::Init { config } => init(&config),
            Command::Show {
                reference: true, ..
            } => Ok(print(&render_reference(&reference()))?),
            Command::Show { .. } => Ok(print(&sources.config(&Known)?.show())?),
            Command::Check { offline, .. } => check(sources, offline).await,
        }
    }
}

fn init(file: &Path) -> CommandResult {
    let made = std::fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(file);
    let written = made.and_then(|mut made| made.write_all(starter().as_bytes()));
    match written {
        Ok(()) => {
            let written = text::setup::written(&file.display().to_string());
            Ok(print(&format!("{written}\n"))?)
        }
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            let exists = text::setup::exists(&file.display().to_string());
            Err(CommandError::Failed(anyhow::anyhow!(exists)))
        }
        Err(error) => Err(CommandError::Failed(
            anyhow::Error::new(error).context(format!("write {}", file.display())),
        )),
    }
}

async fn check(sources: &Sources, offline: bool) -> CommandResult {
    let config = sources.config(&Known)?;
    let (warnings, addresses) = (config.warnings.clone(), addresses(&config));
    for warning in &warnings {
        print(&format!("{}\n", Finding::warning(warning)))?;
    }
    config
        .ready()
        .map_err(|missing| CommandError::Misused(not_ready(missing)))?;
    let mut wrong = 0;
    for finding in app::check(Setup::from_config(config)?, addresses, offline).await {
        wrong += usize::from(finding.verdict == Verdict::Wrong);
        print(&format!("{}\n", one_line(&finding.to_string())))?;
    }
    print(&format!("\n{}\n", text::setup::checked(wrong)))?;
    if wrong > 0 {
        return Err(CommandError::Unsuccessful);
    }
    Ok(())
}

fn render_reference(settings: &[Setting]) -> String {
    let block = |setting: &Setting| {
        let names = [setting.key.as_deref(), setting.env, setting.flag];
        let names: Vec<&str> = names.into_iter().flatten().collect();
        format!(
            "{}\n    {}\n    default: {}\n",
            names.join("  "),
            setting.meaning,
            setting.default
        )
    };
    settings.iter().map(block).collect::<Vec<_>>().join("\n")
}
