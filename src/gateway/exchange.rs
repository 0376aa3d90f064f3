//! One request of an agent to its model, and the answer.
//!
//! The head is read whole by one parser and written anew: of its headers those stay here that concern only this connection, name a
//! host or carry a credential.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Empty, Limited};
use hyper::body::{Body as _, Incoming};
use hyper::header::{self, HeaderMap, HeaderName, HeaderValue};
use hyper::{Method, Request, Response, StatusCode, Uri};
use tokio::time::timeout;

use super::answer::{Body, Wrong, error, full};
use super::news::News;
use super::session::{Session, Underway};
use super::watched::{Sent, Watched};
use crate::core::gateway::{
    AnswerReader, Answered, ModelRefusal, NotServed, Ours, Served, Way, admit, refusal,
};
use crate::core::text::gateway as text;

/// Headers that end here (RFC 9110, 7.6.1), that say who asks or where, and that carry credentials. An answer in a compressed form
/// could not be read.
const NOT_PASSED_ON: [&str; 22] = [
    "connection",
    "keep-alive",
    "proxy-connection",
    "proxy-authenticate",
    "proxy-authorization",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "expect",
    "host",
    "authorization",
    "x-api-key",
    "x-goog-api-key",
    "api-key",
    "cookie",
    "set-cookie",
    "forwarded",
    "x-forwarded-for",
    "x-forwarded-host",
    "x-original-url",
    "accept-encoding",
];
/// The beginning of a refusal that is read, and passed on.
const REFUSAL_BYTES: usize = 256 << 10;
/// For the body of a refusal.
const REFUSAL_TIME: Duration = Duration::from_secs(30);

/// Answers one request.
pub(super) async fn answer(session: &Arc<Session>, request: Request<Incoming>) -> Response<Body> {
    let head = Head::of(&request);
    let headers: Vec<(&str, &str)> = head.iter();
    let asked = Ours {
        method: &head.method,
        target: &head.target,
        headers: &headers,
    };
    match admit(&session.serving, &asked) {
        Err(why) => {
            session.attempted(why.attempt(&asked));
            let status = match why {
                NotServed::NoWord | NotServed::OtherKey => StatusCode::UNAUTHORIZED,
                NotServed::Odd => StatusCode::BAD_REQUEST,
                NotServed::Path | NotServed::OtherHost => StatusCode::FORBIDDEN,
            };
            error(status, "not_passed_on", &text::refusal(why))
        }
        Ok(Way::Here) => Response::new(full(Bytes::new())),
        Ok(Way::NoSocket) => {
            let status = StatusCode::UPGRADE_REQUIRED;
            error(status, "no_websocket", text::NO_SOCKET)
        }
        Ok(Way::On {
            served,
            target,
            costs,
        }) => {
            let too_large = request.body().size_hint().lower() > session.parts.bounds.body_bytes;
            if too_large {
                let status = StatusCode::PAYLOAD_TOO_LARGE;
                return error(status, "request_too_large", text::TOO_LARGE);
            }
            let on = On { served, target };
            match costs {
                true => words(session, on, request).await,
                false => look(session, on, request).await,
            }
        }
    }
}

/// Where a request goes on to.
struct On<'a> {
    served: &'a Served,
    target: String,
}

/// What is judged of a request's head.
struct Head {
    method: String,
    target: String,
    headers: Vec<(String, String)>,
}

impl Head {
    fn of(request: &Request<Incoming>) -> Self {
        let named = [
            "host",
            "authorization",
            "x-api-key",
            "x-goog-api-key",
            "api-key",
        ];
        let all = request.headers().iter();
        let judged = all.filter(|(name, _)| named.contains(&name.as_str()));
        Self {
            method: request.method().as_str().to_owned(),
            target: request.uri().to_string(),
            headers: judged
                .map(|(name, value)| {
                    let value = value.to_str().unwrap_or_default();
                    (name.as_str().to_owned(), value.to_owned())
                })
                .collect(),
        }
    }

    fn iter(&self) -> Vec<(&str, &str)> {
        let all = self.headers.iter();
        all.map(|(name, value)| (&**name, &**value)).collect()
    }
}

