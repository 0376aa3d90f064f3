//! Installation tokens: one repository, the least permissions for one purpose, one hour.
//!
//! It exists because octocrab asks for every repository and every permission and refreshes too late for a push. A token
//! is opaque (two formats, up to 4 KiB), kept in memory only, and never printed.
//! <https://docs.github.com/rest/apps/apps#create-an-installation-access-token-for-an-app>

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::{Value, json};

use super::answer::Answer;
use super::error::GitHubError;
use super::request::{ApiRequest, Effect};
use super::{At, GitHub};
use crate::core::ids::{InstallationId, RepositoryId};
use crate::core::time::parse_rfc3339;

/// A token with less life than this is not handed out any more.
const LEAST_LIFE: i64 = 10 * 60 * 1000;
/// How long a token is used that has less than was wanted.
const NARROWED_LIFE: i64 = 5 * 60 * 1000;
/// The longest life GitHub gives, with a little tolerance.
const LONGEST_LIFE: i64 = 65 * 60 * 1000;
/// Above this many slots, expired ones are swept out.
const SLOTS: usize = 1_000;

/// What a token is for; each has the least permissions that does it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Purpose {
    /// Look: metadata, issues, pull requests and contents, all read.
    Read,
    /// Comments, labels and reactions on issues: `issues:write`.
    Comment,
    /// Fetch with git: `contents:read`.
    Clone,
    /// Push with git: `contents:write`. Each of these is given out once, so that whoever pushed can end it without taking it
    /// from under another push.
    Push,
    /// Pull requests: `pull_requests:write`, `contents:read`.
    PullRequest,
    /// Resolve threads, take the draft mark off: `pull_requests:write` and `contents:write`. GitHub wants the
    /// latter for both, and documents it nowhere: <https://github.com/orgs/community/discussions/44650>.
    Review,
    /// Check runs: `checks:write`.
    Checks,
    /// See what CI said: checks, statuses and Actions, all read. What the installation has not granted is left out.
    Ci,
    /// See which repositories an installation covers: `metadata:read` over all of them.
    Survey,
}

impl Purpose {
    fn permissions(self) -> Value {
        match self {
            Self::Read => {
                json!({"metadata": "read", "issues": "read", "pull_requests": "read", "contents": "read"})
            }
            Self::Comment => json!({"issues": "write"}),
            Self::Clone => json!({"contents": "read"}),
            Self::Push => json!({"contents": "write"}),
            Self::PullRequest => json!({"pull_requests": "write", "contents": "read"}),
            Self::Review => json!({"pull_requests": "write", "contents": "write"}),
            Self::Checks => json!({"checks": "write"}),
            Self::Ci => json!({"checks": "read", "statuses": "read", "actions": "read"}),
            Self::Survey => json!({"metadata": "read"}),
        }
    }

    /// The permissions as GitHub's headers write them: `issues=write`.
    pub(super) fn wanted(self) -> String {
        let permissions = self.permissions();
        let pairs = permissions.as_object().into_iter().flatten();
        let words: Vec<String> = pairs
            .map(|(name, level)| format!("{name}={}", level.as_str().unwrap_or_default()))
            .collect();
        words.join(", ")
    }

    /// What the token is for, in words for people.
    pub(super) fn describe(self) -> &'static str {
        match self {
            Self::Read => "read issues, pull requests and files",
            Self::Comment => "write on issues",
            Self::Clone => "read files",
            Self::Push => "push",
            Self::PullRequest => "write pull requests",
            Self::Review => "finish reviews",
            Self::Checks => "report checks",
            Self::Ci => "see what CI said",
            Self::Survey => "see the repositories",
        }
    }
}

/// An installation token.
#[derive(Debug, Clone)]
pub struct Token {
    /// The credential: the password of user `x-access-token` for git.
    pub secret: SecretString,
    /// When it ends, in epoch milliseconds of our own clock.
    pub expires_at: i64,
}

impl Token {
    fn is(&self, other: &Self) -> bool {
        self.secret.expose_secret() == other.secret.expose_secret()
    }
}

/// Which token: `repository` is `None` only for [`Purpose::Survey`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Scope {
    pub(super) installation: InstallationId,
    pub(super) repository: Option<RepositoryId>,
    pub(super) purpose: Purpose,
}

impl Scope {
    pub(super) fn survey(installation: InstallationId) -> Self {
        Self {
            installation,
            repository: None,
            purpose: Purpose::Survey,
        }
    }
}

