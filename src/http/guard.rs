//! Who may use the admin address: whoever holds a token, and for reading only, people on this machine.
//!
//! The address is on loopback, where every user of the machine reaches it, and where a page in the operator's browser is,
//! too. So an order (whatever is not a `GET`) needs the token, which lies in the data folder for the service's own user.
//! Reading needs it where the address is not on loopback. Without a token a foreign name in `Host` is refused (DNS was
//! rebound to us), and so is an `Origin` on an order (a page sent it). Beside that token there are others with a scope
//! ([`TokenBook`]): what a request needs stands in `scope.rs`, and every request is held against it here.

use std::net::{IpAddr, Ipv6Addr};
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::uri::Authority;
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};

use super::answer;
use super::api_error::ApiError;
use super::caller::{Caller, TokenBook};
use super::scope::{Scope, needed};
use crate::core::text::requests::access;

/// What proxies add. Whoever came through one is not on this machine, whatever `Host` the proxy made of it.
const FORWARDED: [&str; 5] = [
    "forwarded",
    "x-forwarded-for",
    "x-forwarded-host",
    "x-real-ip",
    "via",
];

/// Whether a request is meant for this machine: for `localhost` or a loopback address, and for nothing else besides, and by no proxy.
pub(super) fn is_for_us(headers: &HeaderMap, in_target: Option<&Authority>) -> bool {
    let mut values = headers.get_all(header::HOST).iter();
    let (Some(value), None) = (values.next(), values.next()) else {
        return false;
    };
    let Ok(authority) = Authority::try_from(value.as_bytes()) else {
        return false;
    };
    let plain =
        |authority: &Authority| !authority.as_str().contains('@') && is_us(authority.host());
    let forwarded = FORWARDED.iter().any(|name| headers.contains_key(*name));
    plain(&authority) && in_target.is_none_or(plain) && !forwarded
}

fn is_us(host: &str) -> bool {
    let host = host.to_ascii_lowercase();
    let address = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || is_loopback(address)
}

fn is_loopback(address: &str) -> bool {
    match address.parse() {
        Ok(IpAddr::V4(v4)) => v4.is_loopback(),
        Ok(IpAddr::V6(v6)) => v6 == Ipv6Addr::LOCALHOST,
        Err(_) => false,
    }
}

/// What the admin address asks of its callers.
#[derive(Clone)]
pub struct Guard {
    /// The token's digest: digests are compared, so that the time it takes says nothing of the token.
    token: [u8; 32],
    read_access: ReadAccess,
    others: Option<Arc<dyn TokenBook>>,
}

/// Who may read without the token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReadAccess {
    /// Everybody who reaches the address: it is on loopback.
    Open,
    /// Nobody.
    WithToken,
}

impl Guard {
    /// Lets in who holds `token`, and for reading whom `read_access` names.
    pub fn new(token: &SecretString, read_access: ReadAccess) -> Self {
        Self {
            token: digest(token.expose_secret()),
            read_access,
            others: None,
        }
    }

    /// Whether reading needs no token.
    pub(super) fn reads_are_open(&self) -> bool {
        self.read_access == ReadAccess::Open
    }

    /// Whether this is the token.
    pub(super) fn is_token(&self, given: &str) -> bool {
        digest(given) == self.token
    }

    /// Whether a request carries it.
    pub(super) fn is_held(&self, headers: &HeaderMap) -> bool {
        bearer(headers).is_some_and(|given| self.is_token(given))
    }

    /// Lets in holders of other tokens as well, as far as those reach.
    #[must_use]
    pub fn with_tokens(self, others: Arc<dyn TokenBook>) -> Self {
        Self {
            others: Some(others),
            ..self
        }
    }

    /// Who holds the token that a request carries; nobody where it carries none that is known.
    async fn holder(&self, headers: &HeaderMap) -> Result<Option<Caller>, ApiError> {
        let Some(given) = bearer(headers) else {
            return Ok(None);
        };
        let digest = digest(given);
        match &self.others {
            _ if digest == self.token => Ok(Some(Caller::operator())),
            Some(others) => others.holder(digest).await,
            None => Ok(None),
        }
    }
}

/// The one token that a request carries.
fn bearer(headers: &HeaderMap) -> Option<&str> {
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    let (Some(value), None) = (values.next(), values.next()) else {
        return None;
    };
    value.to_str().ok()?.strip_prefix("Bearer ")
}

