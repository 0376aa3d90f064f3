//! What a program in a session reads when its request does not go out.

use bytes::Bytes;
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt, Full};
use hyper::header::{CONNECTION, CONTENT_TYPE, HeaderValue};
use hyper::{Response, StatusCode};

use crate::core::egress::{Denied, Target};
use crate::core::text::egress as text;

/// A body from outside, or one of ours.
pub(super) type Body = BoxBody<Bytes, hyper::Error>;

/// A refusal.
pub(super) fn refused(target: Option<&Target>, why: &Denied) -> Response<Body> {
    let status = match why {
        Denied::Malformed(_) => StatusCode::BAD_REQUEST,
        _ => StatusCode::FORBIDDEN,
    };
    said(status, text::refusal(target, why))
}

/// An allowed host that cannot be reached.
pub(super) fn unreachable(target: &Target) -> Response<Body> {
    said(StatusCode::BAD_GATEWAY, text::unreachable(target))
}

/// The same as bytes, for a connection that is not served.
pub(super) fn unserved(why: &Denied) -> String {
    let text = text::refusal(None, why);
    format!(
        "HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nContent-Type: text/plain\r\nContent-Length: {}\r\n\r\n{text}",
        text.len()
    )
}

/// Nothing inside.
pub(super) fn empty() -> Body {
    full(Bytes::new())
}

fn full(bytes: Bytes) -> Body {
    Full::new(bytes).map_err(|never| match never {}).boxed()
}

fn said(status: StatusCode, text: String) -> Response<Body> {
    let mut response = Response::new(full(text.into()));
    *response.status_mut() = status;
    let plain = HeaderValue::from_static("text/plain");
    response.headers_mut().insert(CONTENT_TYPE, plain);
    // Whoever is refused has nothing more to say here, and its place is for others.
    let close = HeaderValue::from_static("close");
    response.headers_mut().insert(CONNECTION, close);
    response
}
