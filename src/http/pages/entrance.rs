//! Who may see a page, and whose orders are taken.
//!
//! The address is where a page in the operator's browser reaches it as well. So a foreign name in `Host` is refused, unless it is the
//! one that the operator named; a form counts only from a page of this very host; and what changes something needs somebody who has
//! signed in. Where looking is not open, it needs that too.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::uri::Authority;
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use url::Url;

use super::cookie;
use super::sign_ins::{Key, SignIns};
use crate::core::text::requests::access;
use crate::http::answer;
use crate::http::guard::{Guard, is_for_us};

/// What the pages ask of their readers.
#[derive(Clone)]
pub(super) struct Entrance {
    pub(super) guard: Guard,
    pub(super) sign_ins: Arc<SignIns>,
    /// Where people reach the pages from elsewhere.
    pub(super) address: Option<Url>,
}

/// Who asks.
#[derive(Debug, Clone)]
pub(super) enum Visitor {
    /// They may look.
    Looks,
    /// They signed in.
    SignedIn(Key),
    /// A program with the token.
    Token,
}

/// The request came over TLS, as far as the operator's address tells.
#[derive(Debug, Clone, Copy)]
pub(super) struct OverTls(pub(super) bool);

impl Entrance {
    /// Whether the request names the host of the operator's own address.
    fn is_named(&self, headers: &HeaderMap) -> bool {
        let Some(address) = &self.address else {
            return false;
        };
        let Some(host) = host(headers) else {
            return false;
        };
        let port = |authority: &Authority| authority.port_u16();
        address.host_str() == Some(host.host())
            && port(&host).or(address.port_or_known_default()) == address.port_or_known_default()
    }
}

/// The one `Host`, where it is one.
fn host(headers: &HeaderMap) -> Option<Authority> {
    let mut values = headers.get_all(header::HOST).iter();
    let (Some(value), None) = (values.next(), values.next()) else {
        return None;
    };
    let host = Authority::try_from(value.as_bytes()).ok()?;
    (!host.as_str().contains('@')).then_some(host)
}

/// Whether the page that sent a form is of the host to which it went.
fn is_own_origin(headers: &HeaderMap) -> bool {
    let mut origins = headers.get_all(header::ORIGIN).iter();
    let (Some(origin), None) = (origins.next(), origins.next()) else {
        return false;
    };
    let origin = origin.to_str().ok().and_then(|text| {
        text.strip_prefix("http://")
            .or_else(|| text.strip_prefix("https://"))
    });
    origin.is_some() && origin == host(headers).as_ref().map(Authority::as_str)
}

/// Lets a request pass or refuses it.
pub(super) async fn check(
    State(entrance): State<Entrance>,
    mut request: Request,
    next: Next,
) -> Response {
    let headers = request.headers();
    if entrance.guard.is_held(headers) {
        request.extensions_mut().insert(Visitor::Token);
        return next.run(request).await;
    }
    let local = is_for_us(headers, request.uri().authority());
    let named = entrance.is_named(headers);
    if !local && !named {
        return refused(
            "foreign_host",
            access::FOREIGN_HOST,
            access::FOREIGN_HOST_NEXT,
        );
    }
    let reads = matches!(*request.method(), Method::GET | Method::HEAD);
    if !reads && !is_own_origin(headers) {
        return refused(
            "foreign_origin",
            access::FOREIGN_ORIGIN,
            access::FOREIGN_ORIGIN_NEXT,
        );
    }
    let signed_in =
        cookie::value(headers, cookie::SIGNED_IN).and_then(|key| entrance.sign_ins.find(key));
    let path = request.uri().path();
    let open = path.starts_with("/assets/") || matches!(path, "/sign-in" | "/theme");
    let visitor = match signed_in {
        Some(key) => Visitor::SignedIn(key),
        None if open || (reads && local && entrance.guard.reads_are_open()) => Visitor::Looks,
        None => return to_sign_in(&request),
    };
    let secure = named
        && entrance
            .address
            .as_ref()
            .is_some_and(|url| url.scheme() == "https");
    request.extensions_mut().insert(visitor);
    request.extensions_mut().insert(OverTls(secure));
    next.run(request).await
}

fn refused(code: &str, why: &str, next: &str) -> Response {
    answer::error(StatusCode::FORBIDDEN, code, why, Some(next))
}

/// Whoever reads is led to the page on which they sign in, and back.
fn to_sign_in(request: &Request) -> Response {
    if request.method() != Method::GET || request.uri().path() == "/live" {
        return answer::error(
            StatusCode::UNAUTHORIZED,
            "not_signed_in",
            access::NOT_SIGNED_IN,
            Some(access::NOT_SIGNED_IN_NEXT),
        );
    }
    let here = request
        .uri()
        .path_and_query()
        .map_or("/", |here| here.as_str());
    let back: String = url::form_urlencoded::byte_serialize(here.as_bytes()).collect();
    let location = format!("/sign-in?back={back}");
    (StatusCode::SEE_OTHER, [(header::LOCATION, location)]).into_response()
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(*name, HeaderValue::from_static(value));
        }
        headers
    }

    #[test]
    fn a_form_counts_from_its_own_host_only() {
        let own = headers(&[
            ("host", "localhost:3001"),
            ("origin", "http://localhost:3001"),
        ]);
        assert!(is_own_origin(&own));
        for origin in [
            "http://localhost:3002",
            "http://evil.example",
            "null",
            "http://localhost:3001.evil.example",
        ] {
            let mut foreign = headers(&[("host", "localhost:3001")]);
            foreign.insert("origin", HeaderValue::from_static(origin));
            assert!(!is_own_origin(&foreign), "{origin}");
        }
        assert!(
            !is_own_origin(&headers(&[("host", "localhost:3001")])),
            "no origin"
        );
    }
}
