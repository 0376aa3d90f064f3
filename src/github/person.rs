//! Somebody who signs in with GitHub by the App's own OAuth: where they are sent, what their code is exchanged for, who they are and
//! which repositories they can read.
//!
//! It asks as that person and changes nothing. It must never print a code or a token, send the client secret anywhere but to the
//! GitHub that the operator configured, or exchange a code twice.
//! <https://docs.github.com/apps/creating-github-apps/authenticating-with-a-github-app/generating-a-user-access-token-for-a-github-app>

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use hyper::{Method, StatusCode};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::json;
use sha2::{Digest, Sha256};
use url::Url;

use super::answer::{Answer, Limit};
use super::counted;
use super::error::GitHubError;
use super::page::Pages;
use super::request::ApiRequest;
use super::wire::{Timeouts, Wire};
use crate::core::actor::{Account, AccountKind};
use crate::core::failure::shortened;
use crate::core::ids::{InstallationId, RepositoryId, RepositoryName, UserId};
use crate::core::network::Network;

/// The most pages that are read of one person's lists, a hundred entries each. Of what is beyond, nothing is shown to them.
const PAGES: usize = 100;
/// A pause of which GitHub does not say how long it is.
const UNSAID: Duration = Duration::from_secs(60);

/// What signing in needs.
pub struct SignInConfig<'a> {
    /// The REST API's root.
    pub api: &'a Url,
    /// Where people go.
    pub web: &'a Url,
    /// The App's client id.
    pub client_id: String,
    /// One of its client secrets.
    pub client_secret: SecretString,
    /// The way out.
    pub network: &'a Network,
}

/// The App's OAuth.
pub struct SignIn {
    pages: Wire,
    api: Wire,
    api_url: Url,
    web_url: Url,
    client_id: String,
    client_secret: SecretString,
}

/// What belongs to one way to GitHub and back. The verifier is a PKCE code verifier (RFC 7636, 4.1).
pub struct Way<'a> {
    /// Where GitHub sends the person back to; one of the App's callback URLs, letter by letter.
    pub redirect: &'a str,
    /// What comes back with them.
    pub state: &'a str,
    /// What only we know; GitHub hears its SHA-256 first, and itself with the code.
    pub verifier: &'a str,
}

/// A user access token.
pub struct UserToken {
    /// The token.
    pub secret: SecretString,
    /// How long GitHub takes it; `None` where the App's user tokens do not expire.
    pub lasts: Option<Duration>,
}

/// Why a code became no token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotSignedIn {
    /// GitHub does not take it: used, expired, forged, or of another App. GitHub's word for it.
    Refused(String),
    /// GitHub did not answer as it should.
    Failed(String),
}

/// Why it is not known what a person can read.
#[derive(Debug, thiserror::Error)]
pub enum PersonError {
    /// The token is not good any more: it expired, or the person took it back.
    #[error("GitHub does not take the person's token any more")]
    Withdrawn,
    /// Anything else.
    #[error(transparent)]
    Failed(#[from] GitHubError),
}

/// A repository that a person can read, and in which the App is installed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadableRepository {
    /// Its identity.
    pub id: RepositoryId,
    /// Its present name.
    pub name: RepositoryName,
    /// Whether they may push to it.
    pub writes: bool,
}

/// What the exchange answers, with status 200 whether it went well or not.
#[derive(Default, Deserialize)]
struct ExchangeShape {
    #[serde(default)]
    access_token: String,
    #[serde(default)]
    token_type: String,
    expires_in: Option<u64>,
    #[serde(default)]
    error: String,
}

#[derive(Deserialize)]
struct UserShape {
    id: UserId,
    login: String,
    #[serde(rename = "type", default)]
    kind: String,
}

#[derive(Deserialize)]
struct InstallationsShape {
    installations: Vec<InstallationShape>,
}

#[derive(Deserialize)]
struct InstallationShape {
    id: InstallationId,
    suspended_at: Option<String>,
}

#[derive(Deserialize)]
struct RepositoriesShape {
    repositories: Vec<RepositoryShape>,
}

#[derive(Deserialize)]
struct RepositoryShape {
    id: RepositoryId,
    full_name: RepositoryName,
    #[serde(default)]
    permissions: PermissionsShape,
}

