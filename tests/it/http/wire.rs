//! A server on a real port, the recording intake behind it, and a client that says exactly what it is told to.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use hmac::{Hmac, KeyInit, Mac};
use secrecy::SecretString;
use serde_json::{Value, json};
use sha2::Sha256;
use skep::http::{
    AcceptedAs, Bounds, Busy, Caps, Delivery, Intake, Readiness, Refused, public_router, serve,
};
use skep::webhook::Secrets;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

pub(super) const SECRET: &str = "a secret of the tests";

/// Nothing in these tests takes longer unless it hangs.
pub(super) const LONG: Duration = Duration::from_secs(20);

/// Answers deliveries the way its event name asks for, and keeps what it took.
pub(super) struct Recorder {
    pub secrets: Secrets,
    pub taken: Mutex<Vec<Delivery>>,
    /// Why deliveries were refused.
    pub refused: Mutex<Vec<Refused>>,
    /// One permit for each delivery of the event `held` that may pass.
    pub gate: Semaphore,
    /// How many deliveries of the event `held` have arrived.
    pub arrived: Semaphore,
}

impl Recorder {
    pub(super) fn new() -> Arc<Self> {
        let secrets = Secrets::new([SecretString::from(SECRET)]).expect("not empty");
        let (gate, arrived) = (Semaphore::new(0), Semaphore::new(0));
        Arc::new(Self {
            secrets,
            taken: Mutex::default(),
            refused: Mutex::default(),
            gate,
            arrived,
        })
    }

    pub(super) fn guids(&self) -> Vec<String> {
        self.taken
            .lock()
            .expect("no test panics in it")
            .iter()
            .map(|taken| taken.guid.clone())
            .collect()
    }

    pub(super) fn last(&self) -> Delivery {
        self.taken
            .lock()
            .expect("no test panics in it")
            .last()
            .expect("a delivery")
            .clone()
    }

    /// Waits until a delivery of the event `held` is inside.
    pub(super) async fn one_is_held(&self) {
        let arrived = tokio::time::timeout(LONG, self.arrived.acquire())
            .await
            .expect("it arrives");
        arrived.expect("never closed").forget();
    }
}

impl Intake for Recorder {
    fn secrets(&self) -> &Secrets {
        &self.secrets
    }

    async fn accept(&self, delivery: Delivery) -> Result<AcceptedAs, Busy> {
        match delivery.event.as_str() {
            "busy" => return Err(Busy),
            "never" => std::future::pending().await,
            "panic" => panic!("a secret detail"),
            "held" => {
                self.arrived.add_permits(1);
                self.gate.acquire().await.expect("never closed").forget();
            }
            _ => {}
        }
        let mut taken = self.taken.lock().expect("no test panics in it");
        let known = taken.iter().any(|earlier| earlier.guid == delivery.guid);
        taken.push(delivery);
        Ok(if known {
            AcceptedAs::Duplicate
        } else {
            AcceptedAs::New
        })
    }

    fn refused(&self, why: Refused) {
        self.refused.lock().expect("no test panics in it").push(why);
    }

    async fn ready(&self) -> Readiness {
        let taken = self.taken.lock().expect("no test panics in it").len();
        Readiness {
            ok: taken < 2,
            reasons: json!({ "taken": taken }),
        }
    }
}

/// A serve loop on a port of its own.
pub(super) struct TestServer {
    pub address: SocketAddr,
    pub stop: CancellationToken,
    served: JoinHandle<()>,
}

impl TestServer {
    pub(super) async fn open(router: Router, bounds: Bounds) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("it is bound");
        let stop = CancellationToken::new();
        let served = tokio::spawn(serve(listener, router, bounds, stop.clone()));
        Self {
            address,
            stop,
            served,
        }
    }

    pub(super) async fn public(caps: Caps, bounds: Bounds) -> (Self, Arc<Recorder>) {
        let recorder = Recorder::new();
        (
            Self::open(public_router(Arc::clone(&recorder), caps), bounds).await,
            recorder,
        )
    }

    pub(super) async fn call(&self) -> Wire {
        Wire(
            TcpStream::connect(self.address)
                .await
                .expect("the server listens"),
        )
    }

    /// One request on a connection of its own.
    pub(super) async fn ask(&self, request: impl AsRef<[u8]>) -> Reply {
        let mut wire = self.call().await;
        wire.say(request).await;
        wire.reply().await
    }

    /// Drops the loop without telling it to stop.
    pub(super) fn abort(self) {
        self.served.abort();
    }

    /// Waits until the loop has ended.
    pub(super) async fn closed(self) {
        tokio::time::timeout(LONG, self.served)
            .await
            .expect("the loop ends")
            .expect("and does not panic");
    }
}

