//! How a request gets out: gate, token, one send, and the one repetition that is allowed (after a 401, with a new token).
//!
//! Nothing else is ever repeated here: an unknown outcome goes back to the caller, who looks first.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use hyper::{Method, StatusCode};
use secrecy::SecretString;
use serde::de::DeserializeOwned;

use super::answer::{Answer, Limit};
use super::at::At;
use super::client::GitHub;
use super::counted;
use super::error::GitHubError;
use super::lanes::locked;
use super::last_look;
use super::page::Pages;
use super::purpose::{Purpose, Scope};
use super::rate_gate::{Permit, Priority, RateGate};
use super::request::ApiRequest;
use super::traced::Traced;
use crate::core::ids::InstallationId;

/// The most pages read of one list.
const PAGES: usize = 100;
/// A clock further off than this is not a skewed clock but nonsense.
const WORST_SKEW: i64 = 24 * 3600 * 1000;

/// One exchange on behalf of an installation.
pub(super) struct Exchange<'a> {
    pub(super) scope: Scope,
    pub(super) repository: &'a str,
    pub(super) lane: &'a RateGate,
    pub(super) ask: &'a ApiRequest,
    pub(super) etag: Option<&'a str>,
}

impl GitHub {
    pub(super) fn now(&self) -> i64 {
        (self.0.now)()
    }

    /// The gate of an installation, or of the App itself.
    pub(super) fn lane(&self, installation: Option<InstallationId>) -> Arc<RateGate> {
        self.0.lanes.of(installation, self.now())
    }

    /// Reads JSON with a token for `at`.
    pub(super) async fn read<T: DeserializeOwned>(
        &self,
        at: &At,
        ask: &ApiRequest,
    ) -> Result<T, GitHubError> {
        self.read_for(at, Purpose::Read, ask).await
    }

    /// Reads with what another purpose needs anyway: an App that lacks any other permission can still do that much.
    pub(super) async fn read_for<T: DeserializeOwned>(
        &self,
        at: &At,
        purpose: Purpose,
        ask: &ApiRequest,
    ) -> Result<T, GitHubError> {
        self.fetch(at.scope(purpose), &at.name.to_string(), ask)
            .await?
            .json(ask)
    }