/// What the person may do there; what is not said is not allowed.
#[derive(Default, Deserialize)]
struct PermissionsShape {
    #[serde(default)]
    pull: bool,
    #[serde(default)]
    push: bool,
    #[serde(default)]
    maintain: bool,
    #[serde(default)]
    admin: bool,
}

impl SignIn {
    /// Must be called inside a tokio runtime.
    ///
    /// # Errors
    /// [`GitHubError::Unbuildable`].
    pub fn new(config: SignInConfig<'_>) -> Result<Self, GitHubError> {
        let name = concat!("skep/", env!("CARGO_PKG_VERSION"));
        let wire = |to: &Url| Wire::new(to, name, Timeouts::default(), config.network);
        Ok(Self {
            pages: wire(config.web)?,
            api: wire(config.api)?,
            api_url: config.api.clone(),
            web_url: config.web.clone(),
            client_id: config.client_id,
            client_secret: config.client_secret,
        })
    }

    /// GitHub's page on which a person lets the App know who they are.
    pub fn page(&self, way: &Way<'_>) -> String {
        let mut page = self.web_url.clone();
        page.set_path("/login/oauth/authorize");
        let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(way.verifier));
        page.query_pairs_mut()
            .append_pair("client_id", &self.client_id)
            .append_pair("redirect_uri", way.redirect)
            .append_pair("state", way.state)
            .append_pair("code_challenge", &challenge)
            .append_pair("code_challenge_method", "S256");
        page.into()
    }

    /// Exchanges a code, by one request.
    ///
    /// # Errors
    /// Why there is no token; never with the code in it.
    pub async fn exchange(&self, code: &str, way: &Way<'_>) -> Result<UserToken, NotSignedIn> {
        let ask = ApiRequest::new(
            Method::POST,
            "exchange the code of a person",
            "/login/oauth/access_token",
        );
        let mut ask = ask.with(&json!({
            "client_id": self.client_id,
            "client_secret": self.client_secret.expose_secret(),
            "code": code,
            "redirect_uri": way.redirect,
            "code_verifier": way.verifier,
        }));
        ask.accept = "application/json";
        let nobody = SecretString::from("");
        let answer = self.pages.send(&ask, &nobody, None).await;
        let answer = answer.map_err(|error| NotSignedIn::Failed(error.to_string()))?;
        if !answer.status.is_success() {
            let status = answer.status.as_u16();
            return Err(NotSignedIn::Failed(format!("it answered {status}")));
        }
        // What cannot be read is not repeated: it may hold the token.
        let found: ExchangeShape = serde_json::from_slice(&answer.body)
            .map_err(|_| NotSignedIn::Failed("its answer cannot be read".to_owned()))?;
        let bearer = found.token_type.eq_ignore_ascii_case("bearer");
        match found.access_token.is_empty() || !bearer {
            true => Err(NotSignedIn::Refused(shortened(&found.error, 60))),
            false => Ok(UserToken {
                secret: found.access_token.into(),
                lasts: found.expires_in.map(Duration::from_secs),
            }),
        }
    }

    /// Has GitHub forget a token, by one request; it is no matter if it did so before.
    /// <https://docs.github.com/rest/apps/oauth-applications#delete-an-app-token>
    ///
    /// # Errors
    /// [`GitHubError`]: it may be good still, until it ends by itself.
    pub async fn revoke(&self, token: &SecretString) -> Result<(), GitHubError> {
        let path = format!("/applications/{}/token", self.client_id);
        let ask = ApiRequest::delete("revoke the token of a person", path);
        let mut ask = ask.with(&json!({ "access_token": token.expose_secret() }));
        ask.scheme = "Basic";
        let pair = format!("{}:{}", self.client_id, self.client_secret.expose_secret());
        let credential = SecretString::from(STANDARD.encode(pair));
        let answer = self.api.send(&ask, &credential, None).await;
        counted::answered(answer.as_ref());
        match answer?.judge(&ask) {
            Err(GitHubError::NotFound { .. }) => Ok(()),
            answered => answered.map(drop),
        }
    }

    /// Who they are. <https://docs.github.com/rest/users/users#get-the-authenticated-user>
    ///
    /// # Errors
    /// [`PersonError`].
    pub async fn person(&self, token: &SecretString) -> Result<Account, PersonError> {
        let ask = ApiRequest::get("read who somebody is", "/user");
        let answer = self.ask(&ask, token).await?;
        let user: UserShape = read(&answer, &ask)?;
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        if user.kind != "User" || user.login.is_empty() || !user.login.bytes().all(plain) {
            return Err(unreadable(&ask).into());
        }
        Ok(Account {
            id: user.id,
            login: user.login,
            kind: AccountKind::User,
        })
    }

    /// The repositories that they have access to of their own, of those in which the App is installed.
    /// <https://docs.github.com/rest/apps/installations#list-repositories-accessible-to-the-user-access-token>
    ///
    /// # Errors
    /// [`PersonError`].
    pub async fn readable(
        &self,
        token: &SecretString,
    ) -> Result<Vec<ReadableRepository>, PersonError> {
        let ask = ApiRequest::get(
            "list a person's installations",
            "/user/installations?per_page=100",
        );
        let pages: Vec<InstallationsShape> = self.all(&ask, token).await?;
        let installations = pages.into_iter().flat_map(|page| page.installations);
        let mut found = Vec::new();
        for installation in installations.filter(|one| one.suspended_at.is_none()) {
            let path = format!(
                "/user/installations/{}/repositories?per_page=100",
                installation.id
            );
            let ask = ApiRequest::get("list a person's repositories", path);
            let pages: Vec<RepositoriesShape> = match self.all(&ask, token).await {
                Ok(pages) => pages,
                // It is gone, suspended, or shut to this person (by single sign-on): nothing there is theirs to see.
                Err(PersonError::Failed(
                    GitHubError::NotFound { .. }
                    | GitHubError::Forbidden { .. }
                    | GitHubError::NotPermitted { .. }
                    | GitHubError::Suspended,
                )) => continue,
                Err(error) => return Err(error),
            };
            let repositories = pages.into_iter().flat_map(|page| page.repositories);
            found.extend(repositories.filter_map(|repository| {
                let may = repository.permissions;
                let writes = may.push || may.maintain || may.admin;
                (may.pull || writes).then_some(ReadableRepository {
                    id: repository.id,
                    name: repository.full_name,
                    writes,
                })
            }));
        }
        Ok(found)
    }

    async fn all<T: DeserializeOwned>(
        &self,
        first: &ApiRequest,
        token: &SecretString,
    ) -> Result<Vec<T>, PersonError> {
        let (mut all, mut ask) = (Vec::new(), first.clone());
        let mut pages = Pages::of(&self.api_url);
        for _ in 0..PAGES {
            let answer = self.ask(&ask, token).await?;
            all.push(read(&answer, &ask)?);
            match pages.after(&ask, &answer) {
                Some(next) => ask = next,
                None => return Ok(all),
            }
        }
        tracing::warn!(list = %first, "a person's list is longer than what is read of it");
        Ok(all)
    }

    async fn ask(&self, ask: &ApiRequest, token: &SecretString) -> Result<Answer, PersonError> {
        let answer = self.api.send(ask, token, None).await;
        counted::answered(answer.as_ref());
        let answer = answer?;
        if answer.status == StatusCode::UNAUTHORIZED {
            return Err(PersonError::Withdrawn);
        }
        let limit = match answer.status.is_success() {
            true => None,
            false => answer.limit(0),
        };
        match limit {
            None => Ok(answer.judge(ask)?),
            Some(Limit::For(after)) => Err(GitHubError::Limited { after }.into()),
            Some(Limit::Unsaid | Limit::TooQuick) => {
                Err(GitHubError::Limited { after: UNSAID }.into())
            }
        }
    }
}

/// Without a word of what could not be read.
fn read<T: DeserializeOwned>(answer: &Answer, ask: &ApiRequest) -> Result<T, GitHubError> {
    serde_json::from_slice(&answer.body).map_err(|_| unreadable(ask))
}

fn unreadable(ask: &ApiRequest) -> GitHubError {
    GitHubError::Unreadable {
        call: ask.to_string(),
        why: "the answer has another shape".to_owned(),
    }
}