/// A request that asks for a model's words.
async fn words(session: &Arc<Session>, on: On<'_>, request: Request<Incoming>) -> Response<Body> {
    let Some(place) = session.ask().await else {
        return unreachable(session);
    };
    let length = request.body().size_hint().lower();
    let reader = AnswerReader::new(on.served.provider(), length);
    let Some(underway) = session.start(reader) else {
        session.tell(News::Spent);
        return error(StatusCode::PAYMENT_REQUIRED, "budget_used_up", text::SPENT);
    };
    let (parts, body) = request.into_parts();
    let body = Sent::new(body, session, underway.sent()).boxed();
    let Ok(came) = send(session, &on, parts, body).await else {
        underway.is_nothing();
        return unreachable(session);
    };
    if !came.status().is_success() {
        underway.is_nothing();
        return refused(session, came).await;
    }
    session.tell(News::Answers);
    let streams = came.headers().get(header::CONTENT_TYPE);
    let streams = streams.is_some_and(|kind| kind.as_bytes().starts_with(b"text/event-stream"));
    underway.begins(streams);
    passed_on(came, |body| watched(body, underway, place))
}

fn watched(body: Incoming, underway: Underway, place: tokio::sync::OwnedSemaphorePermit) -> Body {
    let watched = Watched {
        body,
        underway,
        _place: place,
    };
    watched.boxed()
}

/// A request that costs nothing.
async fn look(session: &Arc<Session>, on: On<'_>, request: Request<Incoming>) -> Response<Body> {
    let (parts, body) = request.into_parts();
    let body = match parts.method {
        Method::GET => Empty::new().map_err(|never| match never {}).boxed(),
        _ => Sent::new(body, session, Arc::default()).boxed(),
    };
    match send(session, &on, parts, body).await {
        Ok(came) => passed_on(came, |body| body.map_err(Wrong::from).boxed()),
        Err(()) => error(StatusCode::BAD_GATEWAY, "unreachable", text::UNREACHABLE),
    }
}

/// Sends a request with the key to where the operator says; brings the answer's head.
async fn send(
    session: &Session,
    on: &On<'_>,
    parts: hyper::http::request::Parts,
    body: Body,
) -> Result<Response<Incoming>, ()> {
    let whole = format!("{}{}", on.served.address(), on.target);
    let uri: Uri = whole.parse().map_err(|_| ())?;
    let mut request = Request::new(body);
    *request.method_mut() = parts.method;
    *request.uri_mut() = uri;
    *request.headers_mut() = clean(parts.headers);
    let headers = request.headers_mut();
    let (name, value) = on.served.credential();
    let mut value = HeaderValue::try_from(value).map_err(|_| ())?;
    value.set_sensitive(true);
    headers.insert(HeaderName::from_static(name), value);
    let plain = HeaderValue::from_static("identity");
    headers.insert(header::ACCEPT_ENCODING, plain);
    let client = session.parts.dial.client(session.parts.bounds.connect_time);
    let client = client.map_err(|error| {
        tracing::warn!(error, "no model can be reached");
    })?;
    let came = timeout(session.parts.bounds.answer_time, client.request(request)).await;
    came.map_err(|_| ())?.map_err(|error| {
        tracing::debug!(%error, provider = on.served.name(), "a model's server could not be reached");
    })
}

fn clean(mut headers: HeaderMap) -> HeaderMap {
    let listed: Vec<HeaderName> = headers
        .get_all(header::CONNECTION)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .filter_map(|name| name.trim().parse().ok())
        .filter(|name| *name != header::CONTENT_LENGTH)
        .collect();
    for name in &listed {
        headers.remove(name);
    }
    for name in NOT_PASSED_ON {
        headers.remove(name);
    }
    headers
}

fn passed_on(came: Response<Incoming>, body: impl FnOnce(Incoming) -> Body) -> Response<Body> {
    let (mut parts, incoming) = came.into_parts();
    parts.headers = clean(parts.headers);
    Response::from_parts(parts, body(incoming))
}

/// The provider's refusal, as it worded it; what it means is told.
async fn refused(session: &Session, came: Response<Incoming>) -> Response<Body> {
    let (mut parts, incoming) = came.into_parts();
    let beginning = Limited::new(incoming, REFUSAL_BYTES).collect();
    let body = match timeout(REFUSAL_TIME, beginning).await {
        Ok(Ok(body)) => body.to_bytes(),
        _ => Bytes::new(),
    };
    let headers: Vec<(&str, &str)> = parts
        .headers
        .iter()
        .filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?)))
        .collect();
    let answered = Answered {
        status: parts.status.as_u16(),
        headers: &headers,
        body: &body,
    };
    if let Some(refusal) = refusal(&answered, (session.parts.clock)()) {
        session.refused(refusal);
    }
    parts.headers = clean(parts.headers);
    // What is passed on may be shorter than what was said.
    parts.headers.remove(header::CONTENT_LENGTH);
    Response::from_parts(parts, full(body))
}

fn unreachable(session: &Session) -> Response<Body> {
    session.refused(ModelRefusal::unreachable());
    error(StatusCode::BAD_GATEWAY, "unreachable", text::UNREACHABLE)
}
