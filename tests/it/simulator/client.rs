//! The stage: a simulator with a clock in hand, a plain HTTP client that signs as an App does, a listener for webhooks.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::{HeaderMap, Method, Request};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioIo};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value, json};
use skep_simulator::world::IssueDraft;
use skep_simulator::{Simulator, SimulatorConfig};

use crate::described::PLAIN_CLIENT;

pub(crate) const KEY: &str = include_str!("../../../fixtures/keys/test-only-app.pkcs1.pem");
pub(crate) const KEY_PKCS8: &str = include_str!("../../../fixtures/keys/test-only-app.pkcs8.pem");
pub(crate) const STRANGER: &str =
    include_str!("../../../fixtures/keys/test-only-stranger.pkcs1.pem");
pub(crate) const PUBLIC: &str = include_str!("../../../fixtures/keys/test-only-app.public.pem");
pub(crate) const BEGIN: i64 = 1_790_000_000_000;

/// An answer, read to its end.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub text: String,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    }

    pub(crate) fn message(&self) -> String {
        self.json()["message"]
            .as_str()
            .unwrap_or_default()
            .to_owned()
    }
}

pub(crate) struct Stage {
    pub simulator: Simulator,
    pub home: i64,
    pub clock: Arc<AtomicI64>,
    pub folder: tempfile::TempDir,
    http: Client<HttpConnector, Full<Bytes>>,
}

/// A stage with `octo/hello`: `README.md` on `main`.
pub(crate) async fn stage() -> Stage {
    stage_with(|config| config).await
}

pub(crate) async fn stage_with(change: impl FnOnce(SimulatorConfig) -> SimulatorConfig) -> Stage {
    crate::sweep::arrange();
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder for the test");
    let clock = Arc::new(AtomicI64::new(BEGIN));
    let hands = Arc::clone(&clock);
    let mut config = SimulatorConfig::new(folder.path().join("github"), PUBLIC.to_owned());
    config.clock = Arc::new(move || hands.load(Ordering::SeqCst));
    config.keep_exchanges = crate::described::is_there();
    let simulator = Simulator::start(change(config))
        .await
        .expect("the simulator starts");
    let files = [("README.md", "hello\n")];
    let home = simulator
        .create_repository("octo", "hello", &files)
        .await
        .expect("a repository");
    let http = Client::builder(TokioExecutor::new()).build_http();
    Stage {
        simulator,
        home,
        clock,
        folder,
        http,
    }
}

pub(crate) fn jwt(key: &str, claims: &Value) -> String {
    let key = EncodingKey::from_rsa_pem(key.as_bytes()).expect("a test key");
    jsonwebtoken::encode(&Header::new(Algorithm::RS256), claims, &key).expect("a signed token")
}

/// What the simulator answered is held against GitHub's description at the end.
impl Drop for Stage {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            crate::described::check(&self.simulator);
        }
    }
}

impl Stage {
    pub(crate) fn now(&self) -> i64 {
        self.clock.load(Ordering::SeqCst)
    }

    pub(crate) fn pass(&self, seconds: i64) {
        self.clock.fetch_add(seconds * 1000, Ordering::SeqCst);
    }

    pub(crate) fn app(&self) -> String {
        let now = self.now() / 1000;
        format!(
            "Bearer {}",
            jwt(
                KEY,
                &json!({ "iss": "4242", "iat": now - 60, "exp": now + 540 })
            )
        )
    }

