//! One request, one answer: the only place that touches octocrab.
//!
//! All that is used of octocrab is `Octocrab::execute`: one type for our client whatever carries it, with or without TLS.
//! Its typed calls are not: they would retry a creation, follow a POST's redirect as a GET and wait for ever. It runs on our own client: with a connect timeout, and without its retry layer, redirect layer, token cache
//! and ETag cache; the total time and the size of an answer are bounded by us. A redirect is followed with the same
//! method, and only to the API's own host: credentials never go anywhere else. A request of which a byte may have left is
//! never sent again from here. The one thing fetched from elsewhere, a log GitHub points to, is fetched without credential.

use std::time::Duration;

use http_body_util::{BodyExt, LengthLimitError, Limited};
use hyper::header::{ACCEPT, AUTHORIZATION, HeaderValue, IF_NONE_MATCH, LOCATION, USER_AGENT};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::Connect;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use octocrab::{AuthState, OctoBody, Octocrab, OctocrabBuilder};
use rustls::ClientConfig;
use secrecy::{ExposeSecret, SecretString};
use url::{Host, Url};

use super::answer::Answer;
use super::error::GitHubError;
use super::page::{at_home, below, is_below};
use super::request::ApiRequest;
use crate::core::network::Network;
use crate::dial::{Route, connector, tls, trust};

/// The largest answer read; a hundred comments of the largest size fit.
const ANSWER_BYTES: usize = 32 * 1024 * 1024;
/// How many redirects in a row are followed.
const HOPS: usize = 3;

/// How long a call may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timeouts {
    /// Until the connection (with TLS) stands.
    pub connect: Duration,
    /// Until the whole answer is read, redirects included.
    pub total: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(5),
            total: Duration::from_secs(30),
        }
    }
}

/// What came of fetching a file.
pub(super) enum Fetched {
    /// All of it.
    Whole(Vec<u8>),
    /// It is said to be there.
    Elsewhere(String),
    /// It is refused.
    Status(u16),
    /// It is longer than it may be.
    TooLarge,
    /// No answer came whole.
    Lost,
}

/// The connection pool to one API root.
pub(super) struct Wire {
    octocrab: Octocrab,
    api: Url,
    user_agent: HeaderValue,
    total: Duration,
}

impl Wire {
    /// Must be called inside a tokio runtime (octocrab spawns its queue).
    pub(super) fn new(
        api: &Url,
        user_agent: &str,
        timeouts: Timeouts,
        network: &Network,
    ) -> Result<Self, GitHubError> {
        let wrong = |why: String| GitHubError::Unbuildable { why };
        if !matches!(api.scheme(), "https" | "http") || api.host_str().is_none() {
            return Err(wrong(format!("{api} is not an http(s) address")));
        }
        let user_agent = HeaderValue::from_str(user_agent)
            .map_err(|_| wrong("user agent: not a header value".into()))?;
        let octocrab = match api.scheme() {
            "https" => {
                let https = hyper_rustls::HttpsConnectorBuilder::new()
                    .with_tls_config(trusted(network).map_err(wrong)?)
                    .https_only()
                    .enable_http1()
                    .wrap_connector(Route::new(network, timeouts.connect));
                client(https)
            }
            _ => client(connector(timeouts.connect)),
        };
        Ok(Self {
            octocrab,
            api: api.clone(),
            user_agent,
            total: timeouts.total,
        })
    }

    /// Sends `ask` once and reads the whole answer, whatever its status.
    pub(super) async fn send(
        &self,
        ask: &ApiRequest,
        credential: &SecretString,
        etag: Option<&str>,
    ) -> Result<Answer, GitHubError> {
        match tokio::time::timeout(self.total, self.follow(ask, credential, etag)).await {
            Ok(outcome) => outcome,
            Err(_) => Err(lost(
                ask,
                format!("no complete answer within {} ms", self.total.as_millis()),
            )),
        }
    }

    async fn follow(
        &self,
        ask: &ApiRequest,
        credential: &SecretString,
        etag: Option<&str>,
    ) -> Result<Answer, GitHubError> {
        let mut address = self.address(ask, &ask.path)?;
        for _ in 0..=HOPS {
            let answer = self.once(ask, &address, credential, etag).await?;
            match (answer.status.as_u16(), location(&answer)) {
                (302, Some(_)) if ask.wants_location => return Ok(answer),
                (301 | 302 | 307 | 308, Some(target)) => {
                    let target =
                        address
                            .join(&target)
                            .map_err(|error| GitHubError::Unreadable {
                                call: ask.to_string(),
                                why: format!("redirect: {error}"),
                            })?;
                    address = match at_home(&self.api, &target) {
                        Some(home) if !is_below(&self.api, &target) => home,
                        _ => self.address(ask, target.as_str())?,
                    };
                }
                _ => return Ok(answer),
            }
        }
        Err(GitHubError::Unreadable {
            call: ask.to_string(),
            why: "it redirects in a circle".into(),
        })
    }

