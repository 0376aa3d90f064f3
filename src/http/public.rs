//! The three addresses the world may see: `POST /webhook`, `GET /healthz`, `GET /readyz`; and `GET /`, which says so to people.
//!
//! A delivery passes in this order: size and encoding by the headers, the shape of the signature, the body, the signature,
//! the other headers, then the intake. Whatever fails before the signature was right leaves nothing behind but a status.

use std::sync::Arc;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::json;
use tower_http::catch_panic::CatchPanicLayer;
use url::form_urlencoded;

use super::answer;
use super::body::{BodyError, Caps, Reader, WholeBody};
use super::intake::{AcceptedAs, Busy, Delivery, Intake, Readiness, Refused};
use crate::core::text;
use crate::meter;
use crate::webhook::{Secrets, Signature, Verified};

/// The router of the public address; all else is 404 or 405.
pub fn public_router<I: Intake>(intake: Arc<I>, caps: Caps) -> Router {
    let state = WebhookState {
        intake,
        reader: Reader::new(caps),
    };
    Router::new()
        .route("/webhook", post(webhook::<I>))
        .route("/", get(async || Html(text::page::PUBLIC)))
        .route("/healthz", get(healthy))
        .route("/readyz", get(ready::<I>))
        .fallback(answer::no_such_page)
        .method_not_allowed_fallback(answer::wrong_method)
        .layer(CatchPanicLayer::custom(answer::after_panic))
        .with_state(Arc::new(state))
}

/// The two addresses for whoever watches over skep, to be put beside others: they say no more than the public ones do.
pub fn probes<I: Intake>(intake: Arc<I>) -> Router {
    let state = WebhookState {
        intake,
        reader: Reader::new(Caps::default()),
    };
    Router::new()
        .route("/healthz", get(healthy))
        .route("/readyz", get(ready::<I>))
        .layer(CatchPanicLayer::custom(answer::after_panic))
        .with_state(Arc::new(state))
}

struct WebhookState<I> {
    intake: Arc<I>,
    reader: Reader,
}

