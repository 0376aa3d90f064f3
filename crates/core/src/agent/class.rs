//! What an agent's error means: the class of failure behind a code or a text.
//!
//! Pure and total. A class is a guess from words; it says what to try next, never what happened to the work.

use serde::{Deserialize, Serialize};

/// What kind of failure stopped an agent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ErrorClass {
    /// The model or the agent wants a login or a key.
    Auth,
    /// Too many requests, or a used-up quota.
    RateLimit,
    /// The model's server fails, is overloaded or out of reach, or answers nonsense.
    ModelUnavailable,
    /// What the agent has to tell its model is more than the model takes.
    ContextFull,
    /// The model answered nothing.
    EmptyAnswer,
    /// The model's answer reached its limit of tokens.
    MaxTokens,
    /// The agent reached its limit of requests in one turn.
    MaxTurnRequests,
    /// The model refused to go on.
    Refusal,
    /// The agent broke its turn off.
    BrokenOff,
    /// The session was ended before its work was done.
    Stopped,
    /// The wall clock of the turn ran out.
    Timeout,
    /// The agent said nothing for too long.
    Silence,
    /// The agent's process ended by itself.
    Crash,
    /// The agent broke the protocol.
    Protocol,
    /// The agent said too much.
    Flood,
    /// The agent's files took too much of the disk.
    Disk,
    /// The agent, with all that it started, took too much of the memory.
    Memory,
    /// The agent, with all that it started, took too much of the processors' time.
    Cpu,
    /// The working copy is not there any more: after a restore, or because somebody removed it.
    Workspace,
    /// The agent could not be started.
    Spawn,
    /// A service of the repository's tests did not come up, or did not stay.
    Services,
    /// None of the above.
    Unknown,
}

impl ErrorClass {
    /// The class as one word, for logs and JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Auth => "auth",
            Self::RateLimit => "rate_limit",
            Self::ModelUnavailable => "model_unavailable",
            Self::ContextFull => "context_full",
            Self::EmptyAnswer => "empty_answer",
            Self::MaxTokens => "max_tokens",
            Self::MaxTurnRequests => "max_turn_requests",
            Self::Refusal => "refusal",
            Self::BrokenOff => "broken_off",
            Self::Stopped => "stopped",
            Self::Timeout => "timeout",
            Self::Silence => "silence",
            Self::Crash => "crash",
            Self::Protocol => "protocol",
            Self::Flood => "flood",
            Self::Disk => "disk",
            Self::Memory => "memory",
            Self::Cpu => "cpu",
            Self::Services => "services",
            Self::Workspace => "workspace",
            Self::Spawn => "spawn",
            Self::Unknown => "unknown",
        }
    }

    /// The class with this name, if there is one.
    pub fn named(name: &str) -> Option<Self> {
        serde_json::from_value(serde_json::Value::String(name.to_owned())).ok()
    }

    /// True when the model failed, and the same attempt may work later without anybody changing anything.
    pub fn is_transient(self) -> bool {
        matches!(
            self,
            Self::RateLimit | Self::ModelUnavailable | Self::EmptyAnswer
        )
    }
}

