//! The client all calls to GitHub go through: its connection, its key, the tokens and the pace of every installation.

use std::sync::atomic::AtomicI64;
use std::sync::{Arc, Mutex};

use secrecy::SecretString;
use tokio::sync::OnceCell;
use url::Url;

use super::access::Access;
use super::budget::Budget;
use super::error::GitHubError;
use super::etag::Etags;
use super::identity::AppIdentity;
use super::jwt::AppKey;
use super::lanes::Lanes;
use super::located::Located;
use super::rate_gate::{Brake, Priority};
use super::rate_seen::{RateLeft, RateSeen};
use super::seen_labels::SeenLabels;
use super::tokens::Tokens;
use super::wire::{Timeouts, Wire};
use crate::core::effect::Worth;
use crate::core::ids::{InstallationId, RepositoryName, UserId};
use crate::core::network::Network;
use crate::core::policy::Pace;
use crate::core::sanitise::HeldSecrets;
use crate::core::time::Clock;
use crate::core::vocabulary::Vocabulary;

/// How the client is set up.
#[derive(Clone)]
pub struct GitHubConfig {
    /// The REST root: `https://api.github.com` or `https://<host>/api/v3`.
    pub api_url: Url,
    /// Where people and git go: `https://github.com`.
    pub web_url: Url,
    /// The App's id.
    pub app_id: u64,
    /// The App's private key, PEM, PKCS#1 or PKCS#8.
    pub private_key_pem: SecretString,
    /// How we introduce ourselves; GitHub refuses requests without.
    pub user_agent: String,
    /// The wall clock.
    pub now: Clock,
    /// A clock that never jumps, by which the pace is kept: [`super::steady_clock`]. Milliseconds since any moment.
    pub ticks: Clock,
    /// The pace of each installation.
    pub pace: Pace,
    /// How long calls may take.
    pub timeouts: Timeouts,
    /// The way out.
    pub network: Network,
    /// The prefix of labels.
    pub words: Vocabulary,
    /// The secrets of this process: each token we get is told here, and none of them may stand in what we write.
    pub held: HeldSecrets,
}

/// The client of GitHub. Cheap to clone; all clones share tokens, gates and cache.
#[derive(Clone)]
pub struct GitHub(pub(super) Arc<Inner>, pub(super) Priority);

pub(super) struct Inner {
    pub(super) wire: Wire,
    pub(super) api: Url,
    pub(super) web: Url,
    pub(super) key: AppKey,
    pub(super) now: Clock,
    pub(super) tokens: Tokens,
    pub(super) access: Access,
    pub(super) lanes: Lanes,
    pub(super) etags: Mutex<Etags>,
    pub(super) labels: SeenLabels,
    pub(super) rate_seen: RateSeen,
    pub(super) located: Located,
    pub(super) identity: OnceCell<AppIdentity>,
    pub(super) bot: OnceCell<UserId>,
    /// How labels are called outside.
    pub(super) words: Vocabulary,
    pub(super) held: HeldSecrets,
    /// GitHub's clock minus ours in milliseconds, as last learned.
    pub(super) skew_ms: AtomicI64,
}

/// An installation on which nothing new is created at present.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HeldUp {
    /// Which; none: the calls as the App itself.
    pub installation: Option<InstallationId>,
    /// Epoch milliseconds.
    pub until: i64,
    /// Who wants it so.
    pub brake: Brake,
}

impl GitHub {
    /// Builds the client; sends nothing. Must be called inside a tokio runtime.
    pub fn new(config: GitHubConfig) -> Result<Self, GitHubError> {
        let inner = Inner {
            wire: Wire::new(
                &config.api_url,
                &config.user_agent,
                config.timeouts,
                &config.network,
            )?,
            key: AppKey::parse(config.app_id, &config.private_key_pem)?,
            api: config.api_url,
            web: config.web_url,
            now: config.now,
            tokens: Tokens::default(),
            access: Access::default(),
            lanes: Lanes::new(config.pace, config.ticks),
            etags: Mutex::default(),
            labels: SeenLabels::default(),
            rate_seen: RateSeen::default(),
            located: Located::default(),
            identity: OnceCell::new(),
            bot: OnceCell::new(),
            words: config.words,
            held: config.held,
            skew_ms: AtomicI64::new(0),
        };
        Ok(Self(Arc::new(inner), Priority::Normal))
    }

