//! Why a question at the admin address has no answer: a status for HTTP, a code for programs, words for people, and the next step.
//!
//! It is shown to the caller as it is, so it must never carry secrets or what went wrong inside.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::answer;
use super::body::BodyError;
use crate::core::text::requests;

/// Why a question has no answer. Shown to the caller as it is, so it never carries secrets.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct ApiError {
    /// The HTTP status, 400 to 599.
    pub status: u16,
    /// For programs; stays the same over releases.
    pub code: &'static str,
    /// For people.
    pub message: String,
    /// What to do about it.
    pub next: Option<String>,
}

impl ApiError {
    /// 400: the request makes no sense.
    pub fn invalid(message: impl Into<String>) -> Self {
        Self::new(400, "invalid", message)
    }

    /// 403: whoever asks may not.
    pub fn forbidden(message: impl Into<String>) -> Self {
        Self::new(403, "forbidden", message)
    }

    /// 404: there is no such thing.
    pub fn not_found(message: impl Into<String>) -> Self {
        Self::new(404, "not_found", message)
    }

    /// 409: it is not in a state for that.
    pub fn conflict(message: impl Into<String>) -> Self {
        Self::new(409, "conflict", message)
    }

    /// 500: our own fault; the message is generic, the log says more.
    pub fn internal() -> Self {
        Self::new(500, "internal", requests::INTERNAL)
    }

    /// 503: later, perhaps.
    pub fn busy(message: impl Into<String>) -> Self {
        Self::new(503, "busy", message)
    }

    /// Adds what to do about it.
    #[must_use]
    pub fn next(self, next: impl Into<String>) -> Self {
        Self {
            next: Some(next.into()),
            ..self
        }
    }

    pub(super) fn new(status: u16, code: &'static str, message: impl Into<String>) -> Self {
        Self {
            status,
            code,
            message: message.into(),
            next: None,
        }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        answer::error(status, self.code, &self.message, self.next.as_deref())
    }
}

impl From<BodyError> for ApiError {
    fn from(error: BodyError) -> Self {
        let (status, code) = match error {
            BodyError::TooLarge => (413, "too_large"),
            BodyError::Encoded => (415, "encoded"),
            BodyError::Slow => (408, "slow"),
            BodyError::Broken => (400, "broken"),
            BodyError::Crowded => (503, "crowded"),
        };
        Self::new(status, code, error.to_string())
    }
}
