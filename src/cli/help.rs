//! `skep help`: what a command takes. It is a command like the others, so that it can be asked for help, too.

use super::command_error::{CommandError, CommandResult};
use super::output::print;
use crate::core::text;

/// Print the help of a command.
#[derive(Debug, clap::Args)]
pub(super) struct Help {
    /// Which; nothing means all of them.
    #[arg(value_name = "COMMAND")]
    command: Vec<String>,
}

impl Help {
    /// `whole` is the command line whose commands are explained.
    pub(super) fn run(self, whole: &mut clap::Command) -> CommandResult {
        let named = self.command.iter().map(String::as_str);
        let line = std::iter::once("skep").chain(named).chain(["--help"]);
        match whole.try_get_matches_from_mut(line) {
            Err(help) if !help.use_stderr() => Ok(print(&help.render().to_string())?),
            _ => {
                let named = self.command.join(" ");
                Err(CommandError::Misused(text::cli::unknown_command(&named)))
            }
        }
    }
}
