//! A git host on loopback: smart HTTP with token authentication over the simulator's git, and faults on request.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use futures::StreamExt;
use skep::core::ids::Sha;
use skep::git::Remote;
use skep_simulator::git::git_commands::{self, CommitDraft, Signature};
use skep_simulator::git::host::{self, Service};

use super::REPOSITORY;

/// The token the host knows.
pub(super) const TOKEN: &str = "ghs_canary.0123456789abcdefghijklmnopqrstuvwxyz";

/// Something that goes wrong once.
#[derive(Debug, Clone)]
pub(super) enum Fault {
    /// Every request is answered so.
    Answer(u16, &'static str),
    /// What is pushed is answered so, and not taken.
    Refuse(u16),
    /// The next push is taken, and then answered 502.
    LoseThePush,
    /// Half of each pack that is fetched is sent, and then nothing more.
    Hang,
}

/// Looks around while a request is being served.
type Spy = Box<dyn Fn() + Send + Sync>;

pub(super) struct Wire {
    root: PathBuf,
    fault: Mutex<Option<Fault>>,
    spy: Mutex<Option<Spy>>,
    content: Mutex<Option<BTreeMap<String, Vec<u8>>>>,
    requests: AtomicUsize,
    packed: AtomicUsize,
}

/// The running host; it ends with the test's runtime.
pub(super) struct Server {
    pub(super) state: Arc<Wire>,
    url: String,
}

impl Server {
    pub(super) async fn start(root: PathBuf) -> Self {
        std::fs::create_dir_all(&root).expect("made");
        host::init_repository(&root.join("o/r.git"), "main")
            .await
            .expect("made");
        let (fault, spy, content, requests, packed) = Default::default();
        let state = Arc::new(Wire {
            root,
            fault,
            spy,
            content,
            requests,
            packed,
        });
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
            .await
            .expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("bound"));
        let router = Router::new().fallback(answer).with_state(state.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { state, url }
    }

    pub(super) fn remote(&self, name: &str) -> Remote {
        Remote {
            repository: REPOSITORY,
            url: format!("{}/{name}.git", self.url),
            token: Some(TOKEN.into()),
        }
    }

    pub(super) fn repository(&self) -> PathBuf {
        self.state.root.join("o/r.git")
    }

    pub(super) async fn seed(&self, branch: &str, files: &[(&str, &str)]) -> Sha {
        let parent = self.refs().await.remove(&format!("refs/heads/{branch}"));
        let parent = parent.and_then(|sha| sha.as_str().parse().ok());
        let files = files
            .iter()
            .map(|(path, text)| ((*path).to_owned(), Some(text.as_bytes().to_vec())))
            .collect();
        let author = Signature {
            name: "Mona".into(),
            email: "mona@example.com".into(),
            at: 1_767_225_600,
        };
        let draft = CommitDraft {
            branch: branch.to_owned(),
            parent,
            files,
            author,
            message: "Seed".into(),
        };
        let made = git_commands::commit(&self.repository(), &draft).await;
        let made = made.expect("seeded");
        made.as_str().parse().expect("a commit")
    }

    pub(super) async fn refs(&self) -> BTreeMap<String, Sha> {
        let listed = host::refs(&self.repository()).await.expect("listed");
        let known = |(name, sha): (String, skep_simulator::ids::Sha)| {
            (name, sha.as_str().parse().expect("an object"))
        };
        listed.into_iter().map(known).collect()
    }

    pub(super) fn fail(&self, fault: Option<Fault>) {
        *self.state.fault.lock().expect("whole") = fault;
    }

    pub(super) fn spy(&self, spy: Spy) {
        *self.state.spy.lock().expect("whole") = Some(spy);
    }

    /// Switches Git LFS on.
    pub(super) fn keep_content(&self) {
        *self.state.content.lock().expect("whole") = Some(BTreeMap::new());
    }

    /// What Git LFS holds, by its hash.
    pub(super) fn content(&self) -> BTreeMap<String, Vec<u8>> {
        self.state
            .content
            .lock()
            .expect("whole")
            .clone()
            .unwrap_or_default()
    }

    pub(super) fn requests(&self) -> usize {
        self.state.requests.load(Ordering::SeqCst)
    }

