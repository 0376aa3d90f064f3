//! The App's own identity: a short RS256 token signed with its private key.
//!
//! It exists because octocrab's own signing would also bring its token cache (which asks for every repository and every
//! permission). The key never leaves this file and is never printed.

use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;

use super::error::GitHubError;

/// How far back a token is dated, so that a clock a little ahead of GitHub's is still accepted.
const BACKDATE_SECONDS: i64 = 60;
/// How far ahead it expires; GitHub allows ten minutes.
const LIFE_SECONDS: i64 = 540;

/// The claims GitHub wants:
/// <https://docs.github.com/apps/creating-github-apps/authenticating-with-a-github-app/generating-a-json-web-token-jwt-for-a-github-app>
#[derive(Debug, Serialize)]
struct Claims {
    iat: i64,
    exp: i64,
    iss: String,
}

/// Signs as the App.
pub(super) struct AppKey {
    app_id: u64,
    key: EncodingKey,
}

impl AppKey {
    /// Reads a PEM key (PKCS#1 or PKCS#8; `\n` may be written as two characters, as environment files do) and signs once
    /// to be sure it works.
    pub(super) fn parse(app_id: u64, pem: &SecretString) -> Result<Self, GitHubError> {
        let pem = pem.expose_secret().replace("\\n", "\n");
        let wrong = |error: jsonwebtoken::errors::Error| GitHubError::BadKey {
            why: error.to_string(),
        };
        let key = EncodingKey::from_rsa_pem(pem.trim().as_bytes()).map_err(wrong)?;
        let key = Self { app_id, key };
        key.sign(0)?;
        Ok(key)
    }

    /// A token for `now` (epoch seconds by GitHub's clock).
    pub(super) fn sign(&self, now: i64) -> Result<SecretString, GitHubError> {
        let claims = Claims {
            iat: now - BACKDATE_SECONDS,
            exp: now + LIFE_SECONDS,
            iss: self.app_id.to_string(),
        };
        encode(&Header::new(Algorithm::RS256), &claims, &self.key)
            .map(SecretString::from)
            .map_err(|error| GitHubError::BadKey {
                why: error.to_string(),
            })
    }
}
