//! `skep completions SHELL`: what a shell needs to complete skep's command line, made from that command line itself.

use super::command_error::CommandResult;
use super::output::print_bytes;

/// Print the completions for a shell.
///
/// Examples: `skep completions bash > /etc/bash_completion.d/skep`, `skep completions zsh > "${fpath[1]}/_skep"`,
/// `skep completions fish > ~/.config/fish/completions/skep.fish`.
#[derive(Debug, clap::Args)]
pub(super) struct Completions {
    #[arg(value_name = "SHELL")]
    shell: clap_complete::Shell,
}

impl Completions {
    pub(super) fn run(self, mut whole: clap::Command) -> CommandResult {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut whole, "skep", &mut script);
        Ok(print_bytes(&script)?)
    }
}