impl std::fmt::Display for ErrorClass {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

const AUTH: [&str; 13] = [
    "authentication required",
    "authentication failed",
    "authentication error",
    "authentication_error",
    "unauthorized",
    "invalid api key",
    "invalid_api_key",
    "invalid x-api-key",
    "incorrect api key",
    "api key not valid",
    "not logged in",
    "please log in",
    "permission_denied",
];
const RATE: [&str; 9] = [
    "rate limit",
    "rate_limit",
    "rate-limit",
    "ratelimit",
    "quota",
    "too many requests",
    "throttl",
    "usage limit",
    "resource_exhausted",
];
const SERVER: [&str; 29] = [
    "overloaded",
    "server error",
    "server_error",
    "service unavailable",
    "bad gateway",
    "gateway timeout",
    "model not found",
    "model_not_found",
    "connection refused",
    "connection reset",
    "connection closed",
    "connection error",
    "error sending request",
    "stream disconnected",
    "failed to connect",
    "network error",
    "high demand",
    "could not resolve",
    // What a runtime says when the other side hangs up, and agents pass on.
    "connection was closed",
    "connection terminated",
    "connection lost",
    "socket hang up",
    "fetch failed",
    "unable to connect",
    "econnre",
    "service failure",
    "internal server",
    // An answer that was no answer: half of a stream, or a page of a proxy.
    "is not valid json",
    // The agent says that it goes on after a refused request, and ends its turn.
    "retry finished, resuming",
];
const FULL: [&str; 9] = [
    "context_length_exceeded",
    "context length",
    "context window",
    "contextoverflow",
    "context overflow",
    "prompt is too long",
    "input is too long",
    "prompt too long",
    "maximum number of tokens",
];
const EMPTY: [&str; 4] = [
    "returned an empty response",
    "no response was returned",
    "empty response from",
    "returned no content",
];

/// Names the failure behind an agent's error: `code` is the JSON-RPC (or HTTP) code if there is one, `text` whatever the
/// agent wrote. Total; what nobody recognises is [`ErrorClass::Unknown`].
pub fn classify(code: Option<i64>, text: &str) -> ErrorClass {
    let text = text.chars().take(20_000).collect::<String>().to_lowercase();
    let says = |words: &[&str]| words.iter().any(|word| text.contains(word));
    let status = |range: std::ops::RangeInclusive<i64>| {
        code.is_some_and(|code| range.contains(&code))
            || http_codes(&text).any(|number| range.contains(&number))
    };
    if says(&FULL) {
        ErrorClass::ContextFull
    } else if code == Some(-32000) || status(401..=401) || says(&AUTH) {
        ErrorClass::Auth
    } else if status(429..=429) || says(&RATE) {
        ErrorClass::RateLimit
    } else if status(500..=504) || status(529..=529) || says(&SERVER) {
        ErrorClass::ModelUnavailable
    } else if says(&EMPTY) {
        ErrorClass::EmptyAnswer
    } else if says(&["timed out", "timeout"]) {
        ErrorClass::Timeout
    } else if says(&[
        "segmentation fault",
        "segfault",
        "panicked at",
        "core dumped",
    ]) {
        ErrorClass::Crash
    } else {
        ErrorClass::Unknown
    }
}

/// The class of failure an agent's last message tells of, if it reads like an error report and not like an answer.
pub fn error_in(message: &str) -> Option<ErrorClass> {
    let lower = message.trim().to_lowercase();
    let reads_like_one = [
        "error",
        "failed",
        "failure",
        "required",
        "exceeded",
        "too many requests",
        "disconnected",
        "unavailable",
        "empty response",
        "no response",
        "retry finished",
    ];
    if lower.len() > 4_000 || !reads_like_one.iter().any(|word| lower.contains(word)) {
        return None;
    }
    match classify(None, &lower) {
        ErrorClass::Unknown => None,
        class => Some(class),
    }
}

/// How a line begins with which an agent reports that its model failed.
const REPORTS: [&str; 24] = [
    "error",
    "api error",
    "fatal",
    "failed to",
    "request failed",
    "request rejected",
    "internal error",
    "internal server error",
    "stream error",
    "stream disconnected",
    "exceeded retry limit",
    "unexpected status",
    "unexpected error",
    "execution error",
    "ran into this error",
    "rate limit",
    "you exceeded",
    "you've hit",
    "authentication required",
    "api call failed",
    "prompt is too long",
    "context_length_exceeded",
    "the model returned an empty response",
    "no response was returned",
];

/// Whether the last words are an error's report from their first or in their last lines, and not an answer that speaks of
/// errors.
pub(super) fn is_report(message: &str) -> bool {
    let lower = message.trim().to_lowercase();
    let plain = |line: &str| {
        line.trim_start_matches(|c: char| !c.is_alphanumeric() && c != '-')
            .to_owned()
    };
    let lines: Vec<String> = lower
        .lines()
        .map(plain)
        .filter(|line| !line.is_empty())
        .collect();
    let begins = |line: &String| REPORTS.iter().any(|report| line.starts_with(report));
    let last = lines.len().saturating_sub(3);
    lower.ends_with("retry finished, resuming.")
        || lines.first().is_some_and(begins)
        || lines[last..].iter().any(begins)
}

/// The three-digit numbers of a text that stand alone.
fn http_codes(text: &str) -> impl Iterator<Item = i64> + '_ {
    text.split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| word.len() == 3)
        .filter_map(|word| word.parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn error_texts_have_classes() {
        let cases = [
            (Some(-32000), "Authentication required", ErrorClass::Auth),
            (Some(401), "whatever", ErrorClass::Auth),
            (None, "Error: HTTP 401 from the provider", ErrorClass::Auth),
            (
                None,
                "Rate limit exceeded: please wait",
                ErrorClass::RateLimit,
            ),
            (
                None,
                "API error 429 Too Many Requests",
                ErrorClass::RateLimit,
            ),
            (
                None,
                "You exceeded your current quota",
                ErrorClass::RateLimit,
            ),
            (None, "Server error: 500", ErrorClass::ModelUnavailable),
            (None, "status=503", ErrorClass::ModelUnavailable),
            (None, "Overloaded (529)", ErrorClass::ModelUnavailable),
            (
                None,
                "stream disconnected before completion",
                ErrorClass::ModelUnavailable,
            ),
            (None, "request timed out", ErrorClass::Timeout),
            (
                None,
                "thread 'main' panicked at src/main.rs",
                ErrorClass::Crash,
            ),
            (
                None,
                "The socket connection was closed unexpectedly.",
                ErrorClass::ModelUnavailable,
            ),
            (
                None,
                "Unable to connect. Is the computer able to access the url?",
                ErrorClass::ModelUnavailable,
            ),
            (
                Some(-32603),
                "OpenCode service failure",
                ErrorClass::ModelUnavailable,
            ),
            (
                None,
                "API Error: Unexpected token '<', \"<html>\" is not valid JSON",
                ErrorClass::ModelUnavailable,
            ),
            (
                None,
                "Error: 400 This model's maximum context length is 128000 tokens.",
                ErrorClass::ContextFull,
            ),
            (None, "context_length_exceeded", ErrorClass::ContextFull),
            (
                Some(-32603),
                "ContextOverflowError",
                ErrorClass::ContextFull,
            ),
            (Some(-32603), "Prompt is too long", ErrorClass::ContextFull),
            (
                None,
                "Error: No response was returned. Send your message again to retry.",
                ErrorClass::EmptyAnswer,
            ),
            (Some(-32603), "Internal error", ErrorClass::Unknown),
            (None, "", ErrorClass::Unknown),
            (None, "took 1429 ms and 15001 bytes", ErrorClass::Unknown),
        ];
        for (code, text, class) in cases {
            assert_eq!(classify(code, text), class, "{code:?} {text:?}");
        }
    }

    #[test]
    fn an_answer_is_not_an_error() {
        assert_eq!(
            error_in("I answered HTTP 429 in the handler, as the issue wants."),
            None
        );
        assert_eq!(error_in("Done: wrote hello.txt"), None);
        assert_eq!(error_in(""), None);
        assert_eq!(
            error_in("Request failed: 429 Too Many Requests"),
            Some(ErrorClass::RateLimit)
        );
        let said = "The model returned an empty response. Please resend your message to continue.";
        assert_eq!(error_in(said), Some(ErrorClass::EmptyAnswer));
        let said = "Retrying (attempt 1/3, waiting 2s)… Retry finished, resuming.";
        assert_eq!(error_in(said), Some(ErrorClass::ModelUnavailable));
    }

    #[test]
    fn a_report_is_told_from_an_answer_that_speaks_of_errors() {
        let reports = [
            "Error: 429 Too Many Requests",
            "❌ **API Error**: 500",
            "I will write the file.\nexceeded retry limit, last status: 429 Too Many Requests\n\n",
            "Ran into this error: Rate limit exceeded: x.\n\nPlease retry if you think this is a transient or recoverable error.",
            "Retrying (attempt 1/3, waiting 2s)… Retry finished, resuming.",
        ];
        let answers = [
            "I handle the 429 error now.",
            "Done.\n\n- Error: 500 is shown as a page\n- Rate limit: kept",
            "The parser failed to read `x`; fixed.",
            "",
        ];
        for report in reports {
            assert!(is_report(report), "{report}");
        }
        for answer in answers {
            assert!(!is_report(answer), "{answer}");
        }
    }
}
