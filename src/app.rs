//! Composition: builds the rooms, starts the loops, drains on SIGTERM. The only place that knows all rooms at once.
//!
//! Order matters. At start: the data folder is locked, the database opened, leases of a former life released, orphans of
//! it ended; then the engine and the door start; the runner waits until the sweep has
//! looked at what is on. At the end the other way round.

mod desk;
mod intake;
mod room;
mod setup;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::Context;
use tokio::net::TcpListener;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::agent::{Agents, AgentsConfig, Confinement};
use crate::core::agent::AgentSpec;
use crate::core::leavings;
use crate::core::policy::{Me, Policy};
use crate::core::time::Clock;
use crate::engine::{self, Engine};
use crate::git::{Git, GitConfig};
use crate::github::{GitHub, GitHubConfig};
use crate::http::{self, Bounds, Caps, Hosts};
use crate::runner::{MarkerKey, Parts, Runner};
use crate::store::{self, DataLock, Store};
use crate::sweep::Sweep;

pub use desk::{FrontDesk, event_line};
pub use intake::FrontDoor;
pub use setup::{Addresses, GitHubSetup, Setup};

/// How far back creations count for the pace, milliseconds.
const HOUR: i64 = 3_600_000;

/// The system's clock.
pub fn system_clock() -> Clock {
    Arc::new(|| {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
    })
}

/// All rooms, built and not yet started. Tests step engine and runner by hand; [`App::start`] lets them run.
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
    pub door: Arc<FrontDoor>,
    /// The part behind the admin address.
    pub desk: Arc<FrontDesk>,
    _lock: Arc<DataLock>,
}

impl App {
    /// Builds the rooms. Everything that would make later work impossible is found out here.
    pub async fn build(setup: Setup) -> anyhow::Result<Self> {
        tokio::fs::create_dir_all(&setup.data_dir)
            .await
            .with_context(|| format!("make the data folder {}", setup.data_dir.display()))?;
        let lock = store::lock_data_dir(&setup.data_dir).await.context("lock the data folder")?;
        let store = Store::open(&setup.database_url).await.context("open the database")?;
        let github = GitHub::new(github_config(&setup)).context("set up the GitHub client")?;
        let me = who(&github).await.context("ask GitHub who we are")?;
        let git = Git::open(git_config(&setup)).await.context("set up git")?;
        let agents = Agents::open(agents_config(&setup)).await.context("set up agents")?;
        let policy = Arc::new(policy(&setup, me, &agents));
        let owner = instance(&store).await.context("read the instance's name")?;
        let released = store.release_owner(&owner).await.context("release leases of a former life")?;
        if released > 0 {
            tracing::info!(released, "work of a former life is taken up again");
        }
        let marker = marker_key(&store).await.context("read the key for marks")?;
        let parts = Arc::new(Parts {
            store: store.clone(),
            github,
            git,
            agents,
            policy: policy.clone(),
            secrets: keys(&setup.specs),
            ignore: leavings::list(setup.specs.values().flat_map(|spec| &spec.ignore), &setup.ignore),
            specs: setup.specs,
            clock: setup.clock.clone(),
            ballast: crate::runner::Ballast::new(&setup.data_dir),
            data_dir: setup.data_dir,
            marker,
            owner,
            knobs: setup.knobs,
            posted: std::sync::Mutex::default(),
            mail: crate::runner::Mail::default(),
            usage: crate::runner::Usage::default(),
        });
        seed_pace(&parts).await.context("read what was posted in the last hour")?;
        let engine = Engine::new(store.clone(), policy, setup.clock.clone());
        let runner = Runner::new(parts.clone());
        let sweep = Sweep::new(parts.clone());
        let door = Arc::new(FrontDoor::new(store.clone(), setup.github.secrets, parts.clone()));
        let desk = Arc::new(FrontDesk::new(store.clone(), parts));
        Ok(Self { store, engine, runner, sweep, door, desk, _lock: Arc::new(lock) })
    }

