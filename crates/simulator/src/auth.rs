//! Who calls: an App by its JWT or its client secret, an installation or a person by its token, or nobody.
//!
//! It exists so that a client's signing, clock and token handling meet GitHub's rules. It must never log what it reads.
//! <https://docs.github.com/apps/creating-github-apps/authenticating-with-a-github-app>

use base64::Engine;
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde_json::Value;

use crate::api_error::ApiError;
use crate::behaviour::{Rule, on};
use crate::call_log;
use crate::ids::client_id;
use crate::world::account::Token;
use crate::world::facts::World;
use crate::world::sign_in::UserToken;

/// Who calls.
#[derive(Debug, Clone)]
pub(crate) enum Caller {
    /// No credentials.
    Nobody,
    /// The App itself.
    App,
    /// An installation, with what its token may do.
    Installation(Token),
    /// Somebody who let the App know who they are.
    Person(UserToken),
    /// Whoever has the App's client secret.
    Client,
}

impl Caller {
    /// Whose allowance of requests a call is counted against: the installation's, the App's (0), or that of everybody without a token.
    pub(crate) fn counted_as(&self) -> i64 {
        match self {
            Self::Installation(token) => token.installation,
            Self::App | Self::Client => 0,
            Self::Person(_) => call_log::PERSON,
            Self::Nobody => call_log::NOBODY,
        }
    }

    /// The installation of the token, if it is one.
    pub(crate) fn installation(&self) -> Option<i64> {
        match self {
            Self::Installation(token) => Some(token.installation),
            Self::Nobody | Self::App | Self::Person(_) | Self::Client => None,
        }
    }
}

/// Finds out who an `Authorization` header speaks for.
pub(crate) fn identify(world: &World, authorization: Option<&str>) -> Result<Caller, ApiError> {
    let Some(text) = authorization else {
        return Ok(Caller::Nobody);
    };
    let (scheme, secret) = text.split_once(' ').ok_or_else(ApiError::bad_credentials)?;
    let secret = secret.trim();
    match scheme.to_ascii_lowercase().as_str() {
        "bearer" | "token" if secret.starts_with("ghs_") => {
            token(world, secret).map(Caller::Installation)
        }
        "bearer" | "token" if secret.starts_with("ghu_") => {
            let token = world.user_token(secret).map(Caller::Person);
            token.ok_or_else(ApiError::bad_credentials)
        }
        "bearer" => check_jwt(world, secret).map(|()| Caller::App),
        "basic" => {
            let (name, password) = basic_pair(secret)?;
            match name == client_id(world.app.id) {
                true => client(world, &password),
                false => token(world, &password).map(Caller::Installation),
            }
        }
        _ => Err(ApiError::bad_credentials()),
    }
}

/// The token a text names, if it lives.
pub(crate) fn token(world: &World, text: &str) -> Result<Token, ApiError> {
    let token = world
        .tokens
        .get(text)
        .filter(|token| token.expires_at > world.now() || !on(Rule::TokenExpiry));
    token.cloned().ok_or_else(ApiError::bad_credentials)
}

fn client(world: &World, secret: &str) -> Result<Caller, ApiError> {
    match secret == world.registration.client_secret || !on(Rule::SignInClient) {
        true => Ok(Caller::Client),
        false => Err(ApiError::bad_credentials()),
    }
}

/// The name and the password of a Basic header: `x-access-token:<token>`, `<client id>:<secret>`.
fn basic_pair(encoded: &str) -> Result<(String, String), ApiError> {
    let decoded = base64::engine::general_purpose::STANDARD
        .decode(encoded)
        .ok();
    let text = decoded.and_then(|bytes| String::from_utf8(bytes).ok());
    let pair = text.as_deref().and_then(|text| text.split_once(':'));
    pair.map(|(name, password)| (name.to_owned(), password.to_owned()))
        .ok_or_else(ApiError::bad_credentials)
}

fn check_jwt(world: &World, text: &str) -> Result<(), ApiError> {
    let undecodable = || ApiError::new(401, "A JSON web token could not be decoded");
    let key = DecodingKey::from_rsa_pem(world.app.public_key_pem.as_bytes())
        .map_err(|_| undecodable())?;
    let mut rules = Validation::new(Algorithm::RS256);
    rules.validate_exp = false;
    rules.validate_aud = false;
    rules.required_spec_claims.clear();
    let claims = jsonwebtoken::decode::<Value>(text, &key, &rules)
        .map_err(|_| undecodable())?
        .claims;
    check_claims(&claims, world.app.id, world.now() / 1000)
}

fn check_claims(claims: &Value, app: i64, now: i64) -> Result<(), ApiError> {
    let no = |message: &str| Err(ApiError::new(401, message));
    let number = |name: &str| claims.get(name).and_then(Value::as_i64);
    let Some(issued) = number("iat").filter(|iat| *iat <= now + 60 || !on(Rule::JwtIssued)) else {
        return no(
            "'Issued at' claim ('iat') must be an Integer representing the time that the assertion was issued",
        );
    };
    let Some(expires) = number("exp").filter(|exp| *exp > now || !on(Rule::JwtExpired)) else {
        return no(
            "'Expiration time' claim ('exp') must be a numeric value representing the future time at which the \
                   assertion expires",
        );
    };
    if (expires > now + 600 || expires - issued > 660) && on(Rule::JwtTooFar) {
        return no("'Expiration time' claim ('exp') is too far in the future");
    }
    let issuer = match claims.get("iss") {
        Some(Value::String(text)) if *text == client_id(app) => Some(app),
        Some(Value::String(text)) => text.parse().ok(),
        Some(Value::Number(number)) => number.as_i64(),
        _ => None,
    };
    match issuer {
        None => no("'Issuer' claim ('iss') must be an Integer"),
        Some(id) if id == app => Ok(()),
        Some(_) if on(Rule::JwtIssuer) => Err(ApiError::new(404, "Integration not found")),
        Some(_) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn times_of_a_jwt() {
        let now = 1_000_000;
        let claims = |iat: i64, exp: i64| {
            check_claims(&json!({ "iss": "7", "iat": iat, "exp": exp }), 7, now)
        };
        assert_eq!(claims(now - 60, now + 540), Ok(()));
        assert_eq!(claims(now + 60, now + 600), Ok(()));
        assert_eq!(claims(now + 61, now + 600).map_err(|r| r.status), Err(401));
        assert_eq!(claims(now - 60, now + 601).map_err(|r| r.status), Err(401));
        assert_eq!(claims(now - 60, now).map_err(|r| r.status), Err(401));
    }
}
