//! What a trace tells of a call: what it does in words of ours, the method, the status, and GitHub's own id of the request. Never the
//! address or a body.

use std::sync::atomic::{AtomicU64, Ordering};

use super::answer::Answer;
use super::error::GitHubError;
use super::request::ApiRequest;
use crate::trace::{self, Context, Kind, Span, SpanId};

/// The longest id of a request that is passed on.
const REQUEST_ID: usize = 100;

/// A call that has begun; nothing where no trace tells of it.
pub(super) struct Traced(Option<Begun>);

struct Begun {
    within: Context,
    began: i64,
    verb: &'static str,
    method: String,
}

impl Traced {
    pub(super) fn begin(ask: &ApiRequest, now: i64) -> Self {
        let within = trace::current().filter(|_| trace::is_on());
        Self(within.map(|within| Begun {
            within,
            began: now,
            verb: ask.verb(),
            method: ask.method.to_string(),
        }))
    }

    /// It was answered, or not.
    pub(super) fn ended(self, answer: Result<&Answer, &GitHubError>, now: i64) {
        static NUMBER: AtomicU64 = AtomicU64::new(0);
        let Self(Some(begun)) = self else { return };
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let mut attributes = vec![
            ("http.request.method", begun.method.into()),
            ("skep.call", begun.verb.into()),
        ];
        let answer = answer.ok();
        if let Some(answer) = answer {
            let status = i64::from(answer.status.as_u16());
            attributes.push(("http.response.status_code", status.into()));
        }
        if let Some(id) = answer.and_then(request_id) {
            attributes.push(("github.request_id", id.into()));
        }
        let refused =
            |answer: &Answer| answer.status.is_client_error() || answer.status.is_server_error();
        trace::record(Span {
            trace: begun.within.trace,
            id: SpanId::of_call(begun.within.span, begun.began, number),
            parent: Some(begun.within.span),
            name: format!("GitHub: {}", begun.verb),
            kind: Kind::Client,
            began: begun.began,
            ended: now,
            attributes,
            failed: answer.is_none_or(refused),
        });
    }
}

/// GitHub's id of a request, if it looks like one.
fn request_id(answer: &Answer) -> Option<&str> {
    let is_id = |id: &&str| {
        id.len() <= REQUEST_ID
            && id
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || ":-".contains(c))
    };
    answer.header("x-github-request-id").filter(is_id)
}
