//! What a program in a session reads when the gateway answers by itself: as both families of providers word errors.

use bytes::Bytes;
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt, Full};
use hyper::header::{CONNECTION, CONTENT_TYPE, HeaderValue};
use hyper::{Response, StatusCode};
use serde_json::json;

/// Whatever goes wrong on the way of a body.
pub(super) type Wrong = Box<dyn std::error::Error + Send + Sync>;
/// A body from outside, or one of ours.
pub(super) type Body = BoxBody<Bytes, Wrong>;

/// Bytes that are there already.
pub(super) fn full(bytes: Bytes) -> Body {
    Full::new(bytes).map_err(|never| match never {}).boxed()
}

/// An error of skep's own.
pub(super) fn error(status: StatusCode, kind: &str, text: &str) -> Response<Body> {
    let error =
        json!({ "type": "error", "error": { "type": kind, "code": kind, "message": text } });
    let mut response = Response::new(full(error.to_string().into()));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    // Whoever is turned away has nothing more to say here, and its place is for others.
    headers.insert(CONNECTION, HeaderValue::from_static("close"));
    response
}
