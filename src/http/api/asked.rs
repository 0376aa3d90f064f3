//! Reading what a request asks for, and answering it in time. Nothing here knows what is asked.

use std::future::Future;
use std::time::Duration;

use axum::Json;
use axum::extract::{FromRequestParts, Path, Query, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::admin_service::IssueAt;
use crate::core::ids::{IssueNumber, RepositoryName, SessionId};
use crate::core::text::requests;
use crate::http::api_error::ApiError;
use crate::http::body::Reader;

/// How long the service may take for an answer.
const ANSWER_TIME: Duration = Duration::from_secs(60);

/// What a path names, as its parts; what is none is refused as everything else is.
pub(super) struct Named<T>(pub(super) T);

impl<S, T> FromRequestParts<S> for Named<T>
where
    S: Send + Sync,
    T: DeserializeOwned + Send,
{
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let named = Path::<T>::from_request_parts(parts, state).await;
        let Path(named) = named
            .map_err(|error| ApiError::invalid(requests::invalid::path(&error.body_text())))?;
        Ok(Self(named))
    }
}

pub(super) type Answered = Result<Response, ApiError>;

/// The answer as JSON.
pub(super) async fn json<T: Serialize>(
    asked: impl Future<Output = Result<T, ApiError>>,
) -> Answered {
    Ok(Json(in_time(asked).await?).into_response())
}

pub(super) async fn in_time<T>(
    asked: impl Future<Output = Result<T, ApiError>>,
) -> Result<T, ApiError> {
    let slow = |_| ApiError::new(504, "slow", requests::SLOW);
    tokio::time::timeout(ANSWER_TIME, asked)
        .await
        .map_err(slow)?
}

/// How many at most: as many as asked for, within 1 and `most`.
pub(super) fn at_most(asked: Option<i64>, usual: u32, most: u32) -> u32 {
    let asked = asked.unwrap_or(usual.into()).clamp(1, most.into());
    u32::try_from(asked).unwrap_or(most)
}

pub(super) fn query<T: DeserializeOwned>(request: &Request) -> Result<T, ApiError> {
    match Query::try_from_uri(request.uri()) {
        Ok(Query(query)) => Ok(query),
        Err(error) => Err(ApiError::invalid(requests::invalid::query(
            &error.to_string(),
        ))),
    }
}

/// What an order says.
pub(super) async fn order_body<T: DeserializeOwned>(
    reader: &Reader,
    request: Request,
) -> Result<T, ApiError> {
    let (head, body) = request.into_parts();
    if !is_json(&head.headers) {
        return Err(ApiError::new(415, "not_json", requests::invalid::NOT_JSON));
    }
    reader.check(&head.headers, &body)?;
    let body = reader.read(body).await?;
    object(&body.bytes)
        .map_err(|error| ApiError::invalid(requests::invalid::body(&error.to_string())))
}

/// A derived struct would also take an array of its fields.
fn object<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, serde_json::Error> {
    if !bytes.trim_ascii_start().starts_with(b"{") {
        serde_json::from_slice::<serde_json::Map<String, serde_json::Value>>(bytes)?;
    }
    serde_json::from_slice(bytes)
}

pub(super) fn issue_of(path: (String, String, String)) -> Result<IssueAt, ApiError> {
    let (owner, name, number) = path;
    let repository: RepositoryName = format!("{owner}/{name}")
        .parse()
        .map_err(|error| ApiError::invalid(format!("{error}")))?;
    let number = number.parse().ok().filter(|number| *number > 0);
    let number = number.ok_or_else(|| ApiError::invalid(requests::invalid::ISSUE_NUMBER))?;
    Ok(IssueAt {
        repository,
        issue: IssueNumber(number),
    })
}

pub(super) fn session_id(text: &str) -> Result<SessionId, ApiError> {
    text.parse()
        .map_err(|error| ApiError::invalid(format!("{error}")))
}

fn is_json(headers: &HeaderMap) -> bool {
    let content_type = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let essence = content_type.split(';').next().unwrap_or_default();
    essence.trim().eq_ignore_ascii_case("application/json")
}