    async fn once(
        &self,
        ask: &ApiRequest,
        address: &Url,
        credential: &SecretString,
        etag: Option<&str>,
    ) -> Result<Answer, GitHubError> {
        let mut request =
            request(ask, address, credential, etag).map_err(|why| GitHubError::Unreadable {
                call: ask.to_string(),
                why,
            })?;
        request
            .headers_mut()
            .insert(USER_AGENT, self.user_agent.clone());
        let response = self.octocrab.execute(request).await.map_err(|error| {
            let why = chain(&error);
            if never_sent(&error) {
                GitHubError::Unreachable {
                    call: ask.to_string(),
                    why,
                }
            } else {
                lost(ask, why)
            }
        })?;
        let (parts, body) = response.into_parts();
        let body = Limited::new(body, ANSWER_BYTES)
            .collect()
            .await
            .map_err(|error| lost(ask, chain(&*error)))?;
        Ok(Answer {
            status: parts.status,
            headers: parts.headers,
            body: body.to_bytes(),
        })
    }

    /// The last `keep` bytes of a text GitHub pointed to, fetched without any credential; `None` if it is longer than
    /// `most`, or is not there. Over `https`, or from loopback where the API is on plain `http` itself.
    pub(super) async fn fetch_tail(
        &self,
        ask: &ApiRequest,
        to: &Url,
        (keep, most): (usize, usize),
    ) -> Result<Option<Vec<u8>>, GitHubError> {
        if to.scheme() != self.api.scheme() || (to.scheme() == "http" && !is_loopback(to)) {
            let host = to.host_str().unwrap_or_default().to_owned();
            return Err(GitHubError::LedAway {
                call: ask.to_string(),
                host,
            });
        }
        match tokio::time::timeout(self.total, self.tail(ask, to, (keep, most))).await {
            Ok(outcome) => outcome,
            Err(_) => Err(lost(
                ask,
                format!("no complete text within {} ms", self.total.as_millis()),
            )),
        }
    }

    async fn tail(
        &self,
        ask: &ApiRequest,
        to: &Url,
        (keep, most): (usize, usize),
    ) -> Result<Option<Vec<u8>>, GitHubError> {
        let request = hyper::Request::get(to.as_str())
            .header(USER_AGENT, self.user_agent.clone())
            .body(OctoBody::empty());
        let request = request.map_err(|error| lost(ask, error.to_string()))?;
        let response = self
            .octocrab
            .execute(request)
            .await
            .map_err(|error| lost(ask, chain(&error)))?;
        if !response.status().is_success() {
            return Ok(None);
        }
        let (mut body, mut tail, mut read) = (response.into_body(), Vec::new(), 0);
        while let Some(frame) = body.frame().await {
            let frame = frame.map_err(|error| lost(ask, chain(&error)))?;
            let Some(bytes) = frame.data_ref() else {
                continue;
            };
            read += bytes.len();
            if read > most {
                return Ok(None);
            }
            tail.extend_from_slice(bytes);
            tail.drain(..tail.len().saturating_sub(keep));
        }
        Ok(Some(tail))
    }

    /// A file at an address that is none of the API's, without any credential; where it leads is not followed.
    pub(super) async fn fetch(&self, from: &Url, most: usize) -> Fetched {
        match tokio::time::timeout(self.total, self.file(from, most)).await {
            Ok(Some(fetched)) => fetched,
            Ok(None) | Err(_) => Fetched::Lost,
        }
    }

    async fn file(&self, from: &Url, most: usize) -> Option<Fetched> {
        let request = hyper::Request::get(from.as_str())
            .header(USER_AGENT, self.user_agent.clone())
            .body(OctoBody::empty());
        let response = self.octocrab.execute(request.ok()?).await.ok()?;
        let (parts, body) = response.into_parts();
        if parts.status.is_redirection() {
            let to = parts.headers.get(LOCATION)?.to_str().ok()?;
            return Some(Fetched::Elsewhere(to.to_owned()));
        }
        if !parts.status.is_success() {
            return Some(Fetched::Status(parts.status.as_u16()));
        }
        Some(match Limited::new(body, most).collect().await {
            Ok(whole) => Fetched::Whole(whole.to_bytes().to_vec()),
            Err(error) if error.is::<LengthLimitError>() => Fetched::TooLarge,
            Err(_) => Fetched::Lost,
        })
    }

