//! Installation tokens: one repository (but for three purposes that only look), the least permissions for one purpose, one hour.
//!
//! It exists because octocrab asks for every repository and every permission and refreshes too late for a push. A token
//! is opaque (two formats, up to 4 KiB), kept in memory only, and never printed.
//! <https://docs.github.com/rest/apps/apps#create-an-installation-access-token-for-an-app>

use std::collections::HashMap;

use secrecy::SecretString;
use serde::Deserialize;
use serde_json::{Value, json};

use super::answer::Answer;
use super::at::At;
use super::client::GitHub;
use super::error::GitHubError;
use super::purpose::{Purpose, Scope};
use super::request::{ApiRequest, Effect};
use super::tokens::Token;
use crate::core::time::parse_rfc3339;

/// A token with less life than this is not handed out any more.
const LEAST_LIFE: i64 = 10 * 60 * 1000;
/// How long a token is used that has less than was wanted.
const NARROWED_LIFE: i64 = 5 * 60 * 1000;
/// The longest life GitHub gives, with a little tolerance.
const LONGEST_LIFE: i64 = 65 * 60 * 1000;
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
        // It does not wait for its points, but they are gone.
        self.lane(Some(token.installation)).spent_on_change();
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
        let held = &self.0.held;
        held.hold_until(&minted.token, expires_at, self.now());
        Ok(Token {
            installation: scope.installation,
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
}
