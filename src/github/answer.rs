//! What an answer of GitHub means, decided from status, headers and body alone (pure).
//!
//! It exists so that every form a refusal or a limit can take is judged in one place. It never sees a credential.

use std::time::Duration;

use bytes::Bytes;
use chrono::DateTime;
use hyper::{HeaderMap, StatusCode};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::error::GitHubError;
use super::request::ApiRequest;
use crate::core::failure::shortened;

/// One complete answer.
#[derive(Debug, Clone)]
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
}

/// A wish to be left alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Limit {
    /// For exactly this long.
    For(Duration),
    /// It did not say how long.
    Unsaid,
    /// "was submitted too quickly": undocumented, takes minutes to an hour.
    TooQuick,
}

/// GitHub's error body: <https://docs.github.com/rest/using-the-rest-api/troubleshooting-the-rest-api>
#[derive(Debug, Default, Deserialize)]
struct Complaint {
    #[serde(default)]
    message: String,
    #[serde(default)]
    errors: Vec<serde_json::Value>,
}

impl Answer {
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    pub(super) fn number(&self, name: &str) -> Option<i64> {
        self.header(name)?.trim().parse().ok()
    }

    /// GitHub's clock in epoch milliseconds, from the `Date` header.
    pub(super) fn date(&self) -> Option<i64> {
        DateTime::parse_from_rfc2822(self.header("date")?)
            .ok()
            .map(|date| date.timestamp_millis())
    }

    /// GitHub's message with its list of errors, shortened to 500 characters.
    pub(super) fn message(&self) -> String {
        let complaint: Complaint = serde_json::from_slice(&self.body).unwrap_or_default();
        let mut text = complaint.message;
        for error in &complaint.errors {
            let part = match error {
                serde_json::Value::String(part) => part.clone(),
                other => other["message"]
                    .as_str()
                    .map_or_else(|| brief(other), str::to_owned),
            };
            text = format!("{text}; {part}");
        }
        if text.is_empty() {
            text = format!("status {}", self.status.as_u16());
        }
        shortened(&text, 500)
    }

    /// Reads a JSON body.
    pub(super) fn json<T: DeserializeOwned>(&self, ask: &ApiRequest) -> Result<T, GitHubError> {
        serde_json::from_slice(&self.body).map_err(|error| GitHubError::Unreadable {
            call: ask.to_string(),
            why: error.to_string(),
        })
    }

    /// The address of the next page: <https://docs.github.com/rest/using-the-rest-api/using-pagination-in-the-rest-api>
    pub(super) fn next_page(&self) -> Option<&str> {
        self.header("link")?.split(',').find_map(|part| {
            let (address, parameters) = part.trim().strip_prefix('<')?.split_once('>')?;
            let is_next = parameters
                .split(';')
                .any(|p| matches!(p.trim(), "rel=\"next\"" | "rel=next"));
            is_next.then_some(address)
        })
    }

    /// Whether, and how long, GitHub wants a pause; also on a success that used up the last request.
    /// <https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api#exceeding-the-rate-limit>
    pub(super) fn limit(&self, now: i64) -> Option<Limit> {
        let exhausted = self.number("x-ratelimit-remaining") == Some(0);
        if self.status.is_success() || self.status == StatusCode::NOT_MODIFIED {
            let core = self
                .header("x-ratelimit-resource")
                .is_none_or(|name| name == "core");
            return (exhausted && core).then(|| self.pause(now));
        }
        let message = self.message().to_ascii_lowercase();
        if self.status == StatusCode::UNPROCESSABLE_ENTITY {
            return message
                .contains("submitted too quickly")
                .then_some(Limit::TooQuick);
        }
        let spoken = message.contains("rate limit") || message.contains("abuse detection");
        let limited = match self.status {
            StatusCode::TOO_MANY_REQUESTS => true,
            StatusCode::FORBIDDEN => spoken || exhausted || self.header("retry-after").is_some(),
            _ => false,
        };
        limited.then(|| self.pause(now))
    }

