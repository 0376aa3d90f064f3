//! `skep man`: the manual, made from the command line itself: a page on skep, and one on each command.

use std::path::{Path, PathBuf};

use anyhow::Context;

use super::command_error::{CommandError, CommandResult};
use super::output::print_bytes;

/// Print the manual page, or write it and one for each command into a folder.
///
/// Examples: `skep man | man -l -`, `skep man --into /usr/local/share/man/man1`.
#[derive(Debug, clap::Args)]
pub(super) struct Man {
    /// The folder for `skep.1`, `skep-serve.1` and the others; made if it is not there.
    #[arg(long, value_name = "FOLDER")]
    into: Option<PathBuf>,
}

impl Man {
    pub(super) fn run(self, mut whole: clap::Command) -> CommandResult {
        whole.build();
        match self.into {
            Some(folder) => into(&folder, &whole).map_err(CommandError::Failed),
            None => Ok(print_bytes(&page(&whole, "skep")?)?),
        }
    }
}

/// Makes the folder, too: Debian has no `/usr/local/share/man/man1` of its own.
fn into(folder: &Path, whole: &clap::Command) -> anyhow::Result<()> {
    std::fs::create_dir_all(folder).with_context(|| format!("make {}", folder.display()))?;
    write(folder, whole, "skep")
}

fn write(folder: &Path, command: &clap::Command, name: &str) -> anyhow::Result<()> {
    let file = folder.join(format!("{name}.1"));
    let text = page(command, name)?;
    std::fs::write(&file, text).with_context(|| format!("write {}", file.display()))?;
    let shown = command
        .get_subcommands()
        .filter(|command| !command.is_hide_set());
    for below in shown {
        write(folder, below, &format!("{name}-{}", below.get_name()))?;
    }
    Ok(())
}

fn page(command: &clap::Command, name: &str) -> anyhow::Result<Vec<u8>> {
    let mut text = Vec::new();
    let page = clap_mangen::Man::new(command.clone()).title(name.to_owned());
    page.render(&mut text).context("write the page")?;
    Ok(text)
}
