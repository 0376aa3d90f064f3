//! `skep sandbox`: what confines agents, on paper and in person.

use super::command_error::{CommandError, CommandResult};
use super::output::print;
use crate::agent::AgentError;
use crate::agent::registry::Known;
use crate::app::{self, Cut, Trial};
use crate::config::{Args, Config, Sources};
use crate::core::text::sight;

/// Show what a session may read, write and reach, or try a command in its sandbox.
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
    /// Run a command in exactly the sandbox that a session of a role would have, without the keys of its model.
    ///
    /// Its working copy is the last commit of the repository around the current folder, in a copy that is thrown away (an empty folder
    /// outside of any repository); what `.github/skep.toml` there asks for counts. What it writes is shown as it comes, its input is empty,
    /// and at the end stands what was refused. Exits as the command does; 124: a limit ended it; 125: it was not started; 127: there is no
    /// such command.
    Try {
        #[command(flatten)]
        tried: TriedWhat,
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

/// What is tried.
#[derive(Debug, clap::Args)]
struct TriedWhat {
    /// The role, such as `swe`.
    role: String,
    /// The command and its arguments.
    #[arg(last = true, value_name = "COMMAND", required = true)]
    command: Vec<String>,
    #[command(flatten)]
    args: Args,
}

/// A limit ended the command.
const LIMIT_MET: u8 = 124;
/// The command was not started.
const NOT_STARTED: u8 = 125;
/// There is no such command.
const NO_COMMAND: u8 = 127;
/// Whoever waited for it interrupted it.
const INTERRUPTED: u8 = 130;

impl Sandbox {
    pub(super) fn args(&self) -> Args {
        match &self.command {
            Command::Show { what } => what.args.clone(),
            Command::Try { tried } => tried.args.clone(),
        }
    }

    pub(super) async fn run(self, sources: &Sources) -> CommandResult {
        let config = sources.config(&Known)?;
        match self.command {
            Command::Show { what } => {
                let shown = app::sandbox_shown(config, &what.role, &what.command).await;
                let shown = shown.map_err(CommandError::Failed)?;
                Ok(print(&sight::render(&shown))?)
            }
            Command::Try { tried } => try_out(config, tried).await,
        }
    }
}

async fn try_out(config: Config, what: TriedWhat) -> CommandResult {
    let trial = Trial::prepare(config, &what.role).await;
    let trial = trial.map_err(|error| ended(NOT_STARTED, Some(error)))?;
    eprintln!("skep: {}", trial.told());
    let (out, errors) = (tokio::io::stdout(), tokio::io::stderr());
    let tried = trial
        .run(&what.command, Box::new(out), Box::new(errors))
        .await;
    let tried = tried.map_err(|error| match error {
        AgentError::NotFound { program, .. } => {
            let said = anyhow::anyhow!(sight::no_program(&program));
            ended(NO_COMMAND, Some(said))
        }
        error => ended(NOT_STARTED, Some(error.into())),
    })?;
    if let Err(Cut::Limit(why)) = &tried.end {
        eprintln!("skep: {}", sight::cut(why));
    }
    for line in sight::refusals(&tried.refused, trial.holds()) {
        eprintln!("skep: {line}");
    }
    match tried.end {
        Ok(0) => Ok(()),
        Ok(code) => Err(ended(u8::try_from(code).unwrap_or(u8::MAX), None)),
        Err(Cut::Limit(_)) => Err(ended(LIMIT_MET, None)),
        Err(Cut::Interrupted) => Err(ended(INTERRUPTED, None)),
    }
}

fn ended(code: u8, why: Option<anyhow::Error>) -> CommandError {
    CommandError::Ended { code, why }
}