    /// Starts engine, runner and both addresses.
    pub async fn start(self, addresses: &Addresses) -> anyhow::Result<Running> {
        let bind = async |address: std::net::SocketAddr| {
            TcpListener::bind(address).await.with_context(|| format!("listen on {address}"))
        };
        let (public, admin) = (bind(addresses.listen).await?, bind(addresses.admin).await?);
        let (listen, admin_listen) = (public.local_addr()?, admin.local_addr()?);
        room::look(&self.engine, &self.runner).await;
        self.engine.schedule().await.context("give out free slots")?;
        let (work, doors, looked) = (CancellationToken::new(), CancellationToken::new(), CancellationToken::new());
        let public_router = http::public_router(self.door.clone(), Caps::default());
        let admin_router = http::admin_router(self.desk.clone(), Hosts::default());
        let loops = vec![
            tokio::spawn(self.engine.clone().run(doors.clone())),
            tokio::spawn(self.sweep.clone().run(looked.clone(), work.clone())),
            tokio::spawn(room::watch(self.engine.clone(), self.runner.clone(), work.clone())),
        ];
        let runner = tokio::spawn(after(looked, work.clone(), self.runner.clone().run(work.clone())));
        let served = vec![
            tokio::spawn(http::serve(public, public_router, Bounds::default(), doors.clone())),
            tokio::spawn(http::serve(admin, admin_router, Bounds::default(), doors.clone())),
        ];
        Ok(Running { app: self, listen, admin: admin_listen, work, doors, loops, runner, served })
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
    /// Its rooms.
    pub app: App,
    /// Where GitHub reaches it.
    pub listen: std::net::SocketAddr,
    /// Where its people reach it.
    pub admin: std::net::SocketAddr,
    work: CancellationToken,
    doors: CancellationToken,
    loops: Vec<JoinHandle<()>>,
    runner: JoinHandle<()>,
    served: Vec<JoinHandle<()>>,
}

impl Running {
    /// Stops in order: no new effects, agents interrupted, webhooks answered until the very end, then the database.
    pub async fn stop(self) {
        self.work.cancel();
        join("runner", self.runner).await;
        self.doors.cancel();
        for served in self.served {
            join("listener", served).await;
        }
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

/// Serves until SIGTERM or SIGINT; a second signal ends at once.
pub async fn serve(setup: Setup, addresses: Addresses) -> anyhow::Result<()> {
    let app = App::build(setup).await?;
    let running = app.start(&addresses).await?;
    // One listener for both: a signal between two of them would be lost.
    let mut signals = Signals::listen()?;
    tracing::info!(listen = %running.listen, admin = %running.admin, "skep is ready");
    signals.next().await;
    tracing::info!("stopping: agents are interrupted and go on at the next start");
    tokio::select! {
        () = running.stop() => tracing::info!("stopped"),
        () = signals.next() => {
            tracing::warn!("a second signal: ending at once");
        }
    }
    Ok(())
}

/// SIGTERM and SIGINT, each heard once.
pub struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    /// Listens from now on.
    pub fn listen() -> anyhow::Result<Self> {
        let terminate = signal(SignalKind::terminate()).context("listen for SIGTERM")?;
        let interrupt = signal(SignalKind::interrupt()).context("listen for SIGINT")?;
        Ok(Self { terminate, interrupt })
    }

    /// Waits for the next one.
    pub async fn next(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}

async fn who(github: &GitHub) -> anyhow::Result<Me> {
    let app = github.app().await?;
    Ok(Me { app_id: app.id, login: app.bot_login(), slug: app.slug })
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
    }
}

fn git_config(setup: &Setup) -> GitConfig {
    GitConfig {
        program: "git".into(),
        data_dir: setup.data_dir.clone(),
        timeout: setup.git_timeout,
        old_git: setup.old_git,
    }
}

fn agents_config(setup: &Setup) -> AgentsConfig {
    AgentsConfig {
        data_dir: setup.data_dir.clone(),
        hide: setup.hide.clone(),
        sandbox: setup.sandbox,
        path: setup.path.clone(),
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

/// The values of agents' variables that are keys by their name.
fn keys(specs: &BTreeMap<String, AgentSpec>) -> Vec<String> {
    let secret = |name: &str| ["KEY", "TOKEN", "SECRET", "PASSWORD"].iter().any(|word| name.contains(word));
    let variables = specs.values().flat_map(|spec| &spec.environment);
    variables.filter(|(name, value)| secret(name) && value.len() >= 8).map(|(_, value)| value.clone()).collect()
}

/// This instance's name among those that hold leases; made at the first start.
async fn instance(store: &Store) -> anyhow::Result<String> {
    let fresh = random("instance")?;
    Ok(store.get_or_init_meta("instance", &fresh).await?)
}

async fn marker_key(store: &Store) -> anyhow::Result<MarkerKey> {
    let fresh = random("marker")?;
    Ok(MarkerKey::new(&store.get_or_init_meta("marker-key", &fresh).await?))
}

/// `prefix-` and 48 random hexadecimal digits.
pub fn random(prefix: &str) -> anyhow::Result<String> {
    let mut bytes = [0_u8; 24];
    getrandom::fill(&mut bytes).map_err(|error| anyhow::anyhow!("no randomness: {error}"))?;
    Ok(format!("{prefix}-{}", hex::encode(bytes)))
}

/// A restart must not forget what GitHub still counts: per installation, whatever the number of its tasks.
async fn seed_pace(parts: &Parts) -> anyhow::Result<()> {
    for (lane, history) in parts.store.content_history((parts.clock)() - HOUR).await? {
        if let Some(installation) = engine::lane_installation(&lane) {
            parts.github.seed_history(installation, &history);
        }
    }
    Ok(())
}
