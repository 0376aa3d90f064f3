//! One request to GitHub as a value, before it has a credential.
//!
//! It exists so that a call can be named in words, sent twice (after a 401), and paced by what it does. Its words never
//! include the query.

use std::fmt;

use hyper::Method;
use serde::Serialize;

use crate::core::effect::Worth;

/// What sending it costs and what repeating it does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Effect {
    /// Changes nothing that matters: reads, and minting a token.
    None,
    /// Changes something that exists.
    Change,
    /// Makes something new, worth so much; counts against the content limits.
    Creation(Worth),
}

#[derive(Debug, Clone)]
pub(super) struct ApiRequest {
    pub(super) method: Method,
    /// Path and query below the API root, or the absolute address of a next page.
    pub(super) path: String,
    pub(super) body: Option<String>,
    pub(super) effect: Effect,
    /// The media type wanted.
    pub(super) accept: &'static str,
    /// Whether a 302 is the answer itself: where to fetch it, without our credential.
    pub(super) wants_location: bool,
    /// What kind of credential goes with it (RFC 9110, 11.4).
    pub(super) scheme: &'static str,
    verb: &'static str,
}

impl ApiRequest {
    pub(super) fn new(method: Method, verb: &'static str, path: impl Into<String>) -> Self {
        let effect = if method == Method::GET {
            Effect::None
        } else {
            Effect::Change
        };
        Self {
            method,
            path: path.into(),
            body: None,
            effect,
            accept: "application/vnd.github+json",
            wants_location: false,
            scheme: "Bearer",
            verb,
        }
    }

    /// A read.
    pub(super) fn get(verb: &'static str, path: impl Into<String>) -> Self {
        Self::new(Method::GET, verb, path)
    }

    /// A creation that somebody waits for.
    pub(super) fn post(verb: &'static str, path: impl Into<String>, body: &impl Serialize) -> Self {
        Self {
            effect: Effect::Creation(Worth::High),
            ..Self::new(Method::POST, verb, path).with(body)
        }
    }

    /// A change of what exists.
    pub(super) fn patch(
        verb: &'static str,
        path: impl Into<String>,
        body: &impl Serialize,
    ) -> Self {
        Self::new(Method::PATCH, verb, path).with(body)
    }

    /// A change that is the same however often it is made.
    pub(super) fn put(verb: &'static str, path: impl Into<String>) -> Self {
        Self::new(Method::PUT, verb, path)
    }

    /// A removal.
    pub(super) fn delete(verb: &'static str, path: impl Into<String>) -> Self {
        Self::new(Method::DELETE, verb, path)
    }

    /// The same request with another effect than its method suggests.
    pub(super) fn with_effect(self, effect: Effect) -> Self {
        Self { effect, ..self }
    }

    /// The same request, answered by a 302 that is not followed.
    pub(super) fn for_location(self) -> Self {
        Self {
            wants_location: true,
            ..self
        }
    }

    /// The same request for another address.
    pub(super) fn at(&self, path: &str) -> Self {
        Self {
            path: path.to_owned(),
            ..self.clone()
        }
    }

    /// What it does, in words of ours.
    pub(super) fn verb(&self) -> &'static str {
        self.verb
    }

    /// What the content is worth that it makes, if it makes any.
    pub(super) fn creates(&self) -> Option<Worth> {
        match self.effect {
            Effect::Creation(worth) => Some(worth),
            Effect::None | Effect::Change => None,
        }
    }

    /// Whether an unknown outcome matters.
    pub(super) fn changes(&self) -> bool {
        self.effect != Effect::None
    }

    /// What is wanted in words for people: `post a comment in octocat/hello`.
    pub(super) fn describe(&self) -> String {
        self.repository().map_or_else(
            || self.verb.to_owned(),
            |repository| format!("{} in {repository}", self.verb),
        )
    }

    /// `owner/name`, when the path is below a repository.
    pub(super) fn repository(&self) -> Option<String> {
        let mut parts = self.path.strip_prefix("/repos/")?.split(['/', '?']);
        Some(format!("{}/{}", parts.next()?, parts.next()?))
    }

    /// The same request with a body.
    pub(super) fn with(self, body: &impl Serialize) -> Self {
        let body = serde_json::to_string(body)
            .expect("our own bodies have string keys and no failing serialisers");
        Self {
            body: Some(body),
            ..self
        }
    }
}

impl fmt::Display for ApiRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.path.split(['?', '#']).next().unwrap_or_default();
        write!(f, "{} ({} {path})", self.verb, self.method)
    }
}

/// One path segment or query value, percent-encoded: nothing but RFC 3986's unreserved characters stays.
pub(super) fn escape(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
                (byte as char).to_string()
            }
            other => format!("%{other:02X}"),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_never_show_the_query() {
        let ask = ApiRequest::get("read", "/x/y?access_token=canary");
        assert_eq!(ask.to_string(), "read (GET /x/y)");
    }

    #[test]
    fn segments_cannot_leave_their_place() {
        assert_eq!(
            escape("../a b?c#d[bot]é"),
            "..%2Fa%20b%3Fc%23d%5Bbot%5D%C3%A9"
        );
    }
}
