//! `skep config`: whether the configuration is right, what it came to, and what there is.

use super::screen::print;
use super::serve::not_ready;
use super::{Ended, Stop};
use crate::agent::presets::preset;
use crate::config::{Args, Setting, Sources, reference};

/// Check or show the configuration.
#[derive(Debug, clap::Args)]
pub struct Config {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Say everything that would keep `skep serve` from starting.
    Check {
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
            Command::Check { args } | Command::Show { args, .. } => args.clone(),
        }
    }

    pub(super) fn run(self, sources: &Sources) -> Ended {
        match self.command {
            Command::Show { reference: true, .. } => Ok(print(&render_reference(&reference()))?),
            Command::Show { .. } => Ok(print(&sources.config(&preset)?.show())?),
            Command::Check { .. } => check(sources),
        }
    }
}

fn check(sources: &Sources) -> Ended {
    let config = sources.config(&preset)?;
    for warning in &config.warnings {
        print(&format!("warning: {warning}\n"))?;
    }
    config.ready().map_err(|missing| Stop::Misused(not_ready(missing)))?;
    Ok(print("The configuration is right: `skep serve` can start.\n")?)
}

fn render_reference(settings: &[Setting]) -> String {
    let block = |setting: &Setting| {
        let names = [setting.key.as_deref(), setting.env, setting.flag];
        let names: Vec<&str> = names.into_iter().flatten().collect();
        format!("{}\n    {}\n    default: {}\n", names.join("  "), setting.meaning, setting.default)
    };
    settings.iter().map(block).collect::<Vec<_>>().join("\n")
}
