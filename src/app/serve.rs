//! What `skep serve` does from the set-up to the signal that ends it.

use std::sync::Arc;

use anyhow::Context;

use super::assembly::Assembly;
use super::door::Door;
use super::fence_line::shown;
use super::identity;
use super::renewal::{self, Reread};
use super::running::Running;
use super::setup::Setup;
use super::trace_export;
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
    let traces = trace_export::start(assembly.setup.traces.as_ref(), network)?;
    let listeners = door.enter(&assembly.entry(), network).await?;
    if let Some(channel) = &listeners.channel {
        assembly.health.reads(Arc::clone(channel));
    }
    match listeners.listen {
        Some(listen) => {
            tracing::info!(%listen, admin = %listeners.admin, "webhooks are taken in");
        }
        None => {
            tracing::info!(admin = %listeners.admin, "GitHub is asked for news; no port is open to the outside");
        }
    }
    let before = || reload(&read_again, |read| renewal::secrets(&assembly, read));
    let learned = tokio::select! {
        learned = identity::learn(&assembly.github, &assembly.setup.github.api_url, &assembly.health) => Some(learned),
        () = signals.stop(before) => None,
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
    let setup = &assembly.setup;
    identity::warn_of_shortfall(&identity, setup.issues.pull_gate, setup.hearing);
    let running = assembly
        .complete(identity)
        .await?
        .start_behind(listeners)
        .await?;
    ready(&running, &assembly.setup);
    let take_up = |read: &Reread| {
        renewal::policy(&running, read)?;
        renewal::secrets(&assembly, read)
    };
    signals.stop(|| reload(&read_again, take_up)).await;
    tracing::info!("stopping: agents are interrupted and go on at the next start");
    let stopped = async {
        running.stop().await;
        if let Some(traces) = traces {
            traces.stop().await;
        }
    };
    tokio::select! {
        () = stopped => tracing::info!("stopped"),
        () = signals.next() => {
            tracing::warn!("a second signal: ending at once");
        }
    }
    Ok(())
}

/// Reads the configuration again, and takes it up. What is wrong with it changes nothing; what needs a restart is said.
fn reload(
    read_again: &impl Fn() -> Result<Reread, String>,
    take_up: impl FnOnce(&Reread) -> Result<(), String>,
) {
    match read_again().and_then(|read| take_up(&read)) {
        Ok(()) => tracing::info!(
            "SIGHUP: webhook secrets, roles, limits and the rules for issues were read again; agents, addresses, notifications, the \
             database and the App's key need a restart"
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
        listen = running.listen.map(tracing::field::display),
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
