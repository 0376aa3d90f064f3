//! `skep top`: what goes on, in the terminal, as it goes on; with keys for what a person can do about it.
//!
//! What is shown is a value (`state`), what a key or news makes of it a pure function (`step`), the picture of it another (`draw` and what
//! it uses). Only `screen` touches the terminal and only `follow` asks the running skep. It decides nothing: an order goes the way of every
//! other order.

mod canvas;
mod dialog;
mod draw;
mod follow;
mod list;
mod live;
mod log;
mod plain;
mod row;
mod screen;
mod state;
mod step;
mod task;

use std::io::{IsTerminal, stdin, stdout};

use canvas::Theme;

use super::admin_options::AdminOptions;
use super::command_error::CommandResult;
use super::output::{print, print_json, width};
use crate::config::Sources;
use crate::http::types::OverviewAnswer;

/// Watch what goes on, and answer, pause or stop with a key.
///
/// What needs you comes first. Where there is no terminal to draw on it prints one table and ends.
#[derive(Debug, clap::Args)]
pub(super) struct Top {
    /// Print one table and end.
    #[arg(long)]
    once: bool,
    #[command(flatten)]
    pub(super) admin: AdminOptions,
}

impl Top {
    pub(super) async fn run(self, sources: &Sources) -> CommandResult {
        let admin = self.admin.admin(sources)?;
        let answer = admin.get("/api/v1/overview", &[]).await?;
        if self.admin.json {
            return Ok(print_json(&answer)?);
        }
        let overview: OverviewAnswer = admin.read(&answer)?;
        let terminal = sources.terminal();
        let drawn = terminal.drawable && stdout().is_terminal() && stdin().is_terminal();
        if self.once || !drawn {
            return Ok(print(&plain::text(&overview, width()))?);
        }
        let theme = Theme {
            colour: terminal.colour,
        };
        live::watch(admin, overview, theme).await
    }
}
