//! People who let the App know who they are: codes, the tokens that they are exchanged for, and what those open.
//!
//! It exists so that a client's sign-in meets GitHub's rules. It must never show a token but to whoever brings the code and the secret.
//! <https://docs.github.com/apps/creating-github-apps/authenticating-with-a-github-app/generating-a-user-access-token-for-a-github-app>

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::behaviour::{Rule, on};
use crate::ids::{client_id, digits};
use crate::world::account::{Installation, Role};
use crate::world::facts::World;
use crate::world::repository::Repository;
use crate::world::sign_in::{Grant, UserToken};

/// A code is good for ten minutes, milliseconds.
const CODE_LIFE: i64 = 600_000;
/// A person's token lives eight hours, seconds.
const TOKEN_LIFE: i64 = 28_800;
/// What renews it lives six months, seconds.
const REFRESH_LIFE: i64 = 15_897_600;

/// What somebody's browser brought to the page on which they say yes.
#[derive(Debug, Clone, Default)]
pub struct Asked {
    /// Which App.
    pub client: String,
    /// Where they are led back to; none: the first callback URL.
    pub redirect: Option<String>,
    /// What goes back with them.
    pub state: String,
    /// A PKCE challenge, S256.
    pub challenge: Option<String>,
}

/// What is brought with a code.
#[derive(Debug, Clone, Default)]
pub struct Exchange {
    /// Which App.
    pub client: String,
    /// Its secret.
    pub secret: String,
    /// The code.
    pub code: String,
    /// Where the person was led back to.
    pub redirect: Option<String>,
    /// The PKCE verifier.
    pub verifier: Option<String>,
}

impl World {
    /// Where somebody is led back to who comes with this; what the page complains of instead.
    pub fn way_back(&self, asked: &Asked) -> Result<String, (u16, &'static str)> {
        if asked.client != client_id(self.app.id) {
            return Err((404, "Not Found"));
        }
        let known = &self.registration.callback_urls;
        let wanted = asked.redirect.as_ref().or(known.first());
        let Some(redirect) = wanted else {
            return Err((400, "The App has no callback URL"));
        };
        if !known.contains(redirect) && on(Rule::SignInRedirect) {
            let what = "Be careful! The redirect_uri is not associated with this application.";
            return Err((400, what));
        }
        let challenge = asked.challenge.as_ref();
        // Base64url of 32 bytes, RFC 7636, 4.2.
        if challenge.is_some_and(|challenge| challenge.len() != 43) && on(Rule::SignInVerifier) {
            return Err((400, "code_challenge must be 43 characters"));
        }
        Ok(redirect.clone())
    }

    /// A person says yes: where their browser goes, with a code.
    pub fn let_in(&mut self, login: &str, asked: &Asked) -> Result<String, (u16, &'static str)> {
        let redirect = self.way_back(asked)?;
        self.sign_ins.made += 1;
        let code = digits(&format!("sign-in-code/{}", self.sign_ins.made), 20);
        let grant = Grant {
            login: login.to_owned(),
            redirect: redirect.clone(),
            challenge: asked.challenge.clone(),
            made_at: self.now(),
            used: false,
        };
        self.sign_ins.codes.insert(code.clone(), grant);
        Ok(led(&redirect, &[("code", &code), ("state", &asked.state)]))
    }

    /// A person says no.
    pub fn decline(&self, asked: &Asked) -> Result<String, (u16, &'static str)> {
        let redirect = self.way_back(asked)?;
        let error = "The user has denied your application access.";
        let pairs = [
            ("error", "access_denied"),
            ("error_description", error),
            ("state", asked.state.as_str()),
        ];
        Ok(led(&redirect, &pairs))
    }

