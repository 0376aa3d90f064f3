//! Asks a running skep over its admin address. Every question has a timeout, and what went wrong is said with what to do.

use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper::{Method, Request, StatusCode, header};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use secrecy::{ExposeSecret, SecretString};
use serde::de::DeserializeOwned;
use serde_json::Value;
use url::Url;

use crate::config::AdminAccess;
use crate::core::text;

/// A connection on this machine or its network stands at once or not at all.
const CONNECT: Duration = Duration::from_secs(5);
/// The longest a skep thinks about an answer is a minute.
const TOTAL: Duration = Duration::from_secs(70);
/// The largest answer read.
const ANSWER_BYTES: usize = 64 * 1024 * 1024;

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum AdminError {
    /// Nothing listens there.
    #[error("{}", text::cli::not_running(.0))]
    NotRunning(String),
    /// It listens and does not answer.
    #[error("{}", text::cli::slow(.url, TOTAL.as_secs()))]
    Slow { url: String },
    /// It answered that it will not.
    #[error("{}", text::cli::refused(.message, .next.as_deref()))]
    Refused {
        message: String,
        /// What to do about it.
        next: Option<String>,
    },
    /// What answers there is no skep, or not one we understand.
    #[error("{}", text::cli::foreign(.url, .why))]
    Foreign { url: String, why: String },
    /// The connection ended before the answer did.
    #[error("{}", text::cli::lost(.url, .why))]
    Lost { url: String, why: String },
}

impl From<AdminError> for crate::core::failure::Failure {
    fn from(error: AdminError) -> Self {
        match error {
            AdminError::NotRunning(_) | AdminError::Slow { .. } | AdminError::Lost { .. } => {
                Self::retry(error.to_string())
            }
            AdminError::Refused { .. } => Self::refused(error.to_string()),
            AdminError::Foreign { .. } => Self::broken(error.to_string()),
        }
    }
}

/// Reads `http://host:port`, or only `host:port`.
pub(super) fn parse_address(typed: &str) -> Result<Url, String> {
    let wrong = || text::cli::not_an_address(typed);
    let address = if typed.contains("://") {
        typed.to_owned()
    } else {
        format!("http://{typed}")
    };
    let url = Url::parse(&address).map_err(|_| wrong())?;
    let plain = url.scheme() == "http"
        && url.path() == "/"
        && url.query().is_none()
        && url.username().is_empty();
    if plain && url.host().is_some() {
        Ok(url)
    } else {
        Err(wrong())
    }
}

/// The admin address of a skep.
pub(super) struct Admin {
    base: Url,
    token: Option<SecretString>,
    client: Client<HttpConnector, Full<Bytes>>,
}

impl Admin {
    pub(super) fn new(AdminAccess { url, token }: AdminAccess) -> Self {
        let mut connector = HttpConnector::new();
        connector.set_connect_timeout(Some(CONNECT));
        Self {
            base: url,
            token,
            client: Client::builder(TokioExecutor::new()).build(connector),
        }
    }

    /// The answer to a question, as JSON.
    pub(super) async fn get(
        &self,
        path: &str,
        query: &[(&str, String)],
    ) -> Result<Value, AdminError> {
        let bytes = self
            .ask(Method::GET, &self.url(path, query), Bytes::new())
            .await?;
        self.understood(serde_json::from_slice(&bytes))
    }

    /// An answer as it is.
    pub(super) async fn bytes(
        &self,
        path: &str,
        query: &[(&str, String)],
    ) -> Result<Bytes, AdminError> {
        self.ask(Method::GET, &self.url(path, query), Bytes::new())
            .await
    }

    /// The answer to an order.
    pub(super) async fn post(&self, path: &str, order: &Value) -> Result<Value, AdminError> {
        let bytes = self
            .ask(
                Method::POST,
                &self.url(path, &[]),
                Bytes::from(order.to_string()),
            )
            .await?;
        self.understood(serde_json::from_slice(&bytes))
    }