    /// The same client, whose reads go before those of all others: for what has to be known before somebody is told "seen".
    #[must_use]
    pub fn for_receipts(&self) -> Self {
        Self(Arc::clone(&self.0), Priority::Receipt)
    }

    /// The bot's login, if GitHub has said already who we are.
    pub fn known_login(&self) -> Option<String> {
        self.0.identity.get().map(AppIdentity::bot_login)
    }

    /// Where git finds the repository: `{web_url}/{owner}/{name}.git`.
    pub fn clone_url(&self, name: &RepositoryName) -> String {
        format!("{}/{name}.git", self.web_page())
    }

    /// The address of GitHub's pages, without a slash at its end.
    pub fn web_page(&self) -> &str {
        self.0.web.as_str().trim_end_matches('/')
    }

    /// The host of GitHub's pages, with a port where their address has one: what references are written with.
    pub fn web_host(&self) -> String {
        let host = self.0.web.host_str().unwrap_or_default();
        match self.0.web.port() {
            Some(port) => format!("{host}:{port}"),
            None => host.to_owned(),
        }
    }

    /// What GitHub said last of how many requests of this hour an installation has left; `None` where it said nothing yet. Asks nobody.
    pub fn rate_seen(&self, installation: InstallationId) -> Option<RateLeft> {
        self.0.rate_seen.left(installation, self.now())
    }

    /// The same of each installation of which it said something in this hour, by installation.
    pub fn rates_seen(&self) -> Vec<(InstallationId, RateLeft)> {
        self.0.rate_seen.all(self.now())
    }

    /// Tells the pace what was created before this process started (epoch milliseconds of the last hour, and what it was worth).
    pub fn seed_history(&self, installation: InstallationId, creations: &[(i64, Worth)]) {
        self.lane(Some(installation)).seed(creations);
    }

    /// Fails with the time it takes until an installation may create something of that worth. To be asked before anything is read
    /// for a creation: what cannot go now costs no call at all.
    pub fn room(&self, installation: InstallationId, worth: Worth) -> Result<(), GitHubError> {
        self.lane(Some(installation)).has_room(worth)
    }

    /// Waits until there is room for more calls that are no receipts, and fails where that takes longer than a call waits. Who asks
    /// for several things waits here before the first.
    pub async fn ready(&self, installation: InstallationId) -> Result<(), GitHubError> {
        self.lane(Some(installation)).ready(Priority::Normal).await
    }

    /// How much of its creations each installation has used up, by installation; those that have done nothing of late are left
    /// out.
    pub fn budgets(&self) -> Vec<(InstallationId, Budget)> {
        let lanes = self.0.lanes.all().into_iter();
        let mut all: Vec<_> = lanes
            .filter_map(|(of, lane)| Some((of?, lane.budget())))
            .filter(|(_, budget)| budget.hour.all > 0 || budget.until.is_some())
            .collect();
        all.sort_by_key(|(installation, _)| *installation);
        all
    }

    /// The installations on which nothing new is created at present: until when (epoch milliseconds), and who wants it so.
    pub fn held_up(&self) -> Vec<HeldUp> {
        let held = self.0.lanes.all().into_iter().filter_map(|(of, lane)| {
            let (until, brake) = lane.held_up()?;
            Some(HeldUp {
                installation: of,
                until,
                brake,
            })
        });
        let mut held: Vec<HeldUp> = held.collect();
        held.sort_by_key(|held| held.installation.map(|installation| installation.0));
        held
    }
}
