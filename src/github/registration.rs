//! The end of a registration: the code that GitHub sends people back with is exchanged, once, for the new App's secrets.
//!
//! It asks as nobody, for there is no key yet. What was sent is never sent again: a code is good for one exchange, and only
//! an answer that was not even asked for may be asked for anew.
//! <https://docs.github.com/rest/apps/apps#create-a-github-app-from-a-manifest>

use hyper::Method;
use secrecy::SecretString;
use serde::Deserialize;
use url::Url;

use super::error::GitHubError;
use super::request::{ApiRequest, Effect, escape};
use super::wire::{Timeouts, Wire};
use crate::core::network::Network;

/// Exchanges codes.
pub struct Registrar {
    wire: Wire,
}

/// An App as GitHub hands it out.
#[derive(Debug, Clone)]
pub struct NewApp {
    /// Its number.
    pub id: u64,
    /// Its name in addresses.
    pub slug: String,
    /// Its page.
    pub page: String,
    /// PEM.
    pub private_key: SecretString,
    /// What webhooks are signed with; `None` where the App has no webhook.
    pub webhook_secret: Option<SecretString>,
    /// For signing people in.
    pub client_id: String,
    /// For signing people in.
    pub client_secret: SecretString,
}

/// Why there is no App.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotConverted {
    /// Nothing was sent: the code is as good as before.
    NotSent(String),
    /// It is not known what GitHub did with the code.
    Lost(String),
    /// GitHub knows no such code, or not any more.
    Spent,
    /// GitHub says no.
    Refused(String),
}

#[derive(Deserialize)]
struct AppShape {
    id: u64,
    slug: String,
    html_url: String,
    pem: String,
    webhook_secret: Option<String>,
    client_id: String,
    client_secret: String,
}

impl Registrar {
    /// Must be called inside a tokio runtime.
    ///
    /// # Errors
    /// [`GitHubError::Unbuildable`].
    pub fn new(api: &Url, network: &Network) -> Result<Self, GitHubError> {
        let name = concat!("skep/", env!("CARGO_PKG_VERSION"));
        Ok(Self {
            wire: Wire::new(api, name, Timeouts::default(), network)?,
        })
    }

    /// Exchanges a code, by one request.
    ///
    /// # Errors
    /// Why there is no App, none of which holds the code.
    pub async fn convert(&self, code: &str) -> Result<NewApp, NotConverted> {
        let path = format!("/app-manifests/{}/conversions", escape(code));
        let ask = ApiRequest::new(Method::POST, "exchange the code of a new App", path)
            .with_effect(Effect::Change);
        let nobody = SecretString::from("");
        let answer = match self.wire.send(&ask, &nobody, None).await {
            Ok(answer) => answer,
            Err(GitHubError::Unreachable { why, .. }) => return Err(NotConverted::NotSent(why)),
            Err(
                GitHubError::Unknown { why, .. }
                | GitHubError::Unanswered { why, .. }
                | GitHubError::Unreadable { why, .. },
            ) => return Err(NotConverted::Lost(why)),
            Err(GitHubError::LedAway { host, .. }) => return Err(NotConverted::Refused(host)),
            Err(error) => return Err(NotConverted::Lost(error.to_string())),
        };
        match answer.status.as_u16() {
            201 => match answer.json::<AppShape>(&ask) {
                Ok(app) => Ok(app.into()),
                Err(_) => Err(NotConverted::Lost("the answer cannot be read".to_owned())),
            },
            404 => Err(NotConverted::Spent),
            400..=499 => Err(NotConverted::Refused(answer.message())),
            status => Err(NotConverted::Lost(format!("status {status}"))),
        }
    }
}

impl From<AppShape> for NewApp {
    fn from(app: AppShape) -> Self {
        Self {
            id: app.id,
            slug: app.slug,
            page: app.html_url,
            private_key: app.pem.into(),
            webhook_secret: app.webhook_secret.map(SecretString::from),
            client_id: app.client_id,
            client_secret: app.client_secret.into(),
        }
    }
}