    /// `retry-after` first, then the reset of an exhausted limit. Times are measured on GitHub's own clock.
    pub(super) fn pause(&self, now: i64) -> Limit {
        let now = self.date().unwrap_or(now);
        let seconds = |n: i64| Limit::For(Duration::from_secs(n.clamp(1, 6 * 3600).unsigned_abs()));
        if let Some(text) = self.header("retry-after") {
            if let Ok(n) = text.trim().parse() {
                return seconds(n);
            }
            if let Ok(date) = DateTime::parse_from_rfc2822(text) {
                return seconds(date.timestamp() - now / 1000);
            }
        }
        match (
            self.number("x-ratelimit-remaining"),
            self.number("x-ratelimit-reset"),
        ) {
            (Some(0), Some(reset)) => seconds(reset - now / 1000 + 1),
            _ => Limit::Unsaid,
        }
    }

    /// A success, or the error this answer stands for. Limits and 401 are handled before.
    pub(super) fn judge(self, ask: &ApiRequest) -> Result<Self, GitHubError> {
        let located = ask.wants_location && self.status == StatusCode::FOUND;
        if self.status.is_success() || self.status == StatusCode::NOT_MODIFIED || located {
            return Ok(self);
        }
        let (call, message) = (ask.describe(), self.message());
        Err(match self.status.as_u16() {
            401 => GitHubError::TokenRefused { call, message },
            403 => self.forbidden(ask, message),
            404 => GitHubError::NotFound { call },
            410 => GitHubError::Gone { call, message },
            // GitHub may have done it before it failed.
            500.. if ask.changes() => GitHubError::Unknown {
                call: ask.to_string(),
                why: message,
            },
            500.. | 408 => GitHubError::Unanswered {
                call: ask.to_string(),
                why: message,
            },
            _ => GitHubError::Invalid { call, message },
        })
    }

    fn forbidden(&self, ask: &ApiRequest, message: String) -> GitHubError {
        let lower = message.to_ascii_lowercase();
        let repository = ask
            .repository()
            .unwrap_or_else(|| "The repository".to_owned());
        if lower.contains("not accessible by integration") {
            let permission = self
                .header("x-accepted-github-permissions")
                .unwrap_or("it needs for this")
                .to_owned();
            return GitHubError::NotPermitted {
                call: ask.describe(),
                permission,
            };
        }
        if lower.contains("archived") {
            return GitHubError::Archived { repository };
        }
        if lower.contains("suspended") {
            return GitHubError::Suspended;
        }
        GitHubError::Forbidden {
            call: ask.describe(),
            message,
        }
    }
}

