//! The one HTTP server of the agents of a process: loopback, an ephemeral port, a token for each session.
//!
//! It starts with the first session that needs it and ends with them. Whoever has no valid token learns nothing, not
//! even whether a path exists; whoever has one reaches that session's tools and nothing else.

use std::convert::Infallible;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt, Empty, Full, Limited};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode, header};
use hyper_util::rt::{TokioIo, TokioTimer};
use rmcp::transport::streamable_http_server::session::never::NeverSessionManager;
use rmcp::transport::streamable_http_server::{StreamableHttpServerConfig, StreamableHttpService};
use sha2::{Digest, Sha256};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OnceCell, Semaphore};
use tokio::task::{AbortHandle, JoinSet};

use super::SERVER_NAME;
use super::offer::Offer;
use super::tool_gate::ToolGate;
use crate::agent::halves::mend;
use crate::agent::opening::McpServer;
use crate::random;

const PATH: &str = "/mcp";
const BODY_MAX: usize = 256 * 1024;
const CONNECTIONS_MAX: usize = 1_024;
/// Also how long a connection may rest: longer than the agents' own clients keep theirs, so that they close first.
const HEADER_PATIENCE: Duration = Duration::from_secs(120);
/// The body, the handler's patience and the answer together.
const REQUEST_PATIENCE: Duration = Duration::from_secs(75);

type Tools = StreamableHttpService<Offer, NeverSessionManager>;
type Answer = Response<BoxBody<Bytes, Infallible>>;

/// The server, which may not be needed.
#[derive(Default)]
pub(in crate::agent) struct Server {
    running: OnceCell<Running>,
}

struct Running {
    address: SocketAddr,
    registry: Arc<Registry>,
    task: AbortHandle,
}

impl Drop for Running {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// A session's tools are offered as long as this lives.
pub(in crate::agent) struct Registration {
    number: u64,
    registry: Weak<Registry>,
    /// Where the agent finds them.
    pub(in crate::agent) offered: McpServer,
}

impl Drop for Registration {
    fn drop(&mut self) {
        if let Some(registry) = self.registry.upgrade() {
            registry
                .entries()
                .1
                .retain(|entry| entry.number != self.number);
        }
    }
}

impl Server {
    /// Where it listens: it starts now if it does not yet.
    pub(in crate::agent) async fn address(&self) -> io::Result<SocketAddr> {
        Ok(self.running.get_or_try_init(start).await?.address)
    }

    /// Offers the tools of that gate under a token of its own.
    pub(in crate::agent) async fn register(&self, gate: Arc<ToolGate>) -> io::Result<Registration> {
        let running = self.running.get_or_try_init(start).await?;
        let token = token()?;
        let number = running.registry.add(&token, gate);
        let offered = McpServer {
            name: SERVER_NAME.to_owned(),
            url: format!("http://{}{PATH}", running.address),
            headers: vec![("Authorization".to_owned(), format!("Bearer {token}"))],
        };
        Ok(Registration {
            number,
            registry: Arc::downgrade(&running.registry),
            offered,
        })
    }
}

async fn start() -> io::Result<Running> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let address = listener.local_addr()?;
    let registry = Arc::new(Registry::default());
    let task = tokio::spawn(serve(listener, registry.clone())).abort_handle();
    Ok(Running {
        address,
        registry,
        task,
    })
}

fn token() -> io::Result<String> {
    random::hexadecimal::<32>().map_err(io::Error::other)
}

#[derive(Default)]
struct Registry {
    entries: Mutex<(u64, Vec<Entry>)>,
}

struct Entry {
    number: u64,
    digest: [u8; 32],
    tools: Tools,
}

impl Registry {
    fn add(&self, token: &str, gate: Arc<ToolGate>) -> u64 {
        let configuration = StreamableHttpServerConfig::default()
            .with_legacy_session_mode(false)
            .with_json_response(true)
            .with_max_request_body_bytes(BODY_MAX)
            .enforce_origin_validation();
        let offer = Offer { gate };
        let tools = Tools::new(move || Ok(offer.clone()), Arc::default(), configuration);
        let mut entries = self.entries();
        entries.0 += 1;
        let number = entries.0;
        entries.1.push(Entry {
            number,
            digest: Sha256::digest(token).into(),
            tools,
        });
        number
    }

    /// The tools behind a request's token. All entries are looked at, each in the same time.
    fn of(&self, request: &Request<Incoming>) -> Option<Tools> {
        let value = request
            .headers()
            .get(header::AUTHORIZATION)?
            .to_str()
            .ok()?;
        let (scheme, token) = value.split_once(' ')?;
        if !scheme.eq_ignore_ascii_case("bearer") {
            return None;
        }
        let digest: [u8; 32] = Sha256::digest(token.trim()).into();
        let entries = self.entries();
        entries
            .1
            .iter()
            .fold(None, |found, entry| {
                if same(&entry.digest, &digest) {
                    Some(&entry.tools)
                } else {
                    found
                }
            })
            .cloned()
    }

    fn entries(&self) -> MutexGuard<'_, (u64, Vec<Entry>)> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Compares without an early end. What is compared are digests, so that the time could only tell of those.
fn same(one: &[u8; 32], other: &[u8; 32]) -> bool {
    one.iter().zip(other).fold(0, |difference, (a, b)| {
        std::hint::black_box(difference | (a ^ b))
    }) == 0
}

async fn serve(listener: TcpListener, registry: Arc<Registry>) {
    let room = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    let mut connections = JoinSet::new();
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
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
        let registry = registry.clone();
        connections.spawn(async move {
            talk(stream, registry).await;
            drop(permit);
        });
    }
}

async fn talk(stream: TcpStream, registry: Arc<Registry>) {
    let service = service_fn(move |request| {
        let registry = registry.clone();
        async move { Ok::<_, Infallible>(answer(&registry, request).await) }
    });
    let served = hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_PATIENCE)
        .max_buf_size(64 * 1024)
        .serve_connection(TokioIo::new(stream), service)
        .await;
    if let Err(error) = served {
        tracing::debug!(%error, "a connection to the session tools ended badly");
    }
}

async fn answer(registry: &Registry, request: Request<Incoming>) -> Answer {
    let Some(tools) = registry.of(&request) else {
        let mut refused = status(StatusCode::UNAUTHORIZED);
        refused.headers_mut().insert(
            header::WWW_AUTHENTICATE,
            header::HeaderValue::from_static("Bearer"),
        );
        return refused;
    };
    if request.uri().path() != PATH {
        return status(StatusCode::NOT_FOUND);
    }
    let handled = async {
        match mended(request).await {
            Ok(request) => tools.handle(request).await,
            Err(refused) => status(refused),
        }
    };
    match tokio::time::timeout(REQUEST_PATIENCE, handled).await {
        Ok(answer) => answer,
        Err(_) => status(StatusCode::REQUEST_TIMEOUT),
    }
}

/// The request with its body mended: what an agent says may have been cut in the middle of a character.
async fn mended(request: Request<Incoming>) -> Result<Request<Full<Bytes>>, StatusCode> {
    let (head, body) = request.into_parts();
    let read = Limited::new(body, BODY_MAX)
        .collect()
        .await
        .map_err(|_| StatusCode::PAYLOAD_TOO_LARGE)?;
    let mut bytes = Vec::from(read.to_bytes());
    mend(&mut bytes);
    Ok(Request::from_parts(head, Full::new(Bytes::from(bytes))))
}

fn status(status: StatusCode) -> Answer {
    let mut answer = Response::new(Empty::new().boxed());
    *answer.status_mut() = status;
    answer
}
