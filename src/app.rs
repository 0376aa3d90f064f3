//! Composition: builds the modules, starts the loops, drains on SIGTERM. The only place that knows all modules at once.
//!
//! Order matters. At start: the data folder is locked, the database opened, orphans of a earlier process ended; then the listeners
//! open, so that webhooks are stored; and once GitHub has said who we are, leases of a earlier process are released, the engine
//! starts, and the runner waits until the sweep has looked at what is on. At the end the other way round.

mod admin_api;
mod admin_token;
mod assembly;
mod check;
mod health;
mod identity;
mod intake;
mod listeners;
mod room;
mod setup;
mod signals;
mod trust;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::Context;
use secrecy::SecretString;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::agent::{Agents, AgentsConfig, Confinement};
use crate::core::agent::AgentSpec;
use crate::core::network::{Network, ProxyUrl};
use crate::core::policy::{Me, Policy};
use crate::core::time::Clock;
use crate::engine::{self, Engine};
use crate::git::GitConfig;
use crate::github::GitHubConfig;
use crate::random;
use crate::runner::{MarkerKey, Runner, Services};
use crate::store::{DataLock, Store};
use crate::sweep::Sweep;
use crate::webhook::Secrets;
use assembly::Assembly;
use listeners::{Entry, Listeners};

pub use admin_api::{AdminApi, event_json};
pub use check::{Finding, Verdict, check};
pub use intake::WebhookIngest;
pub use setup::{Addresses, GitHubSetup, Setup};
pub use signals::Signals;

/// How far back creations count for the pace, milliseconds.
const HOUR: i64 = 3_600_000;

/// The system's clock.
pub fn system_clock() -> Clock {
    Arc::new(|| {
        let since = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
    })
}

/// All modules, built and not yet started. Tests step engine and runner by hand; [`App::start`] lets them run.
pub struct App {
    /// The database.
    pub store: Store,
    /// Decides.
    pub engine: Engine,
    /// Performs.
    pub runner: Runner,
    /// Finds what nobody told us of.
    pub sweep: Sweep,
    /// The part behind the public address.
    pub ingest: Arc<WebhookIngest>,
    /// The part behind the admin address.
    pub desk: Arc<AdminApi>,
    token: SecretString,
    _lock: Arc<DataLock>,
}

impl App {
    /// Builds the modules and asks GitHub once who we are. Everything that would make later work impossible is found out
    /// here.
    pub async fn build(setup: Setup) -> anyhow::Result<Self> {
        let assembly = Assembly::open(setup).await?;
        let identity = assembly
            .github
            .app()
            .await
            .context("ask GitHub who we are")?;
        assembly.complete(identity).await
    }

    /// Starts engine, runner and both addresses.
    pub async fn start(self, addresses: &Addresses) -> anyhow::Result<Running> {
        let listeners = Listeners::open(&Entry::of(&self), addresses).await?;
        self.start_behind(listeners).await
    }

    /// Starts engine and runner behind addresses that are open already.
    async fn start_behind(self, listeners: Listeners) -> anyhow::Result<Running> {
        room::look(&self.engine, &self.runner).await;
        self.engine
            .schedule()
            .await
            .context("give out free slots")?;
        let (work, looked) = (CancellationToken::new(), CancellationToken::new());
        let loops = vec![
            tokio::spawn(self.engine.clone().run(listeners.stop.clone())),
            tokio::spawn(self.sweep.clone().run(looked.clone(), work.clone())),
            tokio::spawn(room::watch(
                self.engine.clone(),
                self.runner.clone(),
                work.clone(),
            )),
        ];
        let runner = tokio::spawn(after(
            looked,
            work.clone(),
            self.runner.clone().run(work.clone()),
        ));
        Ok(Running {
            app: self,
            listen: listeners.listen,
            admin: listeners.admin,
            work,
            listeners,
            loops,
            runner,
        })
    }
}

/// Begins once the sweep has looked at what is on: an issue that was closed meanwhile must not see its agent again.
async fn after(looked: CancellationToken, work: CancellationToken, run: impl Future<Output = ()>) {
    tokio::select! {
        () = looked.cancelled() => {}
        () = work.cancelled() => {}
    }
    run.await;
}

/// A skep at work.
pub struct Running {
    /// Its modules.
    pub app: App,
    /// Where GitHub reaches it.
    pub listen: std::net::SocketAddr,
    /// Where its people reach it.
    pub admin: std::net::SocketAddr,
    work: CancellationToken,
    listeners: Listeners,
    loops: Vec<JoinHandle<()>>,
    runner: JoinHandle<()>,
}

impl Running {
    /// Stops in order: no new effects, agents interrupted, webhooks answered until the very end, then the database.
    pub async fn stop(self) {
        self.work.cancel();
        join("runner", self.runner).await;
        self.listeners.close().await;
        for looping in self.loops {
            join("loop", looping).await;
        }
        self.app.store.close().await;
    }
}

async fn join(name: &str, handle: JoinHandle<()>) {
    if let Err(error) = handle.await {
        tracing::error!(name, %error, "a part did not end well");
    }
}

