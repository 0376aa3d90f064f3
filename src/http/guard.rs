//! Who may talk to the admin address from a browser: nobody's web page.
//!
//! The address is on loopback, but a page in the operator's browser is on the same machine. A foreign name in `Host` means
//! DNS was rebound to us; an `Origin` on a writing request means a page sent it. Neither is a defence against people with
//! access to the machine.

use std::net::{IpAddr, Ipv6Addr};
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::uri::Authority;
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;

use super::answer;

/// The names under which the admin address may be called, besides `localhost` and loopback addresses.
#[derive(Debug, Clone, Default)]
pub struct Hosts(Arc<[String]>);

impl Hosts {
    /// Takes names or addresses without a port; letter case does not matter.
    pub fn new(names: impl IntoIterator<Item = String>) -> Self {
        Self(names.into_iter().map(|name| name.to_ascii_lowercase()).collect())
    }

    fn allow(&self, headers: &HeaderMap, in_target: Option<&Authority>) -> bool {
        let mut values = headers.get_all(header::HOST).iter();
        let (Some(value), None) = (values.next(), values.next()) else { return false };
        let Ok(authority) = Authority::try_from(value.as_bytes()) else { return false };
        let plain = |authority: &Authority| !authority.as_str().contains('@') && self.knows(authority.host());
        plain(&authority) && in_target.is_none_or(plain)
    }

    fn knows(&self, host: &str) -> bool {
        let host = host.to_ascii_lowercase();
        let address = host.trim_start_matches('[').trim_end_matches(']');
        host == "localhost" || is_loopback(address) || self.0.contains(&host)
    }
}

fn is_loopback(address: &str) -> bool {
    match address.parse() {
        Ok(IpAddr::V4(v4)) => v4.is_loopback(),
        Ok(IpAddr::V6(v6)) => v6 == Ipv6Addr::LOCALHOST,
        Err(_) => false,
    }
}

/// Lets a request pass or refuses it; see [`Hosts`].
pub(super) async fn check(State(hosts): State<Hosts>, request: Request, next: Next) -> Response {
    if !hosts.allow(request.headers(), request.uri().authority()) {
        let say = "the Host header names neither this machine nor a configured name";
        return answer::error(StatusCode::FORBIDDEN, "foreign_host", say, Some("call it as localhost or 127.0.0.1"));
    }
    let reads = matches!(*request.method(), Method::GET | Method::HEAD);
    if !reads && request.headers().contains_key(header::ORIGIN) {
        let say = "requests from web pages are refused";
        return answer::error(StatusCode::FORBIDDEN, "foreign_origin", say, Some("use the skep command line"));
    }
    next.run(request).await
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn allowed(host: &str) -> bool {
        let mut headers = HeaderMap::new();
        headers.insert(header::HOST, HeaderValue::from_str(host).expect("a header value"));
        Hosts::new(["Skep.Example".to_owned()]).allow(&headers, None)
    }

    #[test]
    fn loopback_and_configured_names_pass() {
        for host in ["localhost", "LOCALHOST:3001", "127.0.0.1", "127.8.9.1:1", "[::1]:3001", "skep.example:80"] {
            assert!(allowed(host), "{host}");
        }
    }

    #[test]
    fn every_other_name_is_refused() {
        let foreign = ["evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "10.0.0.1", "0.0.0.0"];
        let odd =
            ["", "localhost@evil.example", "evil@localhost", "[::2]", "::1", "localhost, evil.example", "2130706433"];
        for host in foreign.into_iter().chain(odd) {
            assert!(!allowed(host), "{host}");
        }
    }

    #[test]
    fn the_request_target_must_agree() {
        let mut headers = HeaderMap::new();
        assert!(!Hosts::default().allow(&headers, None), "no host at all");
        headers.insert(header::HOST, HeaderValue::from_static("localhost"));
        assert!(!Hosts::default().allow(&headers, Some(&Authority::from_static("evil.example"))));
        headers.append(header::HOST, HeaderValue::from_static("localhost"));
        assert!(!Hosts::default().allow(&headers, None), "two hosts");
    }
}
