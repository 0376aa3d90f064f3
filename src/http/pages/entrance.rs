//! Who may see a page, and whose orders are taken.
//!
//! The address is where a page in the operator's browser reaches it as well. So a foreign name in `Host` is refused, unless it is the
//! one that the operator named; a form counts only from a page of this very host; and what changes something needs somebody who has
//! signed in. Where looking is not open, it needs that too. Of whoever signed in with GitHub it is found out here what they may see.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::uri::Authority;
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use url::Url;

use super::cookie;
use super::sign_ins::{Key, SignIns, Who};
use crate::core::actor::Account;
use crate::core::text::requests::access;
use crate::core::time::Clock;
use crate::http::answer;
use crate::http::guard::{Guard, is_for_us};
use crate::http::people::{NotKnown, People};
use crate::http::sight::Sight;

/// What the pages ask of their readers.
#[derive(Clone)]
pub(super) struct Entrance {
    pub(super) guard: Guard,
    pub(super) sign_ins: Arc<SignIns>,
    /// Where people reach the pages from elsewhere.
    pub(super) address: Option<Url>,
    /// Who knows what people of GitHub may see, where they can sign in.
    pub(super) people: Option<Arc<dyn People>>,
    pub(super) clock: Clock,
}

/// Who asks.
#[derive(Debug, Clone)]
pub(super) enum Visitor {
    /// They may look.
    Looks,
    /// They signed in.
    SignedIn(SignedIn),
    /// A program with the token.
    Token,
}

/// Somebody who signed in.
#[derive(Debug, Clone)]
pub(super) struct SignedIn {
    pub(super) key: Key,
    /// Who, of those who signed in with GitHub; nothing: somebody with the admin token.
    pub(super) person: Option<Account>,
    pub(super) sight: Sight,
}

impl Visitor {
    /// What they may see.
    pub(super) fn sight(&self) -> Sight {
        match self {
            Self::SignedIn(one) => one.sight.clone(),
            Self::Looks | Self::Token => Sight::All,
        }
    }
}

/// Where nobody has to be signed in, nor is it asked what they may see.
const OPEN: [&str; 5] = [
    "/sign-in",
    "/sign-in/callback",
    "/sign-in/github",
    "/sign-out",
    "/theme",
];

/// The host by which somebody came, which is one of ours.
#[derive(Debug, Clone)]
pub(super) struct Base {
    /// Over TLS, as far as the operator's address tells.
    pub(super) secure: bool,
    /// `https://skep.example`, without a slash at its end.
    pub(super) url: String,
}

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

impl Entrance {
    fn base(&self, headers: &HeaderMap, named: bool) -> Base {
        match self.address.as_ref().filter(|_| named) {
            Some(address) => Base {
                secure: address.scheme() == "https",
                url: address.as_str().trim_end_matches('/').to_owned(),
            },
            None => {
                let host = host(headers).map(|host| host.as_str().to_ascii_lowercase());
                Base {
                    secure: false,
                    url: format!("http://{}", host.unwrap_or_default()),
                }
            }
        }
    }

    /// Who it is that has a key, and what they may see now; at an open address nobody is asked for the latter.
    async fn signed_in(
        &self,
        key: Option<&str>,
        open: bool,
    ) -> Result<Option<SignedIn>, Box<Response>> {
        let Some((key, who)) = key.and_then(|key| self.sign_ins.find(key)) else {
            return Ok(None);
        };
        let signed_in = |person, sight| Some(SignedIn { key, person, sight });
        let member = match &who {
            Who::Operator => return Ok(signed_in(None, Sight::All)),
            Who::Person(member) => member,
        };
        let person = Some(member.account.clone());
        let Some(people) = self.people.as_deref().filter(|_| !open) else {
            return Ok(signed_in(person, Sight::nothing()));
        };
        match member.sight(people, (self.clock)()).await {
            Ok(sight) => Ok(signed_in(person, sight)),
            Err(NotKnown::Withdrawn) => {
                self.sign_ins.end(&key);
                Ok(None)
            }
            Err(NotKnown::Later) => Err(Box::new(answer::error(
                StatusCode::SERVICE_UNAVAILABLE,
                "sight_unknown",
                access::SIGHT_UNKNOWN,
                Some(access::SIGHT_UNKNOWN_NEXT),
            ))),
        }
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
    let path = request.uri().path();
    let open = path.starts_with("/assets/") || OPEN.contains(&path);
    let key = cookie::value(headers, cookie::SIGNED_IN);
    let signed_in = match entrance.signed_in(key, open).await {
        Ok(signed_in) => signed_in,
        Err(refused) => return *refused,
    };
    let visitor = match signed_in {
        Some(one) => Visitor::SignedIn(one),
        None if open || (reads && local && entrance.guard.reads_are_open()) => Visitor::Looks,
        None => return to_sign_in(&request),
    };
    let base = entrance.base(headers, named);
    request.extensions_mut().insert(visitor);
    request.extensions_mut().insert(base);
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