/// Serves until SIGTERM or SIGINT; a second signal ends at once. Webhooks are taken in from the start, and worked on as soon
/// as GitHub has said who we are.
pub async fn serve(
    setup: Setup,
    addresses: Addresses,
    read_again: impl Fn() -> Result<Reread, String>,
) -> anyhow::Result<()> {
    let assembly = Assembly::open(setup).await?;
    // One listener for both: a signal between two of them would be lost.
    let mut signals = Signals::listen()?;
    let listeners = Listeners::open(&assembly.entry(), &addresses).await?;
    tracing::info!(listen = %listeners.listen, admin = %listeners.admin, "webhooks are taken in");
    let reload = || reload(&assembly.setup.github.secrets, &read_again);
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
    identity::warn_of_shortfall(&identity);
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
fn reload(secrets: &Secrets, read_again: &impl Fn() -> Result<Reread, String>) {
    let taken = read_again().and_then(|read| {
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
    tracing::info!(
        listen = %running.listen,
        admin = %running.admin,
        version = env!("CARGO_PKG_VERSION"),
        app = policy.me.slug,
        agent = policy.default_agent,
        sandbox = if policy.confinement_warning.is_none() { "bubblewrap" } else { "none" },
        data = %setup.data_dir.display(),
        next = "add the label agent:go to an issue; `skep status` shows what comes in",
        "skep is ready"
    );
}

fn github_config(setup: &Setup) -> GitHubConfig {
    GitHubConfig {
        api_url: setup.github.api_url.clone(),
        web_url: setup.github.web_url.clone(),
        app_id: setup.github.app_id,
        private_key_pem: setup.github.private_key.clone(),
        user_agent: concat!("skep/", env!("CARGO_PKG_VERSION")).to_owned(),
        now: setup.clock.clone(),
        pace: setup.pace,
        timeouts: setup.timeouts,
        network: setup.network.clone(),
    }
}

fn git_config(setup: &Setup) -> GitConfig {
    GitConfig {
        program: setup.git.clone(),
        data_dir: setup.data_dir.clone(),
        timeout: setup.git_timeout,
        old_git: setup.old_git,
        network: setup.network.clone(),
    }
}

fn agents_config(setup: &Setup) -> AgentsConfig {
    AgentsConfig {
        data_dir: setup.data_dir.clone(),
        hide: setup.hide.clone(),
        sandbox: setup.sandbox,
        path: setup.path.clone(),
        network: setup.network.clone(),
        demo_in_process: setup.demo_in_process,
    }
}

fn policy(setup: &Setup, me: Me, agents: &Agents) -> Policy {
    let warning = match agents.confinement() {
        Confinement::Bubblewrap(_) => None,
        Confinement::ProcessGroup { warning } => Some(warning.clone()),
    };
    Policy {
        me,
        default_role: setup.default_role.clone(),
        roles: setup.roles.clone(),
        agents: setup.specs.keys().cloned().collect(),
        default_agent: setup.default_agent.clone(),
        limits: setup.limits.clone(),
        allowed_bots: setup.allowed_bots.clone(),
        allow_protected: setup.allow_protected.clone(),
        author_answers: setup.author_answers,
        ready: setup.ready,
        confinement_warning: warning,
    }
}

/// What may stand in no text: the values of agents' variables that are keys by their name, and the passwords of proxies, which
/// agents are given as well.
fn keys(specs: &BTreeMap<String, AgentSpec>, network: &Network) -> Vec<String> {
    let proxies = network.https_proxy.iter().chain(&network.http_proxy);
    let passwords = proxies.flat_map(ProxyUrl::passwords);
    let secret = |name: &str| {
        ["KEY", "TOKEN", "SECRET", "PASSWORD"]
            .iter()
            .any(|word| name.contains(word))
    };
    let variables = specs.values().flat_map(|spec| &spec.environment);
    let named = variables
        .filter(|(name, _)| secret(name))
        .map(|(_, value)| value.clone());
    // Shorter ones would be found in ordinary words.
    named
        .chain(passwords)
        .filter(|value| value.len() >= 8)
        .collect()
}

/// This instance's name among those that hold leases; made at the first start.
async fn instance(store: &Store) -> anyhow::Result<String> {
    let fresh = secret("instance")?;
    Ok(store.get_or_init_meta("instance", &fresh).await?)
}

async fn marker_key(store: &Store) -> anyhow::Result<MarkerKey> {
    let fresh = secret("marker")?;
    Ok(MarkerKey::new(
        &store.get_or_init_meta("marker-key", &fresh).await?,
    ))
}

/// `prefix-` and 48 random hexadecimal digits.
pub(crate) fn secret(prefix: &str) -> anyhow::Result<String> {
    Ok(format!("{prefix}-{}", random::hexadecimal::<24>()?))
}

/// A restart must not forget what GitHub still counts: per installation, whatever the number of its tasks.
async fn seed_pace(services: &Services) -> anyhow::Result<()> {
    for (lane, history) in services
        .store
        .content_history((services.clock)() - HOUR)
        .await?
    {
        if let Some(installation) = engine::lane_installation(&lane) {
            services.github.seed_history(installation, &history);
        }
    }
    Ok(())
}