    /// Newline-delimited JSON.
    pub(super) async fn lines<T: DeserializeOwned>(
        &self,
        path: &str,
        query: &[(&str, String)],
    ) -> Result<Vec<T>, AdminError> {
        let bytes = self
            .ask(Method::GET, &self.url(path, query), Bytes::new())
            .await?;
        let lines = bytes
            .split(|byte| *byte == b'\n')
            .filter(|line| !line.is_empty());
        lines
            .map(|line| self.understood(serde_json::from_slice(line)))
            .collect()
    }

    /// A value of an answer as what it should be.
    pub(super) fn read<T: DeserializeOwned>(&self, value: &Value) -> Result<T, AdminError> {
        self.understood(T::deserialize(value))
    }

    fn understood<T>(&self, read: serde_json::Result<T>) -> Result<T, AdminError> {
        read.map_err(|error| self.foreign(error.to_string()))
    }

    fn foreign(&self, why: String) -> AdminError {
        AdminError::Foreign {
            url: self.shown(),
            why,
        }
    }

    /// The address as people write it.
    pub(super) fn shown(&self) -> String {
        self.base.as_str().trim_end_matches('/').to_owned()
    }

    fn url(&self, path: &str, query: &[(&str, String)]) -> Url {
        let mut url = self.base.clone();
        url.set_path(path);
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        url
    }

    async fn ask(&self, method: Method, url: &Url, body: Bytes) -> Result<Bytes, AdminError> {
        let mut request = Request::builder()
            .method(method)
            .uri(url.as_str())
            .header(header::CONTENT_TYPE, "application/json");
        if let Some(token) = &self.token {
            request = request.header(
                header::AUTHORIZATION,
                format!("Bearer {}", token.expose_secret()),
            );
        }
        let request = request
            .body(Full::new(body))
            .map_err(|error| self.foreign(error.to_string()))?;
        let exchange = async {
            let response = self
                .client
                .request(request)
                .await
                .map_err(|error| self.lost(&error))?;
            let status = response.status();
            let body = Limited::new(response.into_body(), ANSWER_BYTES)
                .collect()
                .await;
            let lost = |error: Box<dyn std::error::Error + Send + Sync>| AdminError::Lost {
                url: self.shown(),
                why: error.to_string(),
            };
            Ok((status, body.map_err(lost)?.to_bytes()))
        };
        let answered = tokio::time::timeout(TOTAL, exchange).await;
        let (status, bytes) = answered.map_err(|_| AdminError::Slow { url: self.shown() })??;
        if status.is_success() {
            Ok(bytes)
        } else {
            Err(self.refused(status, &bytes))
        }
    }

    fn lost(&self, error: &hyper_util::client::legacy::Error) -> AdminError {
        if error.is_connect() {
            return AdminError::NotRunning(self.shown());
        }
        AdminError::Lost {
            url: self.shown(),
            why: error.to_string(),
        }
    }

    fn refused(&self, status: StatusCode, bytes: &[u8]) -> AdminError {
        let body: Value = serde_json::from_slice(bytes).unwrap_or_default();
        let text = |name: &str| body["error"][name].as_str().map(super::output::one_line);
        match text("message") {
            Some(message) => AdminError::Refused {
                message,
                next: text("next"),
            },
            None => self.foreign(format!("it answered {status}")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::parse_address;

    #[test]
    fn an_admin_address_is_plain_http() {
        for good in [
            "http://127.0.0.1:3001",
            "127.0.0.1:3001",
            "localhost:3001",
            "http://[::1]:3001/",
        ] {
            assert!(parse_address(good).is_ok(), "{good}");
        }
        for bad in [
            "",
            "https://x",
            "http://x/api",
            "http://u@x",
            "3001x y",
            "http://",
        ] {
            assert!(parse_address(bad).is_err(), "{bad}");
        }
    }
}