/// A connection, spoken byte by byte.
pub(super) struct Wire(pub TcpStream);

impl Wire {
    pub(super) async fn say(&mut self, bytes: impl AsRef<[u8]>) {
        self.0
            .write_all(bytes.as_ref())
            .await
            .expect("the other side listens");
    }

    /// The next answer, whole.
    pub(super) async fn reply(&mut self) -> Reply {
        tokio::time::timeout(LONG, self.read_reply())
            .await
            .expect("an answer in time")
    }

    async fn read_reply(&mut self) -> Reply {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            let byte = self.0.read_u8().await;
            head.push(byte.unwrap_or_else(|error| {
                panic!("{error} after {:?}", String::from_utf8_lossy(&head))
            }));
        }
        let head = String::from_utf8(head).expect("headers are ASCII");
        let mut lines = head.lines();
        let status = lines
            .next()
            .and_then(|line| line.split(' ').nth(1))
            .and_then(|code| code.parse().ok());
        let headers: BTreeMap<String, String> = lines
            .filter_map(|line| line.split_once(": "))
            .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
            .collect();
        let length = headers
            .get("content-length")
            .and_then(|length| length.parse().ok())
            .unwrap_or(0);
        let mut body = vec![0; length];
        self.0.read_exact(&mut body).await.expect("the whole body");
        Reply {
            status: status.expect("a status"),
            headers,
            body: String::from_utf8(body).expect("text"),
        }
    }

    /// Waits for the end of the connection and gives what came before it. A reset is an end, too.
    pub(super) async fn rest(&mut self) -> String {
        let mut rest = Vec::new();
        let read = tokio::time::timeout(LONG, self.0.read_to_end(&mut rest))
            .await
            .expect("the connection is closed");
        assert!(read.is_ok() || rest.is_empty(), "cut off after {rest:?}");
        String::from_utf8_lossy(&rest).into_owned()
    }
}

#[derive(Debug)]
pub(super) struct Reply {
    pub status: u16,
    pub headers: BTreeMap<String, String>,
    pub body: String,
}

impl Reply {
    pub(super) fn json(&self) -> Value {
        serde_json::from_str(&self.body)
            .unwrap_or_else(|error| panic!("{error} in {:?}", self.body))
    }

    /// Status and error code in one.
    pub(super) fn error(&self) -> (u16, String) {
        (
            self.status,
            self.json()["error"]["code"]
                .as_str()
                .expect("an error has a code")
                .to_owned(),
        )
    }
}

pub(super) fn sign(body: &[u8]) -> String {
    sign_with(SECRET, body)
}

pub(super) fn sign_with(secret: &str, body: &[u8]) -> String {
    let mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes())
        .expect("any length")
        .chain_update(body);
    format!("sha256={}", hex::encode(mac.finalize().into_bytes()))
}

/// The usual headers of a delivery of an event, signed.
pub(super) fn headers(event: &str, guid: &str, body: &[u8]) -> String {
    format!(
        "x-github-event: {event}\r\nx-github-delivery: {guid}\r\nx-hub-signature-256: {}\r\n\
         content-type: application/json\r\n",
        sign(body)
    )
}

/// A `POST /webhook` with these header lines and this body.
pub(super) fn post(headers: &str, body: &[u8]) -> Vec<u8> {
    let length = body.len();
    let mut request = format!(
        "POST /webhook HTTP/1.1\r\nhost: skep\r\ncontent-length: {length}\r\n{headers}\r\n"
    )
    .into_bytes();
    request.extend_from_slice(body);
    request
}

/// A delivery as GitHub sends it.
pub(super) fn delivery(event: &str, guid: &str, body: &[u8]) -> Vec<u8> {
    post(&headers(event, guid, body), body)
}

pub(super) fn get(path: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nhost: localhost\r\n\r\n")
}