    /// Sends with an `Authorization` header; `None` when the connection broke.
    pub(crate) async fn try_send(
        &self,
        method: Method,
        path: &str,
        auth: &str,
        body: &Value,
    ) -> Option<Answer> {
        let text = if body.is_null() {
            String::new()
        } else {
            body.to_string()
        };
        let mut request = Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.simulator.api_url()));
        request = request.header("user-agent", PLAIN_CLIENT);
        if !auth.is_empty() {
            request = request.header("authorization", auth);
        }
        self.exchange(
            request
                .body(Full::new(Bytes::from(text)))
                .expect("a request"),
        )
        .await
    }

    pub(crate) async fn exchange(&self, request: Request<Full<Bytes>>) -> Option<Answer> {
        let response = self.http.request(request).await.ok()?;
        let (head, body) = response.into_parts();
        let text = String::from_utf8_lossy(&body.collect().await.ok()?.to_bytes()).into_owned();
        Some(Answer {
            status: head.status.as_u16(),
            headers: head.headers,
            text,
        })
    }

    pub(crate) async fn send(&self, method: Method, path: &str, auth: &str, body: Value) -> Answer {
        self.try_send(method, path, auth, &body)
            .await
            .expect("an answer")
    }

    pub(crate) async fn get(&self, path: &str, auth: &str) -> Answer {
        self.send(Method::GET, path, auth, Value::Null).await
    }

    pub(crate) async fn post(&self, path: &str, auth: &str, body: Value) -> Answer {
        self.send(Method::POST, path, auth, body).await
    }

    /// Mints a token; `body` narrows it.
    pub(crate) async fn mint(&self, body: Value) -> Answer {
        let installation = self
            .simulator
            .installation(self.home)
            .expect("an installation");
        self.post(
            &format!("/app/installations/{installation}/access_tokens"),
            &self.app(),
            body,
        )
        .await
    }

    /// The header of a token with all the installation may do.
    pub(crate) async fn token(&self) -> String {
        self.narrow(json!({})).await
    }

    pub(crate) async fn narrow(&self, body: Value) -> String {
        let minted = self.mint(body).await;
        assert_eq!(minted.status, 201, "{}", minted.text);
        format!(
            "token {}",
            minted.json()["token"].as_str().expect("a token")
        )
    }

    pub(crate) fn issue(&self, title: &str) -> i64 {
        let draft = IssueDraft {
            title: title.to_owned(),
            ..IssueDraft::default()
        };
        self.simulator
            .open_issue(self.home, "octo", draft)
            .expect("an issue")
    }
}

/// A webhook as it arrived.
#[derive(Debug, Clone)]
pub(crate) struct Hook {
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Hook {
    pub(crate) fn header(&self, name: &str) -> String {
        self.headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
            .to_owned()
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).expect("a JSON payload")
    }

    /// `issues.labeled`.
    pub(crate) fn name(&self) -> String {
        let event = self.header("x-github-event");
        match self.json()["action"].as_str() {
            Some(action) => format!("{event}.{action}"),
            None => event,
        }
    }
}

/// Collects webhooks and answers each with a status.
#[derive(Clone)]
pub(crate) struct Listener {
    pub url: String,
    seen: Arc<Mutex<Vec<Hook>>>,
    status: Arc<AtomicI64>,
}

impl Listener {
    pub(crate) async fn start() -> Self {
        let socket = tokio::net::TcpListener::bind("127.0.0.1:0")
            .await
            .expect("a port");
        let url = format!(
            "http://{}/webhook",
            socket.local_addr().expect("an address")
        );
        let listener = Self {
            url,
            seen: Arc::default(),
            status: Arc::new(AtomicI64::new(202)),
        };
        let shared = listener.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = socket.accept().await {
                let shared = shared.clone();
                let service =
                    hyper::service::service_fn(move |request: Request<hyper::body::Incoming>| {
                        let shared = shared.clone();
                        async move {
                            let (head, body) = request.into_parts();
                            let body = body.collect().await.map(|body| body.to_bytes())?;
                            shared.seen.lock().expect("no panic inside").push(Hook {
                                headers: head.headers,
                                body,
                            });
                            let mut response =
                                hyper::Response::new(Full::new(Bytes::from_static(b"ok")));
                            let status =
                                u16::try_from(shared.status.load(Ordering::SeqCst)).unwrap_or(500);
                            *response.status_mut() =
                                hyper::StatusCode::from_u16(status).expect("a status");
                            Ok::<_, hyper::Error>(response)
                        }
                    });
                let server = hyper::server::conn::http1::Builder::new();
                tokio::spawn(server.serve_connection(TokioIo::new(stream), service));
            }
        });
        listener
    }

    pub(crate) fn answer_with(&self, status: u16) {
        self.status.store(i64::from(status), Ordering::SeqCst);
    }

    pub(crate) fn seen(&self) -> Vec<Hook> {
        self.seen.lock().expect("no panic inside").clone()
    }

    pub(crate) fn names(&self) -> Vec<String> {
        self.seen().iter().map(Hook::name).collect()
    }
}