    /// The absolute address of `path`, which may be one already; refuses to leave the API's own origin.
    fn address(&self, ask: &ApiRequest, path: &str) -> Result<Url, GitHubError> {
        let unreadable = || GitHubError::Unreadable {
            call: ask.to_string(),
            why: "its address is none".into(),
        };
        let address = below(&self.api, path).ok_or_else(unreadable)?;
        if address.origin() != self.api.origin() {
            let host = address.host_str().unwrap_or_default().to_owned();
            return Err(GitHubError::LedAway {
                call: ask.to_string(),
                host,
            });
        }
        Ok(address)
    }
}

fn is_loopback(address: &Url) -> bool {
    match address.host() {
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        Some(Host::Domain(_)) | None => false,
    }
}

/// TLS for the API, which nobody could speak with where no authority is trusted.
fn trusted(network: &Network) -> Result<ClientConfig, String> {
    let roots = trust(network)?;
    if roots.is_empty() {
        return Err(
            "no certificate authority is trusted here; install the system's CA certificates"
                .to_owned(),
        );
    }
    Ok(tls(roots))
}

fn client<C>(connector: C) -> Octocrab
where
    C: Connect + Clone + Send + Sync + 'static,
{
    let client = Client::builder(TokioExecutor::new())
        .pool_timer(TokioTimer::new())
        .pool_idle_timeout(Duration::from_secs(20))
        .build::<_, OctoBody>(connector);
    let built = OctocrabBuilder::new_empty()
        .with_service(client)
        .with_auth(AuthState::None)
        .build();
    built.unwrap_or_else(|never| match never {})
}

fn request(
    ask: &ApiRequest,
    address: &Url,
    credential: &SecretString,
    etag: Option<&str>,
) -> Result<hyper::Request<OctoBody>, String> {
    let mut builder = hyper::Request::builder()
        .method(ask.method.clone())
        .uri(address.as_str())
        .header(ACCEPT, ask.accept)
        .header("x-github-api-version", "2022-11-28");
    // A visitor may have none.
    if !credential.expose_secret().is_empty() {
        let text = format!("{} {}", ask.scheme, credential.expose_secret());
        let mut authorization = HeaderValue::from_str(&text)
            .map_err(|_| "the credential does not fit in a header".to_owned())?;
        authorization.set_sensitive(true);
        builder = builder.header(AUTHORIZATION, authorization);
    }
    if let Some(etag) = etag {
        builder = builder.header(IF_NONE_MATCH, etag);
    }
    let body = match &ask.body {
        Some(body) => {
            builder = builder.header(hyper::header::CONTENT_TYPE, "application/json");
            OctoBody::from(body.clone())
        }
        None => OctoBody::empty(),
    };
    builder.body(body).map_err(|error| error.to_string())
}

pub(super) fn location(answer: &Answer) -> Option<String> {
    answer
        .headers
        .get(LOCATION)?
        .to_str()
        .ok()
        .map(str::to_owned)
}

/// The request left and no answer came back whole.
fn lost(ask: &ApiRequest, why: String) -> GitHubError {
    let call = ask.to_string();
    if ask.changes() {
        GitHubError::Unknown { call, why }
    } else {
        GitHubError::Unanswered { call, why }
    }
}

/// True only if the connection was never made, so that nothing can have been done.
fn never_sent(error: &(dyn std::error::Error + 'static)) -> bool {
    let mut current = Some(error);
    while let Some(error) = current {
        if let Some(error) = error.downcast_ref::<hyper_util::client::legacy::Error>() {
            return error.is_connect();
        }
        current = error.source();
    }
    false
}

/// The causes of an error in one line; octocrab's own text carries a backtrace, so only its first line counts.
fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    let mut lines: Vec<String> = Vec::new();
    let mut current = Some(error);
    while let Some(error) = current {
        let line = error
            .to_string()
            .lines()
            .next()
            .unwrap_or_default()
            .to_owned();
        if lines.last().is_none_or(|last| !last.contains(&line)) {
            lines.push(line);
        }
        current = error.source();
    }
    lines.join(": ")
}