    /// What a code is exchanged for. `None`: there is no such App. A refusal is an answer like any other.
    pub fn exchange(&mut self, asked: &Exchange) -> Option<Value> {
        if asked.client != client_id(self.app.id) {
            return None;
        }
        let refused = |error: &str| Some(json!({ "error": error }));
        if asked.secret != self.registration.client_secret && on(Rule::SignInClient) {
            return refused("incorrect_client_credentials");
        }
        let now = self.now();
        let Some(grant) = self.sign_ins.codes.get_mut(&asked.code) else {
            return refused("bad_verification_code");
        };
        let used = grant.used && on(Rule::SignInCodeOnce);
        let old = now - grant.made_at > CODE_LIFE && on(Rule::SignInCodeLife);
        if used || old {
            return refused("bad_verification_code");
        }
        let elsewhere = asked
            .redirect
            .as_ref()
            .is_some_and(|to| *to != grant.redirect);
        if elsewhere && on(Rule::SignInRedirect) {
            return refused("redirect_uri_mismatch");
        }
        let proof = asked.verifier.as_ref();
        let proof = proof.map(|verifier| URL_SAFE_NO_PAD.encode(Sha256::digest(verifier)));
        if grant.challenge.is_some() && proof != grant.challenge && on(Rule::SignInVerifier) {
            return refused("bad_verification_code");
        }
        grant.used = true;
        let login = grant.login.clone();
        Some(self.hand_out(login, now))
    }

    fn hand_out(&mut self, login: String, now: i64) -> Value {
        self.sign_ins.made += 1;
        let number = self.sign_ins.made;
        let text = format!("ghu_{}", digits(&format!("user-token/{number}"), 36));
        let expires_at = now + TOKEN_LIFE * 1_000;
        let token = UserToken { login, expires_at };
        self.sign_ins.tokens.insert(text.clone(), token);
        json!({
            "access_token": text,
            "expires_in": TOKEN_LIFE,
            "refresh_token": format!("ghr_{}", digits(&format!("refresh-token/{number}"), 76)),
            "refresh_token_expires_in": REFRESH_LIFE,
            "scope": "",
            "token_type": "bearer",
        })
    }

    /// A person takes back that the App knows who they are: its tokens for them are gone.
    pub fn withdraw(&mut self, login: &str) {
        if on(Rule::UserTokenRevoked) {
            let tokens = &mut self.sign_ins.tokens;
            tokens.retain(|_, token| !token.login.eq_ignore_ascii_case(login));
        }
    }

    /// The App has no more use for a token; whether there was one.
    pub(crate) fn forget_user_token(&mut self, text: &str) -> bool {
        match on(Rule::UserTokenRevoked) {
            true => self.sign_ins.tokens.remove(text).is_some(),
            false => self.sign_ins.tokens.contains_key(text),
        }
    }

    /// The token of that text, if it lives.
    pub(crate) fn user_token(&self, text: &str) -> Option<UserToken> {
        let token = self.sign_ins.tokens.get(text)?;
        let lives = token.expires_at > self.now() || !on(Rule::UserTokenExpiry);
        lives.then(|| token.clone())
    }

    /// What of an installation a person has access to of their own: what everybody can read is not among it.
    pub fn accessible(&self, installation: i64, login: &str) -> Vec<(&Repository, Role)> {
        let covered = self.covered(installation).into_iter();
        let with_role = covered.map(|home| (home, self.role_of(home, login).0));
        let own = |home: &Repository| {
            home.owner.eq_ignore_ascii_case(login)
                || home.collaborators.contains_key(&login.to_ascii_lowercase())
        };
        with_role
            .filter(|(home, role)| *role >= Role::Read && (own(home) || !on(Rule::UserExplicit)))
            .collect()
    }

    /// The installations in which a person has access to something.
    pub fn installations_of(&self, login: &str) -> Vec<&Installation> {
        let all = self.installations.values();
        all.filter(|one| !self.accessible(one.id, login).is_empty())
            .collect()
    }
}

/// An address with these in its query.
fn led(to: &str, pairs: &[(&str, &str)]) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    let query = query.extend_pairs(pairs).finish();
    let mark = if to.contains('?') { '&' } else { '?' };
    format!("{to}{mark}{query}")
}
