//! What every answer looks like: small JSON, and errors as `{"error":{"code","message","next"}}`.
//!
//! It must never show what went wrong inside: a panic's text goes to the log, not to the network.

use std::any::Any;

use axum::Json;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::json;

use crate::core::text::requests;

/// An error in the one shape all of ours have. `next` says what to do about it.
pub(super) fn error(status: StatusCode, code: &str, message: &str, next: Option<&str>) -> Response {
    (
        status,
        Json(json!({ "error": { "code": code, "message": message, "next": next } })),
    )
        .into_response()
}

/// A 503 that asks for another try in five seconds.
pub(super) fn retry_later(code: &str, message: &str) -> Response {
    let mut response = error(StatusCode::SERVICE_UNAVAILABLE, code, message, None);
    response.headers_mut().insert(
        header::RETRY_AFTER,
        axum::http::HeaderValue::from_static("5"),
    );
    response
}

/// Newline-delimited JSON, one value a line.
pub(super) fn json_lines<T: Serialize>(values: &[T]) -> Response {
    let mut text = Vec::new();
    for value in values {
        if let Err(error) = serde_json::to_writer(&mut text, value) {
            return after_panic(Box::new(error.to_string()));
        }
        text.push(b'\n');
    }
    ([(header::CONTENT_TYPE, "application/x-ndjson")], text).into_response()
}

pub(super) async fn no_such_page() -> Response {
    error(
        StatusCode::NOT_FOUND,
        "not_found",
        requests::NO_SUCH_PAGE,
        None,
    )
}

pub(super) async fn wrong_method() -> Response {
    error(
        StatusCode::METHOD_NOT_ALLOWED,
        "method_not_allowed",
        requests::WRONG_METHOD,
        None,
    )
}

pub(super) fn after_panic(panic: Box<dyn Any + Send>) -> Response {
    let text = panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    tracing::error!(
        panic = text.unwrap_or("of an unknown kind"),
        "a request made us panic"
    );
    error(
        StatusCode::INTERNAL_SERVER_ERROR,
        "internal",
        requests::INTERNAL,
        None,
    )
}
