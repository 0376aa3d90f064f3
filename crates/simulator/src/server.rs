//! The listening end: connections in, answers out, faults in between.
//!
//! It exists on hyper's own loop so that a fault can close a connection without an answer. It must never listen beyond the
//! address it was given.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::Full;
use hyper::body::Incoming as Body;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::api_error::ApiError;
use crate::behaviour::{Rule, on};
use crate::call_log::{CallRecord, secondary};
use crate::exchange::Exchange;
use crate::fault::{Drawn, Fault};
use crate::git::protocol::{self, GitRequest};
use crate::ids::digits;
use crate::state::State;
use crate::time::http_date;
use crate::wire::{Incoming, Outbound};
use crate::world::facts::World;
use crate::{attachment, control, registration_page, rest, sign_in_page};

/// How long requests that are at work may go on when the simulator stops.
const LAST_WORDS: Duration = Duration::from_secs(5);

/// The connection is to be closed without an answer.
#[derive(Debug, thiserror::Error)]
#[error("the connection is closed on purpose")]
struct Cut;

/// Takes connections until told to stop; then closes those that are open.
pub(crate) async fn run(listener: TcpListener, state: Arc<State>, stop: CancellationToken) {
    let mut connections = JoinSet::new();
    let work = TaskTracker::new();
    loop {
        tokio::select! {
            () = stop.cancelled() => break,
            Some(_) = connections.join_next(), if !connections.is_empty() => {}
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => drop(connections.spawn(connection(stream, Arc::clone(&state), work.clone()))),
                Err(error) => {
                    tracing::warn!(%error, "the simulator could not take a connection");
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
            },
        }
    }
    connections.shutdown().await;
    work.close();
    if tokio::time::timeout(LAST_WORDS, work.wait()).await.is_err() {
        tracing::warn!("requests of the simulator were still at work when it stopped");
    }
}

async fn connection(stream: TcpStream, state: Arc<State>, work: TaskTracker) {
    let service = service_fn(move |request: Request<Body>| {
        let (state, work) = (Arc::clone(&state), work.clone());
        // A client that goes away does not undo what it asked for: the work goes on in its own task.
        async move {
            work.spawn(async move { answer(&state, request).await })
                .await
                .unwrap_or(Err(Cut))
        }
    });
    let mut builder = http1::Builder::new();
    builder
        .timer(TokioTimer::new())
        .header_read_timeout(Duration::from_secs(30));
    if let Err(error) = builder
        .serve_connection(TokioIo::new(stream), service)
        .await
    {
        tracing::debug!(%error, "a connection of the simulator ended");
    }
}

async fn answer(state: &Arc<State>, request: Request<Body>) -> Result<Response<Full<Bytes>>, Cut> {
    let request = Incoming::read(request).await.ok_or(Cut)?;
    if request.path.starts_with("/_simulator") {
        return Ok(finish(state, control::answer(state, &request).await));
    }
    let drawn = state.faults(|faults| faults.draw(request.method.as_str(), &request.path));
    let played = play(state, &request, drawn.as_ref()).await;
    record(state, &request, played.as_ref().ok(), drawn.is_some());
    played.map(|outbound| finish(state, outbound))
}

/// Adds what every answer bears.
fn finish(state: &State, mut outbound: Outbound) -> Response<Full<Bytes>> {
    let now = state.read(World::now);
    let number = state.call_log(|t| t.calls.len());
    let id = digits(&format!("request/{number}"), 16).to_uppercase();
    outbound.set("date", &http_date(now));
    outbound.set(
        "x-github-request-id",
        &format!("{}:{}:{number:X}", &id[..4], &id[4..10]),
    );
    outbound.set("server", "github.com");
    outbound.into_response()
}

fn record(state: &State, request: &Incoming, outbound: Option<&Outbound>, faulty: bool) {
    let record = CallRecord {
        method: request.method.to_string(),
        path: request.path.clone(),
        query: request.query.clone(),
        status: outbound.map_or(0, |outbound| outbound.status),
        installation: outbound.and_then(|outbound| outbound.installation),
        at: state.read(World::now),
        creates: outbound.is_some_and(|outbound| outbound.creates),
        faulty,
    };
    state.call_log(|t| t.calls.push(record));
    state.keep(|| Exchange::new(request, outbound, faulty));
}

