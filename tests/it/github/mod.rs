//! The GitHub module against a scripted server on loopback: what goes over the wire, and how often.

mod changes;
mod ci;
mod identity;
mod limits;
mod reads;
mod server;
mod wire;

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use secrecy::SecretString;
use skep::core::ids::{InstallationId, IssueNumber, RepositoryId};
use skep::github::{At, GitHub, GitHubConfig, Pace, Timeouts, steady_clock};

use server::Server;

pub(crate) const ISSUE: IssueNumber = IssueNumber(12);

/// What the standard answers know.
pub(crate) const NOW: i64 = 1_700_000_000_000;
pub(crate) const BOT: i64 = 42;

pub(crate) fn key(name: &str) -> SecretString {
    let path = format!("{}/fixtures/keys/{name}", env!("CARGO_MANIFEST_DIR"));
    SecretString::from(
        std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}")),
    )
}

pub(crate) fn config(server: &Server) -> GitHubConfig {
    GitHubConfig {
        words: Default::default(),
        held: Default::default(),
        api_url: server.url().parse().expect("an address"),
        web_url: "https://github.example/".parse().expect("an address"),
        app_id: 7,
        private_key_pem: key("test-only-app.pkcs1.pem"),
        user_agent: "skep-test".into(),
        now: Arc::new(|| NOW),
        ticks: steady_clock(),
        pace: Pace::default(),
        timeouts: Timeouts {
            connect: Duration::from_secs(2),
            total: Duration::from_secs(5),
        },
        network: Default::default(),
    }
}

pub(crate) fn github(server: &Server) -> GitHub {
    GitHub::new(config(server)).expect("a working configuration")
}

pub(crate) fn at() -> At {
    At {
        installation: InstallationId(5),
        repository: RepositoryId(77),
        name: "octo/hello".parse().expect("a repository name"),
    }
}

/// A clock the test moves.
#[derive(Clone)]
pub(crate) struct Hands(Arc<AtomicI64>);

impl Hands {
    pub(crate) fn at(now: i64) -> Self {
        Self(Arc::new(AtomicI64::new(now)))
    }

    pub(crate) fn advance(&self, ms: i64) {
        self.0.fetch_add(ms, Ordering::SeqCst);
    }

    pub(crate) fn clock(&self) -> skep::core::time::Clock {
        let hands = Arc::clone(&self.0);
        Arc::new(move || hands.load(Ordering::SeqCst))
    }
}
