//! The tools over streamable HTTP: one path, a token of skep's with every request, and this machine's hosts and no page's origin.
//!
//! Whose token skep does not know learns nothing, not even whether a path exists. That it is known is remembered for a moment, as a
//! digest; what it may do, skep says anew at each call.

use std::collections::HashMap;
use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt, Empty};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode, header};
use hyper_util::rt::{TokioIo, TokioTimer};
use rmcp::transport::streamable_http_server::session::never::NeverSessionManager;
use rmcp::transport::streamable_http_server::{StreamableHttpServerConfig, StreamableHttpService};
use secrecy::SecretString;
use sha2::{Digest, Sha256};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::Instant;

use super::offer::Offer;
use super::swarm::{Gate, Swarm, Unknown};
use crate::core::text::mcp as text;

const PATH: &str = "/mcp";
const BODY_MAX: usize = 64 * 1024;
const CONNECTIONS_MAX: usize = 64;
const HEADER_PATIENCE: Duration = Duration::from_secs(60);
/// Longer than the longest that skep thinks about an answer.
const REQUEST_PATIENCE: Duration = Duration::from_secs(90);
/// How long it is remembered that a token is known.
const KNOWN_FOR: Duration = Duration::from_secs(30);
/// So many are remembered.
const KNOWN_MAX: usize = 64;

type Tools = StreamableHttpService<Offer, NeverSessionManager>;
type Answer = Response<BoxBody<Bytes, Infallible>>;
type Known = HashMap<[u8; 32], (Instant, Arc<dyn Swarm>)>;

/// Why nothing is served.
#[derive(Debug, thiserror::Error)]
pub enum NotListening {
    /// The address is not on this machine, and nobody said by which name it is reached.
    #[error("{}", text::not_loopback(.0))]
    NotLoopback(SocketAddr),
    /// The address cannot be taken.
    #[error("{}", text::cannot_listen(.0, .1))]
    Taken(SocketAddr, std::io::Error),
}

/// The tools over HTTP.
pub struct HttpServer {
    listener: TcpListener,
    served: Arc<Served>,
}

struct Served {
    gate: Arc<dyn Gate>,
    /// Which names it answers to besides this machine's own.
    hosts: Vec<String>,
    known: Mutex<Known>,
}

impl HttpServer {
    /// Takes the address. One that others reach needs the names by which they do.
    ///
    /// # Errors
    /// [`NotListening`].
    pub async fn open(
        address: SocketAddr,
        hosts: Vec<String>,
        gate: Arc<dyn Gate>,
    ) -> Result<Self, NotListening> {
        if !address.ip().is_loopback() && hosts.is_empty() {
            return Err(NotListening::NotLoopback(address));
        }
        let listener = TcpListener::bind(address).await;
        let listener = listener.map_err(|error| NotListening::Taken(address, error))?;
        let served = Arc::new(Served {
            gate,
            hosts,
            known: Mutex::default(),
        });
        Ok(Self { listener, served })
    }

    /// Where assistants find it: `http://127.0.0.1:3002/mcp`.
    pub fn address(&self) -> std::io::Result<String> {
        Ok(format!("http://{}{PATH}", self.listener.local_addr()?))
    }

    /// Serves for ever.
    pub async fn serve(self) {
        let room = Arc::new(Semaphore::new(CONNECTIONS_MAX));
        let mut connections = JoinSet::new();
        loop {
            let accepted = tokio::select! {
                accepted = self.listener.accept() => accepted,
                // Finished ones are taken out as they end.
                Some(_) = connections.join_next() => continue,
            };
            let Ok((stream, _)) = accepted else {
                // Out of files, as a rule: others must close theirs first.
                tokio::time::sleep(Duration::from_millis(100)).await;
                continue;
            };
            // Full: the connection is closed at once.
            let Ok(permit) = room.clone().try_acquire_owned() else {
                continue;
            };
            let served = self.served.clone();
            connections.spawn(async move {
                talk(stream, served).await;
                drop(permit);
            });
        }
    }
}

async fn talk(stream: TcpStream, served: Arc<Served>) {
    let service = service_fn(move |request| {
        let served = served.clone();
        async move { Ok::<_, Infallible>(served.answer(request).await) }
    });
    let talked = hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_PATIENCE)
        .max_buf_size(64 * 1024)
        .serve_connection(TokioIo::new(stream), service)
        .await;
    if let Err(error) = talked {
        tracing::debug!(%error, "a connection of an assistant ended badly");
    }
}

/// The one token that a request carries.
fn bearer(request: &Request<Incoming>) -> Option<&str> {
    let mut values = request.headers().get_all(header::AUTHORIZATION).iter();
    let (Some(value), None) = (values.next(), values.next()) else {
        return None;
    };
    let (scheme, token) = value.to_str().ok()?.split_once(' ')?;
    let token = token.trim();
    (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty()).then_some(token)
}

impl Served {
    async fn answer(&self, request: Request<Incoming>) -> Answer {
        let Some(token) = bearer(&request).map(str::to_owned) else {
            return unauthorized();
        };
        let swarm = match self.open(&token).await {
            Ok(swarm) => swarm,
            Err(Unknown::Token) => return unauthorized(),
            Err(Unknown::Away) => return status(StatusCode::BAD_GATEWAY),
        };
        if request.uri().path() != PATH {
            return status(StatusCode::NOT_FOUND);
        }
        let tools = self.tools(swarm);
        match tokio::time::timeout(REQUEST_PATIENCE, tools.handle(request)).await {
            Ok(answer) => answer,
            Err(_) => status(StatusCode::REQUEST_TIMEOUT),
        }
    }

    /// Each request is whole by itself: no session is kept for it. A foreign `Host` and any `Origin` are refused in there.
    fn tools(&self, swarm: Arc<dyn Swarm>) -> Tools {
        let own = ["localhost", "127.0.0.1", "::1"].map(str::to_owned);
        let hosts = own.into_iter().chain(self.hosts.iter().cloned());
        let configuration = StreamableHttpServerConfig::default()
            .with_legacy_session_mode(false)
            .with_json_response(true)
            .with_max_request_body_bytes(BODY_MAX)
            .with_allowed_hosts(hosts)
            .enforce_origin_validation();
        let offer = Offer { swarm };
        Tools::new(move || Ok(offer.clone()), Arc::default(), configuration)
    }

    async fn open(&self, token: &str) -> Result<Arc<dyn Swarm>, Unknown> {
        let digest: [u8; 32] = Sha256::digest(token).into();
        if let Some(swarm) = self.remembered(&digest) {
            return Ok(swarm);
        }
        let swarm = self.gate.open(SecretString::from(token)).await?;
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= KNOWN_MAX {
            // What is forgotten is asked about again.
            known.clear();
        }
        known.insert(digest, (Instant::now() + KNOWN_FOR, swarm.clone()));
        Ok(swarm)
    }

    fn remembered(&self, digest: &[u8; 32]) -> Option<Arc<dyn Swarm>> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.retain(|_, (until, _)| *until > Instant::now());
        known.get(digest).map(|(_, swarm)| swarm.clone())
    }
}

fn unauthorized() -> Answer {
    let mut refused = status(StatusCode::UNAUTHORIZED);
    let scheme = header::HeaderValue::from_static("Bearer");
    refused
        .headers_mut()
        .insert(header::WWW_AUTHENTICATE, scheme);
    refused
}

fn status(status: StatusCode) -> Answer {
    let mut answer = Response::new(Empty::new().boxed());
    *answer.status_mut() = status;
    answer
}
