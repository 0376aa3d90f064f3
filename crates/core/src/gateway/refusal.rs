//! What a provider's refusal means: which kind of failure, and when it may be asked again. Read from the status, from headers and
//! from the first bytes of the body, of which nothing but the provider's own code is kept.
//!
//! <https://docs.claude.com/en/api/rate-limits#response-headers>, <https://platform.openai.com/docs/guides/rate-limits>,
//! <https://ai.google.dev/gemini-api/docs/rate-limits> (`RetryInfo.retryDelay`), RFC 9110 10.2.3 (`Retry-After`).

use chrono::DateTime;
use serde_json::Value;

use crate::agent::{ErrorClass, wait_named};

/// Longest code of a provider's that is kept, in characters.
const WORD: usize = 40;
/// What is beyond a year is no time anybody names, milliseconds.
const YEAR_MS: i64 = 366 * 86_400_000;

/// The head of an answer, and its beginning.
#[derive(Debug, Clone, Copy)]
pub struct Answered<'a> {
    /// The status.
    pub status: u16,
    /// Its headers, names in lower case.
    pub headers: &'a [(&'a str, &'a str)],
    /// The first bytes of its body.
    pub body: &'a [u8],
}

/// A model that was asked and gave no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelRefusal {
    /// What kind of failure.
    pub class: ErrorClass,
    /// The status; 0 where there was no answer at all.
    pub status: u16,
    /// The provider's code for it, such as `rate_limit_error`; empty where it gave none.
    pub code: String,
    /// When it may be asked again, epoch milliseconds, where it said so.
    pub again_at: Option<i64>,
}

impl ModelRefusal {
    /// The server could not be reached, or hung up.
    pub fn unreachable() -> Self {
        Self {
            class: ErrorClass::ModelUnavailable,
            status: 0,
            code: String::new(),
            again_at: None,
        }
    }

    /// In the middle of an answer; by the provider's code.
    pub fn midway(code: &str) -> Self {
        let class = match crate::agent::classify(None, code) {
            ErrorClass::RateLimit => ErrorClass::RateLimit,
            _ => ErrorClass::ModelUnavailable,
        };
        Self {
            class,
            status: 200,
            code: word(code),
            again_at: None,
        }
    }
}

/// What a refusal means; none where the request was at fault, or nothing was refused.
pub fn refusal(answered: &Answered<'_>, now: i64) -> Option<ModelRefusal> {
    let class = match answered.status {
        401 | 403 => ErrorClass::Auth,
        402 | 429 => ErrorClass::RateLimit,
        408 | 500..=599 => ErrorClass::ModelUnavailable,
        _ => return None,
    };
    let body = String::from_utf8_lossy(answered.body);
    let wait = after(answered, now)
        .or_else(|| wait_named(&body, now))
        .or_else(|| exhausted(answered, now));
    let wait = wait.filter(|wait| (0..=YEAR_MS).contains(wait));
    Some(ModelRefusal {
        class,
        status: answered.status,
        code: code_in(answered.body),
        again_at: wait
            .filter(|_| class != ErrorClass::Auth)
            .map(|wait| now.saturating_add(wait)),
    })
}

impl Answered<'_> {
    fn header(&self, name: &str) -> Option<&str> {
        let mut all = self.headers.iter();
        all.find(|(known, _)| *known == name)
            .map(|(_, value)| value.trim())
    }
}

/// `Retry-After`: seconds or a date; and OpenAI's in milliseconds, which is more exact.
fn after(answered: &Answered<'_>, now: i64) -> Option<i64> {
    let ms = answered.header("retry-after-ms").and_then(number);
    ms.or_else(|| {
        let text = answered.header("retry-after")?;
        let date = || Some(DateTime::parse_from_rfc2822(text).ok()?.timestamp_millis() - now);
        number(text)
            .map(|seconds| seconds.saturating_mul(1_000))
            .or_else(date)
    })
}

/// Rounded up: who asks too early is refused again.
fn number(text: &str) -> Option<i64> {
    let number = text.parse::<f64>().ok()?;
    let sane = number.is_finite() && (0.0..=YEAR_MS as f64).contains(&number);
    sane.then(|| number.ceil() as i64)
}

/// Limits of which nothing is left say when they are whole again: a moment (Anthropic), a span (OpenAI), or a number (OpenRouter in
/// milliseconds, others in seconds). Of several the last one counts.
fn exhausted(answered: &Answered<'_>, now: i64) -> Option<i64> {
    let resets = answered.headers.iter().filter_map(|(name, value)| {
        let kind = ["anthropic-ratelimit-", "x-ratelimit-", "ratelimit-"]
            .iter()
            .find_map(|before| name.strip_prefix(before).map(|rest| (*before, rest)));
        let (before, rest) = kind?;
        let of = rest
            .strip_prefix("reset")
            .or_else(|| rest.strip_suffix("-reset"))?;
        let left = match rest.starts_with("reset") {
            true => format!("{before}remaining{of}"),
            false => format!("{before}{of}-remaining"),
        };
        let spent = answered
            .header(&left)
            .is_none_or(|left| number(left) == Some(0));
        spent.then(|| moment(value.trim(), now)).flatten()
    });
    resets.max()
}

fn moment(value: &str, now: i64) -> Option<i64> {
    if let Ok(at) = DateTime::parse_from_rfc3339(value) {
        return Some((at.timestamp_millis() - now).max(0));
    }
    match number(value) {
        Some(ms @ 1_000_000_000_000..) => Some((ms - now).max(0)),
        Some(seconds @ 1_000_000_000..) => Some((seconds * 1_000 - now).max(0)),
        Some(seconds) => Some(seconds * 1_000),
        None => wait_named(&format!("retry after {value}"), now),
    }
}

/// `{"error": {"code" | "type" | "status": …}}`, also as the first of a list.
fn code_in(body: &[u8]) -> String {
    let value: Value = serde_json::from_slice(body).unwrap_or_default();
    let error = value.get("error").or_else(|| value.get(0)?.get("error"));
    let named = ["code", "type", "status"]
        .iter()
        .find_map(|name| error?.get(*name)?.as_str());
    named.map(word).unwrap_or_default()
}

/// A code as providers write them: letters, digits and `_`, and nothing that could be a key.
pub(super) fn word(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    match text.len() <= WORD && text.chars().all(plain) {
        true => text.to_owned(),
        false => String::new(),
    }
}

#[cfg(test)]
mod tests;
