//! GitHub behind typed calls: identity, tokens, pace, reads and changes.
//!
//! It exists so that the rest of skep speaks of issues and comments and never of HTTP. Every call has a timeout; a
//! call that changes something is sent at most once (a second time only after a 401, which proves that nothing was
//! done), one at a time per installation and at a pace GitHub accepts; while GitHub wants a pause, nothing is sent.
//! It must never print a credential, send one to another host, or retry a change whose outcome is unknown.

mod access;
mod answer;
mod app;
mod assignee;
mod call;
mod check;
mod ci;
mod ci_rollup;
mod comment;
mod error;
mod etag;
mod graphql;
mod issue;
mod jwt;
mod label;
mod lanes;
mod limiter;
mod page;
mod pull;
mod rate_gate;
mod reaction;
mod repository;
mod request;
mod review;
mod route;
mod thread;
mod token;
mod wire;

use std::borrow::Cow;
use std::sync::atomic::AtomicI64;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use secrecy::SecretString;
use serde::{Deserialize, Deserializer};
use tokio::sync::OnceCell;
use url::Url;

pub use app::{AppIdentity, Delivery, DeliveryPage, Installation};
pub use assignee::Assignment;
pub use check::{CheckConclusion, CheckReport, CheckRun, CheckStatus};
pub use ci_rollup::{CheckKind, CheckSeen, ChecksRead, Failing};
pub use comment::Comment;
pub use error::GitHubError;
pub use issue::{Account, Issue, IssueEvent};
pub use pull::{NewPull, OpenedPull, Opening, Pull, PullEdit};
pub use rate_gate::{Brake, Priority};
pub use repository::{BranchHead, Permission, PermissionLevel, Repository};
pub use review::{LineComment, Review, ReviewHead, ReviewState};
pub use thread::{ReviewThread, ThreadComment};
pub use token::{Purpose, Token};
pub use wire::Timeouts;

use crate::core::ids::{InstallationId, RepositoryId, RepositoryName, UserId};
use crate::core::network::Network;
use crate::core::place::Place;
pub use crate::core::policy::Pace;
use crate::core::time::{Clock, parse_rfc3339};
use access::Access;
use etag::Etags;
use jwt::AppKey;
use lanes::Lanes;
use token::{Scope, Tokens};
use wire::Wire;

/// The longest text sent; GitHub refuses more than 65,536 characters. Sentences are cut well before, in the core; this is
/// the last defence.
const TEXT_CHARS: usize = 65_000;

/// What the room needs to know.
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
    /// The pace of each installation.
    pub pace: Pace,
    /// How long calls may take.
    pub timeouts: Timeouts,
    /// The way out.
    pub network: Network,
}

/// Where a call goes.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct At {
    /// The installation whose token is used.
    pub installation: InstallationId,
    /// The repository the token is narrowed to.
    pub repository: RepositoryId,
    /// Its present name, for the address.
    pub name: RepositoryName,
}

impl At {
    /// Where a place is asked for.
    pub fn of(place: &Place) -> Self {
        Self {
            installation: place.installation,
            repository: place.repository,
            name: place.name.clone(),
        }
    }

    fn path(&self, rest: &str) -> String {
        format!("/repos/{}{rest}", self.name)
    }

    fn scope(&self, purpose: Purpose) -> Scope {
        Scope {
            installation: self.installation,
            repository: Some(self.repository),
            purpose,
        }
    }
}

/// The door to GitHub. Cheap to clone; all clones share tokens, gates and cache.
#[derive(Clone)]
pub struct GitHub(Arc<Inner>);

struct Inner {
    wire: Wire,
    api: Url,
    web: Url,
    key: AppKey,
    now: Clock,
    tokens: Tokens,
    access: Access,
    lanes: Lanes,
    etags: Mutex<Etags>,
    identity: OnceCell<AppIdentity>,
    bot: OnceCell<UserId>,
    /// GitHub's clock minus ours in milliseconds, as last learned.
    skew_ms: AtomicI64,
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
    /// Builds the door; sends nothing. Must be called inside a tokio runtime.
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
            lanes: Lanes::new(config.pace),
            etags: Mutex::default(),
            identity: OnceCell::new(),
            bot: OnceCell::new(),
            skew_ms: AtomicI64::new(0),
        };
        Ok(Self(Arc::new(inner)))
    }

    /// Where git finds the repository: `{web_url}/{owner}/{name}.git`.
    pub fn clone_url(&self, name: &RepositoryName) -> String {
        format!("{}/{name}.git", self.0.web.as_str().trim_end_matches('/'))
    }

    /// Tells the pace what was created before this process started (epoch milliseconds of the last hour).
    pub fn seed_history(&self, installation: InstallationId, creations: &[i64]) {
        self.lane(Some(installation)).seed(creations);
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

/// Locks one of our own tables; each is whole whenever its lock is free, so a panic elsewhere does not spoil it.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// At most `most` characters of `text`.
fn cut(text: &str, most: usize) -> Cow<'_, str> {
    match text.char_indices().nth(most) {
        None => Cow::Borrowed(text),
        Some((end, _)) => Cow::Owned(text[..end].to_owned()),
    }
}

/// Reads GitHub's times (`2011-04-10T20:09:31Z`) as epoch milliseconds.
fn millis<'de, D: Deserializer<'de>>(deserializer: D) -> Result<i64, D::Error> {
    let text = String::deserialize(deserializer)?;
    parse_rfc3339(&text).ok_or_else(|| serde::de::Error::custom("a time is not RFC 3339"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_is_longer_than_github_takes() {
        assert_eq!(
            cut(&"é".repeat(70_000), TEXT_CHARS).chars().count(),
            TEXT_CHARS
        );
        assert_eq!(cut("short", TEXT_CHARS), "short");
    }

    #[test]
    fn times_are_written_as_github_reads_them() {}
}
