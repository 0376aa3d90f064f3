//! Who may use the admin address: whoever holds the token, and for reading only, people on this machine.
//!
//! The address is on loopback, where every user of the machine reaches it, and where a page in the operator's browser is,
//! too. So an order (whatever is not a `GET`) needs the token, which lies in the data folder for the service's own user.
//! Reading needs it where the address is not on loopback. Without the token a foreign name in `Host` is refused (DNS was
//! rebound to us), and so is an `Origin` on an order (a page sent it).

use std::net::{IpAddr, Ipv6Addr};

use axum::extract::{Request, State};
use axum::http::uri::Authority;
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};

use super::answer;
use crate::core::text::requests::access;

/// Whether a request is meant for this machine: for `localhost` or a loopback address, and for nothing else besides.
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
    plain(&authority) && in_target.is_none_or(plain)
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

    /// Whether a request carries the token.
    pub(super) fn is_held(&self, headers: &HeaderMap) -> bool {
        let mut values = headers.get_all(header::AUTHORIZATION).iter();
        let (Some(value), None) = (values.next(), values.next()) else {
            return false;
        };
        let given = value
            .to_str()
            .ok()
            .and_then(|text| text.strip_prefix("Bearer "));
        given.is_some_and(|given| digest(given) == self.token)
    }
}

fn digest(text: &str) -> [u8; 32] {
    Sha256::digest(text).into()
}

/// Lets a request pass or refuses it; see [`Guard`].
pub(super) async fn check(State(guard): State<Guard>, request: Request, next: Next) -> Response {
    if guard.is_held(request.headers()) {
        return next.run(request).await;
    }
    if !is_for_us(request.headers(), request.uri().authority()) {
        return answer::error(
            StatusCode::FORBIDDEN,
            "foreign_host",
            access::FOREIGN_HOST,
            Some(access::FOREIGN_HOST_NEXT),
        );
    }
    let reads = matches!(*request.method(), Method::GET | Method::HEAD);
    if !reads && request.headers().contains_key(header::ORIGIN) {
        return answer::error(
            StatusCode::FORBIDDEN,
            "foreign_origin",
            access::FOREIGN_ORIGIN,
            Some(access::FOREIGN_ORIGIN_NEXT),
        );
    }
    if reads && guard.read_access == ReadAccess::Open {
        return next.run(request).await;
    }
    answer::error(
        StatusCode::UNAUTHORIZED,
        "no_token",
        access::NO_TOKEN,
        Some(access::NO_TOKEN_NEXT),
    )
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