type Slot = Arc<tokio::sync::Mutex<Option<Token>>>;

/// Every token we hold.
#[derive(Default)]
pub(super) struct Tokens {
    slots: Mutex<HashMap<Scope, Slot>>,
}

impl Tokens {
    fn slot(&self, scope: Scope, now: i64) -> Slot {
        let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        if slots.len() >= SLOTS {
            let alive =
                |token: &Option<Token>| token.as_ref().is_some_and(|token| token.expires_at > now);
            slots.retain(|_, slot| slot.try_lock().map_or(true, |token| alive(&token)));
        }
        Arc::clone(slots.entry(scope).or_default())
    }

    fn all(&self) -> Vec<Slot> {
        self.slots
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .values()
            .cloned()
            .collect()
    }

    /// Forgets every token of an installation.
    pub(super) fn drop_all(&self, installation: InstallationId) {
        let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        slots.retain(|scope, _| scope.installation != installation);
    }
}

#[derive(Deserialize)]
struct Granted {
    permissions: HashMap<String, Value>,
}

#[derive(Deserialize)]
struct Minted {
    token: String,
    expires_at: String,
}

impl GitHub {
    /// A token for one purpose on one repository with at least ten minutes of life. Callers that ask at the same time
    /// share one request to GitHub and its token, except to push.
    pub async fn token(&self, at: &At, purpose: Purpose) -> Result<Token, GitHubError> {
        self.token_for(at.scope(purpose), &at.name.to_string())
            .await
    }

    /// Forgets a token that git's host refused: the next one asked for is a new one.
    pub async fn invalidate(&self, token: &Token) {
        for slot in self.0.tokens.all() {
            let mut held = slot.lock().await;
            if held.as_ref().is_some_and(|held| held.is(token)) {
                *held = None;
            }
        }
    }

    /// Ends a token at GitHub and forgets it (after a push). Repeating it is harmless: an ended token answers 401.
    /// <https://docs.github.com/rest/apps/installations#revoke-an-installation-access-token>
    pub async fn revoke(&self, token: &Token) -> Result<(), GitHubError> {
        self.invalidate(token).await;
        let ask =
            ApiRequest::delete("revoke a token", "/installation/token").with_effect(Effect::None);
        let answer = self.0.wire.send(&ask, &token.secret, None).await?;
        if answer.status.as_u16() == 401 {
            Ok(())
        } else {
            answer.judge(&ask).map(drop)
        }
    }

    pub(super) async fn token_for(
        &self,
        scope: Scope,
        repository: &str,
    ) -> Result<Token, GitHubError> {
        let scope = self.0.access.followed(scope);
        match self.token_at(scope, repository).await {
            Err(error @ GitHubError::NotCovered { .. }) => {
                match self.elsewhere(scope, repository).await {
                    Some(scope) => self.token_at(scope, repository).await,
                    None => Err(error),
                }
            }
            other => other,
        }
    }

    async fn token_at(&self, scope: Scope, repository: &str) -> Result<Token, GitHubError> {
        self.0.access.awake(scope.installation)?;
        if scope.purpose == Purpose::Push {
            return self.mint(scope, repository).await;
        }
        let slot = self.0.tokens.slot(scope, self.now());
        let mut held = slot.lock().await;
        if let Some(token) = held
            .as_ref()
            .filter(|token| token.expires_at - self.now() >= LEAST_LIFE)
        {
            return Ok(token.clone());
        }
        // Whoever waited for this slot behind a failed request learns of it here instead of asking again.
        self.0.access.awake(scope.installation)?;
        let token = self.mint(scope, repository).await?;
        *held = Some(token.clone());
        Ok(token)
    }

    /// Forgets a token GitHub refused, unless somebody already replaced it.
    pub(super) async fn forget(&self, scope: Scope, refused: &Token) {
        let scope = self.0.access.followed(scope);
        let slot = self.0.tokens.slot(scope, self.now());
        let mut held = slot.lock().await;
        if held.as_ref().is_some_and(|held| held.is(refused)) {
            *held = None;
        }
    }