/// Why a delivery was not taken.
#[derive(Debug, thiserror::Error)]
enum Refusal {
    #[error(transparent)]
    Body(#[from] BodyError),
    #[error("{}", text::requests::webhook::BAD_SIGNATURE)]
    Unsigned,
    #[error("{}", text::requests::webhook::BAD_SIGNATURE)]
    WrongSignature,
    #[error("{}", text::requests::webhook::header(.0))]
    Header(&'static str),
    #[error(transparent)]
    Busy(#[from] Busy),
}

impl Refusal {
    /// What it tells of a mistake; nothing where it is our own trouble, of which others are told.
    fn cause(&self) -> Option<Refused> {
        match self {
            Self::Unsigned => Some(Refused::Unsigned),
            Self::WrongSignature => Some(Refused::WrongSignature),
            Self::Busy(_) | Self::Body(BodyError::Crowded) => None,
            Self::Body(_) | Self::Header(_) => Some(Refused::Misshapen),
        }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let message = self.to_string();
        let (status, code) = match self {
            Self::Busy(Busy) => return answer::retry_later("busy", &message),
            Self::Body(BodyError::Crowded) => return answer::retry_later("crowded", &message),
            Self::Body(BodyError::TooLarge) => (StatusCode::PAYLOAD_TOO_LARGE, "too_large"),
            Self::Body(BodyError::Encoded) => (StatusCode::UNSUPPORTED_MEDIA_TYPE, "encoded"),
            Self::Body(BodyError::Slow) => (StatusCode::REQUEST_TIMEOUT, "slow"),
            Self::Body(BodyError::Broken) => (StatusCode::BAD_REQUEST, "broken"),
            Self::Unsigned | Self::WrongSignature => (StatusCode::UNAUTHORIZED, "unsigned"),
            Self::Header(_) => (StatusCode::BAD_REQUEST, "header"),
        };
        answer::error(status, code, &message, None)
    }
}

async fn healthy() -> Response {
    Json(json!({ "ok": true })).into_response()
}

async fn ready<I: Intake>(State(state): State<Arc<WebhookState<I>>>) -> Response {
    let looked = tokio::time::timeout(state.reader.caps().ready_time, state.intake.ready()).await;
    let Readiness { ok, reasons } = looked.unwrap_or_else(|_| Readiness {
        ok: false,
        reasons: json!({ "probe": "took too long" }),
    });
    let status = if ok {
        StatusCode::OK
    } else {
        StatusCode::SERVICE_UNAVAILABLE
    };
    (status, Json(json!({ "ok": ok, "reasons": reasons }))).into_response()
}

async fn webhook<I: Intake>(
    State(state): State<Arc<WebhookState<I>>>,
    request: Request,
) -> Response {
    let began = Instant::now();
    match state.take(request).await {
        Ok(response) => {
            meter::WEBHOOK_ACK.observe(&[], began.elapsed().as_secs_f64());
            response
        }
        Err(refusal) => {
            tracing::debug!(reason = %refusal, "a delivery was refused");
            if let Some(cause) = refusal.cause() {
                state.intake.refused(cause);
            }
            refusal.into_response()
        }
    }
}

impl<I: Intake> WebhookState<I> {
    async fn take(&self, request: Request) -> Result<Response, Refusal> {
        let (head, body) = request.into_parts();
        self.reader.check(&head.headers, &body)?;
        let signatures = head.headers.get_all("x-hub-signature-256").iter();
        let signature =
            Signature::read(signatures.map(|value| value.as_bytes())).ok_or(Refusal::Unsigned)?;
        let WholeBody { bytes, share } = self.reader.read(body).await?;
        let received_at = now_ms();
        let (proof, text) = self
            .examine(signature, bytes, is_form(&head.headers))
            .await?;
        let guid = name(&head.headers, "x-github-delivery")?;
        let event = name(&head.headers, "x-github-event")?;
        if proof.by_previous_secret() {
            tracing::debug!(delivery = guid, "signed with the previous webhook secret");
        }
        let Text { body, flaw } = text;
        let delivery = Delivery {
            proof,
            guid: guid.clone(),
            event,
            body,
            flaw,
            received_at,
        };
        let accepted =
            tokio::time::timeout(self.reader.caps().accept_time, self.intake.accept(delivery))
                .await;
        drop(share);
        let as_what = match accepted.unwrap_or(Err(Busy))? {
            AcceptedAs::New => "new",
            AcceptedAs::Duplicate => "duplicate",
        };
        Ok((
            StatusCode::ACCEPTED,
            Json(json!({ "delivery": guid, "accepted": as_what })),
        )
            .into_response())
    }

    /// Hashing 25 MB takes long enough to stall every other request of the thread: large bodies go elsewhere.
    async fn examine(
        &self,
        signature: Signature,
        bytes: Vec<u8>,
        form: bool,
    ) -> Result<(Verified, Text), Refusal> {
        let secrets = self.intake.secrets();
        if bytes.len() <= self.reader.caps().offload {
            return examine(secrets, &signature, bytes, form);
        }
        let secrets = secrets.clone();
        let examined =
            tokio::task::spawn_blocking(move || examine(&secrets, &signature, bytes, form)).await;
        examined.unwrap_or_else(|error| match error.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            Err(_cancelled) => Err(Refusal::Busy(Busy)),
        })
    }
}

fn examine(
    secrets: &Secrets,
    signature: &Signature,
    bytes: Vec<u8>,
    form: bool,
) -> Result<(Verified, Text), Refusal> {
    let proof = secrets
        .verify(signature, &bytes)
        .ok_or(Refusal::WrongSignature)?;
    Ok((
        proof,
        if form {
            Text::of_form(&bytes)
        } else {
            Text::of_bytes(bytes)
        },
    ))
}

/// A body as text that every database takes.
struct Text {
    body: String,
    flaw: Option<&'static str>,
}

impl Text {
    fn of_bytes(bytes: Vec<u8>) -> Self {
        match String::from_utf8(bytes) {
            Ok(body) => Self::of_string(body),
            Err(error) => {
                let body = String::from_utf8_lossy(error.as_bytes()).replace('\0', "\u{fffd}");
                Self {
                    body,
                    flaw: Some("the body is not UTF-8"),
                }
            }
        }
    }

    /// GitHub's other content type: the JSON is the form's `payload`.
    fn of_form(bytes: &[u8]) -> Self {
        let payload = form_urlencoded::parse(bytes).find(|(name, _)| name == "payload");
        match payload {
            Some((_, value)) => Self::of_string(value.into_owned()),
            None => Self {
                flaw: Some("the form has no payload"),
                ..Self::of_bytes(bytes.to_vec())
            },
        }
    }

    /// Whether it is an object is cheap to see from its ends; the rest is for whoever parses it.
    fn of_string(body: String) -> Self {
        if body.as_bytes().contains(&0) {
            return Self {
                body: body.replace('\0', "\u{fffd}"),
                flaw: Some("the body holds a NUL"),
            };
        }
        let trimmed = body.trim_matches([' ', '\t', '\r', '\n']);
        let object = trimmed.len() >= 2 && trimmed.starts_with('{') && trimmed.ends_with('}');
        Self {
            flaw: (!object).then_some("the body is not a JSON object"),
            body,
        }
    }
}

fn is_form(headers: &HeaderMap) -> bool {
    let content_type = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let essence = content_type.split(';').next().unwrap_or_default();
    essence
        .trim()
        .eq_ignore_ascii_case("application/x-www-form-urlencoded")
}

/// A header that becomes a key of ours: exactly one, short, of plain characters.
fn name(headers: &HeaderMap, header: &'static str) -> Result<String, Refusal> {
    let mut values = headers.get_all(header).iter();
    let (Some(value), None) = (values.next(), values.next()) else {
        return Err(Refusal::Header(header));
    };
    let plain = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b':');
    match value.to_str() {
        Ok(text) if (1..=100).contains(&text.len()) && text.bytes().all(|b| plain(&b)) => {
            Ok(text.to_owned())
        }
        _ => Err(Refusal::Header(header)),
    }
}

fn now_ms() -> i64 {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}
