//! `/api/v1` on the admin address: questions about the work, and orders. One file a subject; the shapes are in `types`.
//!
//! It reads requests and writes answers; every fact comes from the [`AdminService`](admin_service::AdminService). It must never be reachable on the public
//! address.

pub(crate) mod admin_service;
mod asked;
mod csv;
mod document;
mod events;
mod notifications;
pub(crate) mod overview;
mod queue;
mod results;
mod sessions;
mod state;
mod status;
mod tasks;
mod tokens;
pub mod types;

use std::sync::Arc;

use axum::Router;
use axum::routing::{get, post};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tower_http::catch_panic::CatchPanicLayer;

pub use document::openapi;
use overview::OverviewService;
use state::AdminState;

use super::answer;
use super::body::{Caps, Reader};
use super::guard::Guard;

/// The largest body of an order, bytes.
const BODY_CAP: usize = 1024 * 1024;
/// How many streams of events may be open.
const STREAMS: usize = 256;

/// The questions and orders of the admin address; all else is 404 or 405. Its pages are [`super::with_pages`]. `stop` ends the streams.
pub fn admin_router<D: OverviewService>(
    service: Arc<D>,
    guard: Guard,
    stop: CancellationToken,
) -> Router {
    let reader = Reader::new(Caps {
        body: BODY_CAP,
        small_body: BODY_CAP,
        ..Caps::default()
    });
    let state = AdminState {
        service,
        reader,
        streams: Arc::new(Semaphore::new(STREAMS)),
        stop,
    };
    Router::new()
        .route("/metrics", get(status::metrics::<D>))
        .route("/api/v1/openapi.json", get(document::document))
        .route("/api/v1/status", get(status::status::<D>))
        .route("/api/v1/overview", get(overview::overview::<D>))
        .route("/api/v1/sessions", get(sessions::sessions::<D>))
        .route("/api/v1/sessions/{id}", get(sessions::session::<D>))
        .route("/api/v1/sessions/{id}/log", get(sessions::log::<D>))
        .route("/api/v1/sessions/{id}/patch", get(sessions::patch::<D>))
        .route("/api/v1/sessions/{id}/stop", post(sessions::stop::<D>))
        .route("/api/v1/tasks/{owner}/{repo}/{n}", get(tasks::task::<D>))
        .route(
            "/api/v1/tasks/{owner}/{repo}/{n}/plan",
            get(tasks::dry_run::<D>),
        )
        .route(
            "/api/v1/tasks/{owner}/{repo}/{n}/orders",
            post(tasks::order::<D>),
        )
        .route("/api/v1/queue", get(queue::queue::<D>))
        .route("/api/v1/graph", get(queue::graph::<D>))
        .route("/api/v1/waves", get(queue::waves::<D>))
        .route("/api/v1/plan", post(tasks::plan::<D>))
        .route("/api/v1/queue/pause", post(queue::pause::<D>))
        .route("/api/v1/queue/resume", post(queue::resume::<D>))
        .route("/api/v1/outcomes", get(results::outcomes::<D>))
        .route("/api/v1/results", get(results::results::<D>))
        .route("/api/v1/audit", get(events::audit::<D>))
        .route("/api/v1/events", get(events::events::<D>))
        .route("/api/v1/events/newest", get(events::newest_event::<D>))
        .route(
            "/api/v1/notifications",
            get(notifications::notifications::<D>),
        )
        .route(
            "/api/v1/notifications/retry",
            post(notifications::retry::<D>),
        )
        .route(
            "/api/v1/notifications/{name}/test",
            post(notifications::test::<D>),
        )
        .route("/api/v1/dispatch", post(tasks::dispatch::<D>))
        .route(
            "/api/v1/tokens",
            get(tokens::tokens::<D>).post(tokens::add_token::<D>),
        )
        .route(
            "/api/v1/tokens/{name}/revoke",
            post(tokens::revoke_token::<D>),
        )
        .fallback(answer::no_such_page)
        .method_not_allowed_fallback(answer::wrong_method)
        .layer(axum::middleware::from_fn_with_state(
            guard,
            super::guard::check,
        ))
        .layer(CatchPanicLayer::custom(answer::after_panic))
        .with_state(Arc::new(state))
}
