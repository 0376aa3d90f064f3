//! A server that answers from a script and remembers every request.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use super::{BOT, NOW};

/// A request as it arrived.
#[derive(Debug, Clone)]
pub(crate) struct Seen {
    pub method: String,
    /// Path and query.
    pub target: String,
    pub headers: hyper::HeaderMap,
    pub body: Value,
    /// How many with the same method and target came before.
    pub nth: usize,
}

impl Seen {
    pub(crate) fn path(&self) -> &str {
        self.target.split('?').next().unwrap_or_default()
    }

    pub(crate) fn is(&self, method: &str, path: &str) -> bool {
        self.method == method && self.path() == path
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    pub(crate) fn mints(&self) -> bool {
        self.method == "POST" && self.path().ends_with("/access_tokens")
    }
}

/// What the script says.
pub(crate) enum Reply {
    Answer(u16, Vec<(&'static str, String)>, String),
    /// The connection is cut without an answer.
    Reset,
    /// No answer, ever.
    Hang,
}

pub(super) fn ok(body: Value) -> Reply {
    status(200, body)
}

pub(super) fn status(status: u16, body: Value) -> Reply {
    Reply::Answer(status, Vec::new(), body.to_string())
}

impl Reply {
    pub(crate) fn with(self, name: &'static str, value: impl Into<String>) -> Self {
        match self {
            Self::Answer(status, mut headers, body) => {
                headers.push((name, value.into()));
                Self::Answer(status, headers, body)
            }
            other => other,
        }
    }
}

/// Tokens `ghs_1`, `ghs_2`, …, the App and its bot; 404 for the rest.
pub(super) fn standard(seen: &Seen) -> Reply {
    if seen.mints() {
        return token(&format!("ghs_{}", seen.nth + 1), NOW + 3_600_000);
    }
    match seen.path() {
        "/app" => ok(json!({"id": 7, "slug": "skep-test", "name": "Skep Test"})),
        "/users/skep-test%5Bbot%5D" => {
            ok(json!({"id": BOT, "login": "skep-test[bot]", "type": "Bot"}))
        }
        _ => status(404, json!({"message": "Not Found"})),
    }
}

pub(super) fn token(secret: &str, expires_at: i64) -> Reply {
    let expires = chrono::DateTime::from_timestamp_millis(expires_at)
        .expect("a time")
        .to_rfc3339();
    status(201, json!({"token": secret, "expires_at": expires}))
}

type Script = dyn Fn(&Seen) -> Reply + Send + Sync;

pub(crate) struct Server {
    address: SocketAddr,
    seen: Arc<Mutex<Vec<Seen>>>,
    accepting: JoinHandle<()>,
}

impl Server {
    pub(crate) async fn start(script: impl Fn(&Seen) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let seen = Arc::new(Mutex::new(Vec::new()));
        let accepting = tokio::spawn(accept(listener, Arc::clone(&seen), Arc::new(script)));
        Self {
            address,
            seen,
            accepting,
        }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}/", self.address)
    }

    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.seen.lock().expect("not poisoned").clone()
    }

    pub(crate) fn count(&self, wanted: impl Fn(&Seen) -> bool) -> usize {
        self.seen().iter().filter(|seen| wanted(seen)).count()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

async fn accept(listener: TcpListener, seen: Arc<Mutex<Vec<Seen>>>, script: Arc<Script>) {
    let mut connections = tokio::task::JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        let (seen, script) = (Arc::clone(&seen), Arc::clone(&script));
        let service =
            service_fn(move |request| answer(request, Arc::clone(&seen), Arc::clone(&script)));
        connections.spawn(async move {
            // An error here is a connection the script cut.
            hyper::server::conn::http1::Builder::new()
                .serve_connection(TokioIo::new(stream), service)
                .await
                .ok();
        });
    }
}

async fn answer(
    request: hyper::Request<Incoming>,
    all: Arc<Mutex<Vec<Seen>>>,
    script: Arc<Script>,
) -> Result<hyper::Response<Full<Bytes>>, std::io::Error> {
    let seen = read(request, &all).await;
    match script(&seen) {
        Reply::Hang => {
            Ok::<_, Infallible>(std::future::pending().await).map_err(|never| match never {})
        }
        Reply::Reset => Err(std::io::Error::other("cut by the script")),
        Reply::Answer(status, headers, body) => {
            let mut response = hyper::Response::builder().status(status);
            if !headers.iter().any(|(name, _)| *name == "date") {
                response = response.header("date", http_date(NOW));
            }
            for (name, value) in headers {
                response = response.header(name, value);
            }
            Ok(response
                .body(Full::new(Bytes::from(body)))
                .expect("a valid response"))
        }
    }
}

async fn read(request: hyper::Request<Incoming>, all: &Mutex<Vec<Seen>>) -> Seen {
    let (parts, body) = request.into_parts();
    let body = body.collect().await.expect("a whole body").to_bytes();
    let mut all = all.lock().expect("not poisoned");
    let (method, target) = (parts.method.to_string(), parts.uri.to_string());
    let nth = all
        .iter()
        .filter(|seen| seen.method == method && seen.target == target)
        .count();
    let body = serde_json::from_slice(&body).unwrap_or_default();
    let seen = Seen {
        method,
        target,
        headers: parts.headers,
        body,
        nth,
    };
    all.push(seen.clone());
    seen
}

pub(super) fn http_date(at: i64) -> String {
    let time = chrono::DateTime::from_timestamp_millis(at).expect("a time");
    time.format("%a, %d %b %Y %H:%M:%S GMT").to_string()
}
