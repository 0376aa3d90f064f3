//! `skep serve`: answer GitHub until a signal says stop.

use super::command_error::{CommandError, CommandResult};
use crate::agent::registry::Known;
use crate::app::{self, Addresses, Door, Reception, RegistrationSetup, Reread, Setup};
use crate::config::{Args, Config, Missing, Sources};
use crate::core::text::{self, setup::Need};

/// Serve webhooks and run sessions until SIGTERM or SIGINT; SIGHUP reads secrets, roles and limits again.
#[derive(Debug, clap::Args)]
pub(super) struct Serve {
    #[command(flatten)]
    pub(super) args: Args,
}

pub(super) async fn run(sources: &Sources) -> CommandResult {
    let config = sources.config(&Known)?;
    let registers = config.has_no_app() && config.default_agent.is_some();
    if !registers {
        config
            .ready()
            .map_err(|missing| CommandError::Misused(not_ready(missing)))?;
    }
    let warnings = config
        .warnings
        .iter()
        .cloned()
        .chain(config.make_data_dir()?);
    for warning in warnings {
        tracing::warn!("{warning}");
    }
    if registers {
        return register(&config, sources).await;
    }
    let setup = RegistrationSetup::of(&config, sources.github()?);
    let unfinished = setup.is_unfinished().then(|| Box::new(setup));
    let door = Door::Closed {
        addresses: addresses(&config),
        channel: config.public.webhook_proxy.clone(),
        unfinished,
    };
    Ok(start(config, door, sources).await?)
}

/// Without an App: serves the page that makes one, and goes on as soon as it is there.
async fn register(config: &Config, sources: &Sources) -> CommandResult {
    let setup = RegistrationSetup::of(config, sources.github()?);
    let mut reception = Reception::open(setup).await?;
    tracing::warn!(
        page = reception.address(),
        listen = reception.listen().map(tracing::field::display),
        admin = %reception.admin(),
        "{}",
        text::registration::NO_APP_YET
    );
    if reception.registered_for_service().await.is_none() {
        reception.close().await;
        return Ok(());
    }
    let config = sources.read_again().config(&Known)?;
    if let Err(missing) = config.ready() {
        return Err(CommandError::Misused(not_ready(missing)));
    }
    Ok(start(config, reception.into_door(), sources).await?)
}

async fn start(config: Config, door: Door, sources: &Sources) -> anyhow::Result<()> {
    let read_again = || {
        let config = sources
            .read_again()
            .config(&Known)
            .map_err(|error| error.to_string())?;
        let github = config.github.as_ref().ok_or(text::setup::NO_CREDENTIALS)?;
        let webhook_secrets = github.webhook_secrets();
        let setup = Setup::from_config(config).map_err(|error| format!("{error:#}"))?;
        Ok(Reread {
            webhook_secrets,
            setup: Box::new(setup),
        })
    };
    app::serve(Setup::from_config(config)?, door, read_again).await
}

pub(super) fn addresses(config: &Config) -> Addresses {
    Addresses {
        listen: config.webhook_listen(),
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
