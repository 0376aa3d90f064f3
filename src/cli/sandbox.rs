//! `skep sandbox`: what confines agents, on paper and in person.

use super::command_error::{CommandError, CommandResult};
use super::output::print;
use crate::agent::presets::preset;
use crate::app;
use crate::config::{Args, Sources};
use crate::core::text;

/// Show what a session may read, write and reach.
#[derive(Debug, clap::Args)]
pub(super) struct Sandbox {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Print what a session of a role may read, write and reach, without starting one.
    Show {
        #[command(flatten)]
        what: What,
    },
}

/// Of what.
#[derive(Debug, clap::Args)]
struct What {
    /// The role, such as `swe`.
    role: String,
    /// A command instead of the role's agent; it has neither the agent's variables nor a way out.
    #[arg(last = true, value_name = "COMMAND")]
    command: Vec<String>,
    #[command(flatten)]
    args: Args,
}

impl Sandbox {
    pub(super) fn args(&self) -> Args {
        match &self.command {
            Command::Show { what } => what.args.clone(),
        }
    }

    pub(super) async fn run(self, sources: &Sources) -> CommandResult {
        let config = sources.config(&preset)?;
        match self.command {
            Command::Show { what } => {
                let shown = app::sandbox_shown(config, &what.role, &what.command).await;
                let shown = shown.map_err(CommandError::Failed)?;
                Ok(print(&text::sight::render(&shown))?)
            }
        }
    }
}