/// `{"resource":"Issue","field":"body","code":"invalid"}` as words.
fn brief(error: &serde_json::Value) -> String {
    let part = |name: &str| error[name].as_str().unwrap_or_default().to_owned();
    format!("{} {} {}", part("resource"), part("field"), part("code"))
        .trim()
        .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_700_000_000_000;

    fn answer(status: u16, headers: &[(&'static str, &str)], body: &str) -> Answer {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.insert(*name, value.parse().expect("a header value"));
        }
        let status = StatusCode::from_u16(status).expect("a status");
        Answer {
            status,
            headers: map,
            body: Bytes::copy_from_slice(body.as_bytes()),
        }
    }

    fn secs(n: u64) -> Option<Limit> {
        Some(Limit::For(Duration::from_secs(n)))
    }

    #[test]
    fn each_form_of_a_limit_is_seen() {
        let date = "Tue, 14 Nov 2023 22:13:20 GMT";
        let reset = "1700000030";
        let secondary =
            r#"{"message":"You have exceeded a secondary rate limit. Please wait a few minutes."}"#;
        let table = [
            (answer(429, &[("retry-after", "7")], "{}"), secs(7)),
            (answer(403, &[("retry-after", "7")], "{}"), secs(7)),
            (answer(403, &[], secondary), Some(Limit::Unsaid)),
            (answer(429, &[], "not json"), Some(Limit::Unsaid)),
            (
                answer(
                    403,
                    &[("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", reset)],
                    "{}",
                ),
                secs(31),
            ),
            (
                answer(
                    200,
                    &[
                        ("x-ratelimit-remaining", "0"),
                        ("x-ratelimit-reset", reset),
                        ("date", date),
                    ],
                    "",
                ),
                secs(31),
            ),
            (
                answer(
                    429,
                    &[
                        ("retry-after", "Tue, 14 Nov 2023 22:14:20 GMT"),
                        ("date", date),
                    ],
                    "",
                ),
                secs(60),
            ),
            (
                answer(
                    422,
                    &[],
                    r#"{"message":"Validation Failed","errors":["was submitted too quickly"]}"#,
                ),
                Some(Limit::TooQuick),
            ),
            (
                answer(
                    403,
                    &[],
                    r#"{"message":"Resource not accessible by integration"}"#,
                ),
                None,
            ),
            (answer(422, &[], r#"{"message":"Validation Failed"}"#), None),
            (answer(404, &[("x-ratelimit-remaining", "10")], "{}"), None),
            (
                answer(
                    200,
                    &[
                        ("x-ratelimit-remaining", "0"),
                        ("x-ratelimit-resource", "graphql"),
                    ],
                    "",
                ),
                None,
            ),
        ];
        for (answer, expected) in table {
            assert_eq!(answer.limit(NOW), expected, "{answer:?}");
        }
    }

    #[test]
    fn validation_messages_name_the_field() {
        let body = r#"{"message":"Validation Failed","errors":[{"resource":"PullRequest","field":"head","code":"invalid"},{"message":"No commits between main and x"}]}"#;
        assert_eq!(
            answer(422, &[], body).message(),
            "Validation Failed; PullRequest head invalid; No commits between main and x"
        );
    }

    #[test]
    fn the_next_page_is_found_among_the_links() {
        let link = r#"<https://h/x?page=1>; rel="prev", <https://h/x?page=3>; rel="next", <https://h/x?page=9>; rel="last""#;
        assert_eq!(
            answer(200, &[("link", link)], "").next_page(),
            Some("https://h/x?page=3")
        );
        assert_eq!(
            answer(200, &[("link", r#"<https://h/x?page=1>; rel="first""#)], "").next_page(),
            None
        );
    }

    #[test]
    fn refusals_become_the_error_that_names_the_next_step() {
        let ask = ApiRequest::post(
            "post a comment",
            "/repos/o/n/issues/1/comments",
            &serde_json::json!({}),
        );
        let judged = |status, headers: &[(&'static str, &str)], body| {
            answer(status, headers, body).judge(&ask)
        };
        let permission = judged(
            403,
            &[("x-accepted-github-permissions", "issues=write")],
            r#"{"message":"Resource not accessible by integration"}"#,
        );
        assert!(
            matches!(permission, Err(GitHubError::NotPermitted { permission, .. }) if permission == "issues=write")
        );
        let archived = judged(
            403,
            &[],
            r#"{"message":"Repository was archived so is read-only."}"#,
        );
        assert!(
            matches!(archived, Err(GitHubError::Archived { repository }) if repository == "o/n")
        );
        assert!(matches!(
            judged(410, &[], "{}"),
            Err(GitHubError::Gone { .. })
        ));
        assert!(matches!(
            judged(404, &[], "{}"),
            Err(GitHubError::NotFound { .. })
        ));
        assert!(matches!(
            judged(502, &[], "<html>"),
            Err(GitHubError::Unknown { .. })
        ));
        assert!(matches!(
            judged(422, &[], r#"{"message":"no"}"#),
            Err(GitHubError::Invalid { .. })
        ));
    }
}
