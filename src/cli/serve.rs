//! `skep serve`: answer GitHub until a signal says stop.

use super::command_error::{CommandError, CommandResult};
use crate::agent::presets::preset;
use crate::app::{self, Addresses, Reread, Setup};
use crate::config::{Args, Config, Missing, Sources};
use crate::core::text::{self, setup::Need};

/// Serve webhooks and run sessions until SIGTERM or SIGINT; SIGHUP reads the webhook secrets again.
#[derive(Debug, clap::Args)]
pub(super) struct Serve {
    #[command(flatten)]
    pub(super) args: Args,
}

pub(super) async fn run(sources: &Sources) -> CommandResult {
    let config = sources.config(&preset)?;
    config
        .ready()
        .map_err(|missing| CommandError::Misused(not_ready(missing)))?;
    let warnings = config
        .warnings
        .iter()
        .cloned()
        .chain(config.make_data_dir()?);
    for warning in warnings {
        tracing::warn!("{warning}");
    }
    Ok(start(config, sources).await?)
}

async fn start(config: Config, sources: &Sources) -> anyhow::Result<()> {
    let addresses = addresses(&config);
    let read_again = || {
        let config = sources
            .read_again()
            .config(&preset)
            .map_err(|error| error.to_string())?;
        let github = config.github.ok_or(text::setup::NO_CREDENTIALS)?;
        Ok(Reread {
            webhook_secrets: github.webhook_secrets(),
        })
    };
    app::serve(Setup::from_config(config)?, addresses, read_again).await
}

pub(super) fn addresses(config: &Config) -> Addresses {
    Addresses {
        listen: config.listen,
        admin: config.admin_listen,
    }
}

/// What is missing and how to get it.
pub(super) fn not_ready(missing: &[Missing]) -> String {
    let needs: Vec<Need<'_>> = missing
        .iter()
        .map(|missing| Need {
            name: &missing.name,
            meaning: missing.meaning,
        })
        .collect();
    text::setup::not_ready(&needs)
}