    async fn mint(&self, scope: Scope, repository: &str) -> Result<Token, GitHubError> {
        let whole = self
            .mint_with(scope, repository, scope.purpose.permissions())
            .await;
        if scope.purpose != Purpose::Ci || !matches!(whole, Err(GitHubError::NotPermitted { .. })) {
            return whole;
        }
        let granted = self.granted(scope).await?;
        let less = self.mint_with(scope, repository, granted).await?;
        // Asked for again soon: the rest may be granted meanwhile.
        Ok(Token {
            expires_at: less.expires_at.min(self.now() + LEAST_LIFE + NARROWED_LIFE),
            ..less
        })
    }

    /// What of a purpose's permissions the installation has.
    /// <https://docs.github.com/rest/apps/apps#get-an-installation-for-the-authenticated-app>
    async fn granted(&self, scope: Scope) -> Result<Value, GitHubError> {
        let ask = ApiRequest::get(
            "read the installation",
            format!("/app/installations/{}", scope.installation),
        );
        let there: Granted = self.as_app(&ask).await?.json(&ask)?;
        let wanted = scope.purpose.permissions();
        let mut kept: serde_json::Map<String, Value> =
            wanted.as_object().cloned().unwrap_or_default();
        // Whatever is granted at all can be read.
        kept.retain(|name, _| there.permissions.contains_key(name));
        kept.insert("metadata".into(), json!("read"));
        Ok(Value::Object(kept))
    }

    async fn mint_with(
        &self,
        scope: Scope,
        repository: &str,
        permissions: Value,
    ) -> Result<Token, GitHubError> {
        let path = format!("/app/installations/{}/access_tokens", scope.installation);
        let mut body = json!({"permissions": permissions});
        if let Some(id) = scope.repository {
            body["repository_ids"] = json!([id]);
        }
        let ask =
            ApiRequest::post("get an installation token", path, &body).with_effect(Effect::None);
        let answer = self
            .as_app(&ask)
            .await
            .map_err(|error| self.unminted(scope, repository, error))?;
        let minted: Minted = answer.json(&ask)?;
        let expires_at = self.local_expiry(&ask, &answer, &minted.expires_at)?;
        Ok(Token {
            secret: SecretString::from(minted.token),
            expires_at,
        })
    }

    fn unminted(&self, scope: Scope, repository: &str, error: GitHubError) -> GitHubError {
        let error = match error {
            GitHubError::NotFound { .. } => GitHubError::Uninstalled,
            GitHubError::Invalid { message, .. } => {
                if message.contains("permissions requested are not granted") {
                    let call = format!("{} in {repository}", scope.purpose.describe());
                    GitHubError::NotPermitted {
                        call,
                        permission: scope.purpose.wanted(),
                    }
                } else {
                    tracing::warn!(%message, repository, "GitHub refused an installation token");
                    GitHubError::NotCovered {
                        repository: repository.to_owned(),
                    }
                }
            }
            other => other,
        };
        self.rest(scope, &error);
        error
    }

    fn local_expiry(
        &self,
        ask: &ApiRequest,
        answer: &Answer,
        expires_at: &str,
    ) -> Result<i64, GitHubError> {
        let expires_at = parse_rfc3339(expires_at).ok_or_else(|| GitHubError::Unreadable {
            call: ask.to_string(),
            why: "the time a token ends is not RFC 3339".to_owned(),
        })?;
        Ok(on_our_clock(expires_at, answer.date(), self.now()))
    }
}

/// GitHub's time of expiry on our clock: the rest of its life by GitHub's own `Date`, if that makes sense.
fn on_our_clock(expires_at: i64, date: Option<i64>, now: i64) -> i64 {
    match date.map(|date| expires_at - date) {
        Some(life) if (0..=LONGEST_LIFE).contains(&life) => now + life,
        _ => expires_at,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn life_is_measured_on_githubs_clock() {
        let hour = 3_600_000;
        // Our clock is five minutes behind: the token has an hour from now, not an hour and five minutes.
        assert_eq!(
            on_our_clock(10_300_000 + hour, Some(10_300_000), 10_000_000),
            10_000_000 + hour
        );
        // A proxy's nonsense date is not believed.
        assert_eq!(
            on_our_clock(10_000_000 + hour, Some(0), 10_000_000),
            10_000_000 + hour
        );
        assert_eq!(
            on_our_clock(10_000_000 + hour, None, 10_000_000),
            10_000_000 + hour
        );
    }

    #[test]
    fn a_token_never_prints_its_secret() {
        let token = Token {
            secret: SecretString::from("ghs_canary"),
            expires_at: 0,
        };
        assert!(!format!("{token:?}").contains("canary"));
    }
}
