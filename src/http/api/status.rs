//! How skep stands, in words and in numbers.

use axum::Extension;
use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;

use super::asked::{Answered, in_time, json};
use super::service::AdminService;
use super::state::Shared;
use super::types::{ErrorAnswer, StatusAnswer};
use crate::http::caller::Caller;

/// How skep stands: what is at work, what waits, how it stands with GitHub, disk and memory.
#[utoipa::path(get, path = "/api/v1/status", tag = "looking", responses(
    (status = 200, description = "How it stands", body = StatusAnswer),
    (status = "default", description = "Why there is no answer", body = ErrorAnswer),
))]
pub(super) async fn status<D: AdminService>(
    State(state): Shared<D>,
    Extension(caller): Extension<Caller>,
) -> Answered {
    caller.sees_all()?;
    json(state.service.status()).await
}

/// Everything that can be counted, as Prometheus reads it. It is no part of the versioned API.
pub(super) async fn metrics<D: AdminService>(
    State(state): Shared<D>,
    Extension(caller): Extension<Caller>,
) -> Answered {
    caller.sees_all()?;
    let text = in_time(state.service.metrics()).await?;
    let kind = [(
        header::CONTENT_TYPE,
        "text/plain; version=0.0.4; charset=utf-8",
    )];
    Ok((kind, text).into_response())
}