fn digest(text: &str) -> [u8; 32] {
    Sha256::digest(text).into()
}

/// Lets a request pass or refuses it; see [`Guard`]. What passes carries its [`Caller`].
pub(super) async fn check(State(guard): State<Guard>, request: Request, next: Next) -> Response {
    let needed = needed(request.method(), request.uri().path());
    let caller = match guard.holder(request.headers()).await {
        Ok(Some(caller)) => caller,
        Ok(None) => match guard.without_token(&request, needed) {
            Ok(caller) => caller,
            Err(refused) => return *refused,
        },
        Err(error) => return error.into_response(),
    };
    if let Err(error) = caller.may(needed) {
        return error.into_response();
    }
    let mut request = request;
    request.extensions_mut().insert(caller);
    next.run(request).await
}

impl Guard {
    /// Who it is that carries no token, where such may look.
    fn without_token(&self, request: &Request, needed: Scope) -> Result<Caller, Box<Response>> {
        let refused = |(status, code), message, next| {
            Err(Box::new(answer::error(status, code, message, Some(next))))
        };
        if !is_for_us(request.headers(), request.uri().authority()) {
            let why = (StatusCode::FORBIDDEN, "foreign_host");
            return refused(why, access::FOREIGN_HOST, access::FOREIGN_HOST_NEXT);
        }
        let reads = matches!(*request.method(), Method::GET | Method::HEAD);
        if !reads && request.headers().contains_key(header::ORIGIN) {
            let why = (StatusCode::FORBIDDEN, "foreign_origin");
            return refused(why, access::FOREIGN_ORIGIN, access::FOREIGN_ORIGIN_NEXT);
        }
        if request.headers().contains_key(header::AUTHORIZATION) {
            // Else whoever holds a token for little would see more once it has expired.
            let why = (StatusCode::UNAUTHORIZED, "no_token");
            return refused(why, access::UNKNOWN_TOKEN, access::UNKNOWN_TOKEN_NEXT);
        }
        if reads && self.read_access == ReadAccess::Open && needed == Scope::Read {
            return Ok(Caller::onlooker());
        }
        let why = (StatusCode::UNAUTHORIZED, "no_token");
        refused(why, access::NO_TOKEN, access::NO_TOKEN_NEXT)
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn allowed(host: &str) -> bool {
        let mut headers = HeaderMap::new();
        headers.insert(
            header::HOST,
            HeaderValue::from_str(host).expect("a header value"),
        );
        is_for_us(&headers, None)
    }

    #[test]
    fn loopback_passes() {
        for host in [
            "localhost",
            "LOCALHOST:3001",
            "127.0.0.1",
            "127.8.9.1:1",
            "[::1]:3001",
        ] {
            assert!(allowed(host), "{host}");
        }
    }

    #[test]
    fn every_other_name_is_refused() {
        let foreign = [
            "evil.example",
            "skep.example:80",
            "localhost.evil.example",
            "127.0.0.1.evil.example",
            "10.0.0.1",
            "0.0.0.0",
        ];
        let odd = [
            "",
            "localhost@evil.example",
            "evil@localhost",
            "[::2]",
            "::1",
            "localhost, evil.example",
            "2130706433",
        ];
        for host in foreign.into_iter().chain(odd) {
            assert!(!allowed(host), "{host}");
        }
    }

    #[test]
    fn what_a_proxy_passed_on_is_not_from_this_machine() {
        for name in FORWARDED {
            let mut headers = HeaderMap::new();
            headers.insert(header::HOST, HeaderValue::from_static("127.0.0.1:3001"));
            assert!(is_for_us(&headers, None));
            headers.insert(name, HeaderValue::from_static("203.0.113.9"));
            assert!(!is_for_us(&headers, None), "{name}");
        }
    }

    #[test]
    fn the_request_target_must_agree() {
        let mut headers = HeaderMap::new();
        assert!(!is_for_us(&headers, None), "no host at all");
        headers.insert(header::HOST, HeaderValue::from_static("localhost"));
        assert!(!is_for_us(
            &headers,
            Some(&Authority::from_static("evil.example"))
        ));
        headers.append(header::HOST, HeaderValue::from_static("localhost"));
        assert!(!is_for_us(&headers, None), "two hosts");
    }
}