    pub(super) fn packed_requests(&self) -> usize {
        self.state.packed.load(Ordering::SeqCst)
    }
}

async fn answer(
    State(state): State<Arc<Wire>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    state.requests.fetch_add(1, Ordering::SeqCst);
    let fault = state.fault.lock().expect("whole").clone();
    if let Some(Fault::Answer(code, text)) = fault {
        let code = StatusCode::from_u16(code).expect("a code");
        return (code, [("content-type", "text/plain")], text).into_response();
    }
    // The storage is elsewhere: it knows what the batch answer said, and no token.
    if let (&Method::PUT, Some(oid)) = (&method, uri.path().strip_prefix("/storage/")) {
        let sent = headers.get("x-storage").is_some() && !headers.contains_key("authorization");
        let mut content = state.content.lock().expect("whole");
        let kept = content
            .as_mut()
            .filter(|_| sent)
            .map(|kept| kept.insert(oid.to_owned(), body.to_vec()));
        return if kept.is_some() {
            StatusCode::OK
        } else {
            StatusCode::FORBIDDEN
        }
        .into_response();
    }
    let known = format!(
        "Basic {}",
        base64::prelude::BASE64_STANDARD.encode(format!("x-access-token:{TOKEN}"))
    );
    if headers
        .get("authorization")
        .and_then(|value| value.to_str().ok())
        != Some(&known)
    {
        return (
            StatusCode::UNAUTHORIZED,
            [("www-authenticate", "Basic realm=\"GitHub\"")],
        )
            .into_response();
    }
    if let Some(spy) = &*state.spy.lock().expect("whole") {
        spy();
    }
    let path = uri.path().trim_start_matches('/').to_owned();
    if path.ends_with(".git/info/lfs/objects/batch")
        && state.content.lock().expect("whole").is_some()
    {
        return batch(&headers, &body);
    }
    let (repository, service) = match (method, path.split_once(".git/")) {
        (Method::GET, Some((repository, "info/refs"))) => (
            repository,
            uri.query()
                .and_then(|query| query.strip_prefix("service="))
                .unwrap_or_default(),
        ),
        (Method::POST, Some((repository, service))) => (repository, service),
        _ => return StatusCode::NOT_FOUND.into_response(),
    };
    let folder = state.root.join(format!("{repository}.git"));
    let Some(service) = Service::parse(service).filter(|_| folder.exists()) else {
        return (StatusCode::NOT_FOUND, "Repository not found.").into_response();
    };
    if let (Some(Fault::Refuse(code)), Service::ReceivePack, false) =
        (&fault, service, path.ends_with("info/refs"))
    {
        return StatusCode::from_u16(*code).expect("a code").into_response();
    }
    let answered = serve(
        &state,
        service,
        &folder,
        path.ends_with("info/refs"),
        &headers,
        body,
    )
    .await;
    if service == Service::ReceivePack
        && matches!(fault, Some(Fault::LoseThePush))
        && !path.ends_with("info/refs")
    {
        *state.fault.lock().expect("whole") = None;
        return StatusCode::BAD_GATEWAY.into_response();
    }
    answered
}

/// Answers `POST …/info/lfs/objects/batch`: every object may be sent.
/// <https://github.com/git-lfs/git-lfs/blob/main/docs/api/batch.md>
fn batch(headers: &HeaderMap, body: &[u8]) -> Response {
    let host = headers
        .get("host")
        .and_then(|host| host.to_str().ok())
        .unwrap_or_default();
    let asked: serde_json::Value = serde_json::from_slice(body).expect("JSON");
    let objects: Vec<serde_json::Value> = asked["objects"]
        .as_array()
        .expect("objects")
        .iter()
        .map(|object| {
            let href = format!("http://{host}/storage/{}", object["oid"].as_str().expect("an oid"));
            let upload = serde_json::json!({ "href": href, "header": { "X-Storage": "yes" } });
            serde_json::json!({ "oid": object["oid"], "size": object["size"], "actions": { "upload": upload } })
        })
        .collect();
    let answer = serde_json::json!({ "transfer": "basic", "objects": objects });
    typed(
        "application/vnd.git-lfs+json".to_owned(),
        answer.to_string().into_bytes(),
    )
}

async fn serve(
    state: &Wire,
    service: Service,
    folder: &Path,
    refs: bool,
    headers: &HeaderMap,
    body: Bytes,
) -> Response {
    let git_protocol = headers
        .get("git-protocol")
        .and_then(|value| value.to_str().ok());
    if refs {
        let body = host::advertise(service, folder, git_protocol)
            .await
            .expect("advertised");
        return typed(
            format!("application/x-{}-advertisement", service.name()),
            body,
        );
    }
    let packed = headers
        .get("content-encoding")
        .is_some_and(|value| value == "gzip");
    state
        .packed
        .fetch_add(usize::from(packed), Ordering::SeqCst);
    let body = if packed {
        unpacked(&body)
    } else {
        body.to_vec()
    };
    let body = host::rpc(service, folder, git_protocol, &body)
        .await
        .expect("answered");
    let hangs = matches!(*state.fault.lock().expect("whole"), Some(Fault::Hang));
    let body = match hangs && body.windows(8).any(|part| part == b"packfile") {
        true => half(&body),
        false => body.into(),
    };
    typed(format!("application/x-{}-result", service.name()), body)
}

/// A body whose second half never comes.
fn half(body: &[u8]) -> Body {
    let begun = Bytes::copy_from_slice(&body[..body.len() / 2]);
    let begun = futures::stream::once(async { Ok::<_, Infallible>(begun) });
    Body::from_stream(begun.chain(futures::stream::pending()))
}

fn unpacked(body: &[u8]) -> Vec<u8> {
    let mut plain = Vec::new();
    flate2::read::GzDecoder::new(body)
        .read_to_end(&mut plain)
        .expect("gzip");
    plain
}

fn typed(kind: String, body: impl Into<Body>) -> Response {
    let mut response = Response::new(body.into());
    response.headers_mut().insert(
        "content-type",
        HeaderValue::from_str(&kind).expect("a type"),
    );
    response
}
