//! A running simulator: how it is set up, started and stopped.
//!
//! It exists as the one handle on the world, the server and the sender of webhooks. It must never listen beyond its address.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::api_error::ApiError;
use crate::git::git_commands::GitFault;
use crate::state::State;
use crate::world::account::{App, permissions};
use crate::world::facts::{Clock, World};
use crate::{delivery, server};

/// What the App asks for when nothing else is said: what skep's manifest asks for.
pub const PERMISSIONS: [(&str, &str); 7] = [
    ("actions", "read"),
    ("checks", "write"),
    ("contents", "write"),
    ("issues", "write"),
    ("metadata", "read"),
    ("pull_requests", "write"),
    ("statuses", "read"),
];

/// What the App listens to when nothing else is said: what skep's manifest listens to.
pub const EVENTS: [&str; 12] = [
    "check_suite",
    "issue_comment",
    "issue_dependencies",
    "issues",
    "pull_request",
    "pull_request_review",
    "push",
    "release",
    "repository",
    "status",
    "sub_issues",
    "workflow_run",
];

/// How a simulator is set up.
#[derive(Clone)]
pub struct SimulatorConfig {
    /// Where it listens; port 0 takes a free one.
    pub listen: SocketAddr,
    /// Where the git repositories lie; made when it is not there.
    pub data_dir: PathBuf,
    /// Epoch milliseconds. Tokens, limits and all times in payloads follow it.
    pub clock: Clock,
    /// The App's name in addresses.
    pub app_slug: String,
    /// The App's number.
    pub app_id: i64,
    /// The public half of the App's key.
    pub app_public_key_pem: String,
    /// The private half, which a registration from a manifest hands out; without it nothing can be registered.
    pub app_private_key_pem: Option<String>,
    /// What webhooks are signed with.
    pub webhook_secret: String,
    /// Where webhooks go; may be set later. Until then nothing is delivered, nor listed as a delivery.
    pub webhook_url: Option<String>,
    /// Refuse what is over GitHub's secondary limits. The hourly limit always holds.
    pub enforce_limits: bool,
    /// Keep whole exchanges: [`Simulator::take_exchanges`] hands them over.
    pub keep_exchanges: bool,
    /// Installation tokens have the long form GitHub uses since 2026.
    pub long_tokens: bool,
}

impl SimulatorConfig {
    /// The demo's App on a free loopback port, with the machine's clock.
    pub fn new(data_dir: PathBuf, app_public_key_pem: String) -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            data_dir,
            clock: Arc::new(|| chrono::Utc::now().timestamp_millis()),
            app_slug: "skep-demo".to_owned(),
            app_id: 4_242,
            app_public_key_pem,
            app_private_key_pem: None,
            webhook_secret: "it is a secret to everybody".to_owned(),
            webhook_url: None,
            enforce_limits: false,
            keep_exchanges: false,
            long_tokens: false,
        }
    }
}

/// Why a simulator could not do something.
#[derive(Debug, thiserror::Error)]
pub enum SimulatorError {
    /// It could not listen or write where it was told to.
    #[error("the simulator cannot {doing}: {cause}")]
    Io {
        /// What it tried.
        doing: &'static str,
        /// Why not.
        cause: std::io::Error,
    },
    /// Git did not do its part.
    #[error(transparent)]
    Git(#[from] GitFault),
    /// GitHub would refuse it.
    #[error("GitHub refuses: {0}")]
    Refused(#[from] ApiError),
}

pub(super) struct Inner {
    state: Arc<State>,
    address: SocketAddr,
    pub(super) data_dir: PathBuf,
    stop: CancellationToken,
    tasks: Mutex<Vec<JoinHandle<()>>>,
}

/// A handle on a running simulator; clones are the same simulator.
#[derive(Clone)]
pub struct Simulator {
    pub(super) inner: Arc<Inner>,
}

impl Simulator {
    /// Starts one.
    pub async fn start(config: SimulatorConfig) -> Result<Self, SimulatorError> {
        let io = |doing| move |cause| SimulatorError::Io { doing, cause };
        tokio::fs::create_dir_all(&config.data_dir)
            .await
            .map_err(io("make its folder"))?;
        let listener = TcpListener::bind(config.listen)
            .await
            .map_err(io("listen"))?;
        let address = listener.local_addr().map_err(io("learn its address"))?;
        let data_dir = config.data_dir.clone();
        let (enforce, keep) = (config.enforce_limits, config.keep_exchanges);
        let state = State::new(world_of(config, address), enforce, keep);
        let stop = CancellationToken::new();
        let serving = tokio::spawn(server::run(listener, Arc::clone(&state), stop.clone()));
        let (courier, ended) = (delivery::run(Arc::clone(&state)), stop.clone());
        let sending = tokio::spawn(async move {
            tokio::select! { () = ended.cancelled() => {}, () = courier => {} }
        });
        let tasks = Mutex::new(vec![serving, sending]);
        Ok(Self {
            inner: Arc::new(Inner {
                state,
                address,
                data_dir,
                stop,
                tasks,
            }),
        })
    }

    /// Closes all connections and stops sending. Nothing is written down that was not before.
    pub async fn stop(&self) {
        self.inner.stop.cancel();
        self.let_go();
        let tasks = std::mem::take(
            &mut *self
                .inner
                .tasks
                .lock()
                .unwrap_or_else(PoisonError::into_inner),
        );
        for task in tasks {
            if let Err(error) = task.await {
                tracing::warn!(%error, "a task of the simulator did not end well");
            }
        }
    }

    /// Where it listens.
    pub fn addr(&self) -> SocketAddr {
        self.inner.address
    }

    /// The root of the API: `http://127.0.0.1:<port>`. `/api/v3` below it works too, as on GitHub Enterprise Server.
    pub fn api_url(&self) -> String {
        format!("http://{}", self.inner.address)
    }

    /// The root of repositories: clone `<git_url>/<owner>/<name>.git`.
    pub fn git_url(&self) -> String {
        self.api_url()
    }

    pub(crate) fn state(&self) -> &Arc<State> {
        &self.inner.state
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

fn world_of(config: SimulatorConfig, address: SocketAddr) -> World {
    let app = App {
        id: config.app_id,
        slug: config.app_slug,
        public_key_pem: config.app_public_key_pem,
        webhook_secret: config.webhook_secret,
        webhook_url: config.webhook_url,
        permissions: permissions(&PERMISSIONS),
        events: EVENTS.map(str::to_owned).to_vec(),
    };
    let mut world = World::new(config.clock, format!("http://{address}"), app);
    world.long_tokens = config.long_tokens;
    world.registration.private_key_pem = config.app_private_key_pem;
    world
}