    /// The same, with `None` for 404.
    pub(super) async fn read_if_there<T: DeserializeOwned>(
        &self,
        at: &At,
        ask: &ApiRequest,
    ) -> Result<Option<T>, GitHubError> {
        match self.read(at, ask).await {
            Ok(value) => Ok(Some(value)),
            Err(GitHubError::NotFound { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Reads every page of a list.
    pub(super) async fn read_all<T: DeserializeOwned>(
        &self,
        at: &At,
        ask: &ApiRequest,
    ) -> Result<Vec<T>, GitHubError> {
        self.read_all_for(at, Purpose::Read, ask).await
    }

    /// Reads every page of a list with what another purpose needs anyway.
    pub(super) async fn read_all_for<T: DeserializeOwned>(
        &self,
        at: &At,
        purpose: Purpose,
        ask: &ApiRequest,
    ) -> Result<Vec<T>, GitHubError> {
        self.pages(
            at.scope(purpose),
            &at.name.to_string(),
            ask,
            |answer, ask| answer.json(ask),
        )
        .await
    }

    /// Reads every page, taking the items out of each with `items`.
    pub(super) async fn pages<T>(
        &self,
        scope: Scope,
        repository: &str,
        ask: &ApiRequest,
        items: impl Fn(&Answer, &ApiRequest) -> Result<Vec<T>, GitHubError>,
    ) -> Result<Vec<T>, GitHubError> {
        let (mut all, mut ask, mut pages) = (Vec::new(), ask.clone(), Pages::of(&self.0.api));
        for _ in 0..PAGES {
            let answer = self.fetch(scope, repository, &ask).await?;
            all.extend(items(&answer, &ask)?);
            match pages.after(&ask, &answer) {
                Some(next) => ask = next,
                None => return Ok(all),
            }
        }
        Err(GitHubError::Unreadable {
            call: ask.to_string(),
            why: format!("more than {PAGES} pages"),
        })
    }

    /// One read, by way of the ETag cache.
    pub(super) async fn fetch(
        &self,
        scope: Scope,
        repository: &str,
        ask: &ApiRequest,
    ) -> Result<Answer, GitHubError> {
        let lane = self.lane(Some(scope.installation));
        let _place = lane.read(self.1).await?;
        let etag = match ask.method {
            Method::GET => locked(&self.0.etags).tag(scope.installation, &ask.path),
            _ => None,
        };
        let exchange = Exchange {
            scope,
            repository,
            lane: &lane,
            ask,
            etag: etag.as_deref(),
        };
        let answer = self.exchange(&exchange).await?;
        if answer.status != StatusCode::NOT_MODIFIED {
            if ask.method == Method::GET {
                locked(&self.0.etags).keep(scope.installation, &ask.path, &answer);
            }
            return Ok(answer);
        }
        let known = etag
            .as_deref()
            .and_then(|tag| locked(&self.0.etags).recall(scope.installation, &ask.path, tag));
        match known {
            Some(answer) => Ok(answer),
            // Evicted meanwhile: ask again without a tag.
            None => {
                self.exchange(&Exchange {
                    etag: None,
                    ..exchange
                })
                .await
            }
        }
    }

    /// One change: at its turn, once.
    pub(super) async fn change(
        &self,
        at: &At,
        purpose: Purpose,
        priority: Priority,
        ask: &ApiRequest,
    ) -> Result<Answer, GitHubError> {
        let clean = last_look::clean(ask, &self.0.held);
        let ask = clean.as_ref().unwrap_or(ask);
        let lane = self.lane(Some(at.installation));
        lane.open()?;
        let (scope, repository) = (at.scope(purpose), at.name.to_string());
        // Minted before the turn, so that nobody waits behind it.
        self.token_for(scope, &repository).await?;
        let mut turn: Permit = lane.turn(priority, ask.creates()).await?;
        turn.sending();
        self.exchange(&Exchange {
            scope,
            repository: &repository,
            lane: &lane,
            ask,
            etag: None,
        })
        .await
    }

    pub(super) async fn exchange(&self, exchange: &Exchange<'_>) -> Result<Answer, GitHubError> {
        let judged = self
            .attempts(exchange)
            .await
            .inspect(|answer| {
                let (seen, installation) = (&self.0.rate_seen, exchange.scope.installation);
                seen.note(installation, answer, self.now());
            })
            .and_then(|answer| answer.judge(exchange.ask));
        judged.inspect_err(|error| self.rest(exchange.scope, error))
    }

    async fn attempts(&self, exchange: &Exchange<'_>) -> Result<Answer, GitHubError> {
        let token = self.token_for(exchange.scope, exchange.repository).await?;
        let answer = self
            .send(exchange.lane, exchange.ask, &token.secret, exchange.etag)
            .await?;
        if answer.status != StatusCode::UNAUTHORIZED {
            return Ok(answer);
        }
        self.forget(exchange.scope, &token).await;
        let token = self.token_for(exchange.scope, exchange.repository).await?;
        self.send(exchange.lane, exchange.ask, &token.secret, exchange.etag)
            .await
    }

    /// One send through an open gate; shuts the gate when GitHub says so.
    async fn send(
        &self,
        lane: &RateGate,
        ask: &ApiRequest,
        secret: &SecretString,
        etag: Option<&str>,
    ) -> Result<Answer, GitHubError> {
        lane.open()?;
        let traced = Traced::begin(ask, self.now());
        let answer = self.0.wire.send(ask, secret, etag).await;
        counted::call(answer.as_ref(), self.now());
        traced.ended(answer.as_ref(), self.now());
        let answer = answer?;
        let Some(limit) = answer.limit(self.now()) else {
            lane.succeeded();
            return Ok(answer);
        };
        let after = self.limited(lane, limit);
        let done = answer.status.is_success() || answer.status == StatusCode::NOT_MODIFIED;
        if done {
            Ok(answer)
        } else {
            Err(GitHubError::Limited { after })
        }
    }

    pub(super) fn limited(&self, lane: &RateGate, limit: Limit) -> std::time::Duration {
        let after = lane.pause(limit);
        tracing::warn!(seconds = after.as_secs(), "GitHub asked for a pause");
        after
    }

    /// A call as the App itself. A 401 teaches us GitHub's clock, and the call is made once more.
    pub(super) async fn as_app(&self, ask: &ApiRequest) -> Result<Answer, GitHubError> {
        let lane = self.lane(None);
        let _place = lane.read(Priority::Normal).await?;
        let answer = self.send(&lane, ask, &self.jwt()?, None).await?;
        if answer.status != StatusCode::UNAUTHORIZED {
            return answer.judge(ask);
        }
        self.learn_skew(&answer);
        let answer = self.send(&lane, ask, &self.jwt()?, None).await?;
        if answer.status == StatusCode::UNAUTHORIZED {
            return Err(GitHubError::AppRefused {
                message: answer.message(),
            });
        }
        answer.judge(ask)
    }

    fn jwt(&self) -> Result<SecretString, GitHubError> {
        let now = self.now() + self.0.skew_ms.load(Ordering::Relaxed);
        self.0.key.sign(now / 1000)
    }

    fn learn_skew(&self, answer: &Answer) {
        let Some(skew) = answer
            .date()
            .map(|date| date - self.now())
            .filter(|skew| skew.abs() < WORST_SKEW)
        else {
            return;
        };
        self.0.skew_ms.store(skew, Ordering::Relaxed);
        if skew.abs() > 30_000 {
            tracing::warn!(
                seconds = skew / 1000,
                "this machine's clock differs from GitHub's; correct it"
            );
        }
    }
}
