//! How skep stands, and the document of this API.

use axum::Extension;
use axum::Json;
use axum::extract::State;
use axum::response::IntoResponse;

use super::asked::{Answered, json};
use super::document;
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

/// This document.
#[utoipa::path(get, path = "/api/v1/openapi.json", tag = "looking", responses(
    (status = 200, description = "OpenAPI 3.1", body = Object, content_type = "application/json"),
    (status = "default", description = "Why there is no answer", body = ErrorAnswer),
))]
pub(super) async fn openapi() -> Answered {
    Ok(Json(document::openapi()).into_response())
}