/// Answers a request with its fault, if it has one.
async fn play(
    state: &Arc<State>,
    request: &Incoming,
    drawn: Option<&Drawn>,
) -> Result<Outbound, Cut> {
    let Some(Drawn { fault, gate, .. }) = drawn else {
        return Ok(route(state, request, None).await);
    };
    if let Some(refused) = instead(state, fault) {
        return Ok(refused);
    }
    match fault {
        Fault::Reset => return Err(Cut),
        // Only the closing of the gate ends the wait: there are no permits.
        Fault::Held => drop(gate.acquire().await),
        Fault::Delay { milliseconds } => {
            tokio::time::sleep(Duration::from_millis(*milliseconds)).await
        }
        _ => {}
    }
    let mut outbound = route(state, request, drawn).await;
    match fault {
        Fault::DropAfter => return Err(Cut),
        Fault::BadGatewayAfter => outbound.become_bad_gateway(),
        Fault::MalformedJson => outbound.cut(),
        _ => {}
    }
    Ok(outbound)
}

/// The answer of a fault that does not let the request through.
fn instead(state: &State, fault: &Fault) -> Option<Outbound> {
    let now = state.read(World::now) / 1000;
    let error = match fault {
        Fault::BadGateway => return Some(Outbound::bad_gateway()),
        Fault::Unauthorized => ApiError::bad_credentials(),
        Fault::Forbidden => ApiError::not_permitted(),
        Fault::SecondaryLimit { retry_after } => secondary(*retry_after),
        Fault::PrimaryLimit { reset_in } => {
            ApiError::new(403, "API rate limit exceeded for installation.")
                .with_header("x-ratelimit-limit", "5000")
                .with_header("x-ratelimit-remaining", "0")
                .with_header("x-ratelimit-reset", &(now + reset_in).to_string())
        }
        Fault::Suspended => ApiError::new(403, "This installation has been suspended"),
        Fault::TooMany { retry_after } => ApiError {
            status: 429,
            ..secondary(Some(*retry_after))
        },
        Fault::Status { status, message } => ApiError::new(*status, message),
        _ => return None,
    };
    let mut outbound = Outbound::json(error.status, &error.body());
    for (name, value) in &error.headers {
        outbound.set(name, value);
    }
    Some(outbound)
}

async fn route(state: &Arc<State>, request: &Incoming, drawn: Option<&Drawn>) -> Outbound {
    if let Some(wanted) = GitRequest::parse(request) {
        return protocol::serve(state, request, &wanted).await;
    }
    if let Some(log) = log(state, request) {
        return log;
    }
    if let Some(file) = attachment::answer(state, request) {
        return file;
    }
    if let Some(page) = registration_page::answer(state, request) {
        return page;
    }
    if let Some(page) = sign_in_page::answer(state, request) {
        return page;
    }
    if let Some(page) = page(state, request) {
        return page;
    }
    rest::answer(state, request, drawn).await
}

/// The log of a job, at the address the API points to. The storage behind GitHub refuses any other credential than the
/// signature in the address.
fn log(state: &State, request: &Incoming) -> Option<Outbound> {
    let job: i64 = request.path.strip_prefix("/_logs/")?.parse().ok()?;
    let text =
        |status, text: String| Some(Outbound::new(status, "text/plain; charset=utf-8", text));
    if request.header("authorization").is_some() && on(Rule::LogCredential) {
        return text(400, "InvalidAuthenticationInfo".to_owned());
    }
    let signed =
        state.read(|world| rest::log_address(world, job).ends_with(&format!("?{}", request.query)));
    if !signed && on(Rule::LogSignature) {
        return text(403, "AuthenticationFailed".to_owned());
    }
    let checks = |world: &World| {
        world
            .repositories
            .values()
            .flat_map(|home| &home.checks)
            .find(|c| c.id == job)
            .cloned()
    };
    match state.read(checks).and_then(|check| check.log) {
        Some(log) => text(200, log),
        None => text(404, "BlobNotFound".to_owned()),
    }
}

/// The page of an issue or pull request, as plain text: what `html_url` leads to.
fn page(state: &State, request: &Incoming) -> Option<Outbound> {
    let segments: Vec<&str> = request.path.trim_matches('/').split('/').collect();
    let [owner, name, "issues" | "pull", number] = segments.as_slice() else {
        return None;
    };
    if request.method != Method::GET {
        return None;
    }
    let number = number.parse().ok()?;
    let text = state.read(|world| {
        let id = world.find(owner, name)?.id;
        world
            .thread(id, number, crate::thread::Hidden::Stripped)
            .ok()
    })?;
    Some(Outbound::new(200, "text/plain; charset=utf-8", text))
}
