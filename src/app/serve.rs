//! What `skep serve` does from the set-up to the signal that ends it.

use std::sync::Arc;

use anyhow::Context;
use secrecy::{ExposeSecret, SecretString};

use super::assembly::Assembly;
use super::door::Door;
use super::fence_line::shown;
use super::identity;
use super::running::Running;
use super::setup::Setup;
use crate::core::text::gateway;

/// Serves until SIGTERM or SIGINT; a second signal ends at once. Webhooks are taken in from the start, and worked on as soon
/// as GitHub has said who we are.
pub async fn serve(
    setup: Setup,
    mut door: Door,
    read_again: impl Fn() -> Result<Reread, String>,
) -> anyhow::Result<()> {
    // One listener for all of it: a signal between two of them would be lost.
    let mut signals = door.signals()?;
    let assembly = Assembly::open(setup).await?;
    let network = &assembly.setup.network;
    let listeners = door.enter(&assembly.entry(), network).await?;
    if let Some(channel) = &listeners.channel {
        assembly.health.reads(Arc::clone(channel));
    }
    tracing::info!(listen = %listeners.listen, admin = %listeners.admin, "webhooks are taken in");
    let reload = || reload(&assembly, &read_again);
    let learned = tokio::select! {
        learned = identity::learn(&assembly.github, &assembly.setup.github.api_url, &assembly.health) => Some(learned),
        () = signals.stop(reload) => None,
    };
    let identity = match learned {
        Some(Ok(identity)) => identity,
        early => {
            listeners.close().await;
            assembly.store.close().await;
            return early.map_or(Ok(()), |failed| {
                failed.map(drop).context("ask GitHub who we are")
            });
        }
    };
    identity::warn_of_shortfall(&identity, assembly.setup.issues.pull_gate);
    let running = assembly
        .complete(identity)
        .await?
        .start_behind(listeners)
        .await?;
    ready(&running, &assembly.setup);
    signals.stop(reload).await;
    tracing::info!("stopping: agents are interrupted and go on at the next start");
    tokio::select! {
        () = running.stop() => tracing::info!("stopped"),
        () = signals.next() => {
            tracing::warn!("a second signal: ending at once");
        }
    }
    Ok(())
}

/// What can be taken up without a restart.
pub struct Reread {
    /// The webhook secrets, the present one first.
    pub webhook_secrets: Vec<SecretString>,
}

/// Reads the configuration again. What is wrong with it changes nothing; what needs a restart is said.
fn reload(assembly: &Assembly, read_again: &impl Fn() -> Result<Reread, String>) {
    let taken = read_again().and_then(|read| {
        let texts = read.webhook_secrets.iter();
        let texts = texts.map(|text| text.expose_secret().to_owned());
        assembly.held.hold(texts);
        let secrets = &assembly.setup.github.secrets;
        secrets
            .replace(read.webhook_secrets)
            .map_err(|error| error.to_string())
    });
    match taken {
        Ok(()) => tracing::info!(
            "SIGHUP: the webhook secrets were read again; everything else needs a restart"
        ),
        Err(error) => {
            tracing::error!(
                error,
                "SIGHUP: the configuration is wrong now, and what was read at the start stays"
            )
        }
    }
}

/// Says what was started, and what to do next.
fn ready(running: &Running, setup: &Setup) {
    let policy = &running.app.runner.services().policy;
    for (agent, keys) in &policy.keys {
        let Some(place) = gateway::place(keys) else {
            continue;
        };
        match keys.are_inside() {
            true => tracing::warn!(agent, key = place, "an agent has a key with it"),
            false => tracing::info!(agent, key = place, "an agent's key stays outside"),
        }
    }
    tracing::info!(
        listen = %running.listen,
        admin = %running.admin,
        version = env!("CARGO_PKG_VERSION"),
        app = policy.me.slug,
        agent = policy.default_agent,
        sandbox = shown(&running.app.runner.services().agents.confinement()),
        limits = running.app.runner.services().agents.limits_held_by(),
        data = %setup.data_dir.display(),
        next = "add the label agent:go to an issue; `skep status` shows what comes in",
        "skep is ready"
    );
}
