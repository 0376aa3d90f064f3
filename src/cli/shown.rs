//! How the terminal shows the answers of the admin address. The shapes themselves are `http::types`.

use serde_json::Value;

use super::output::{moment, span};
use crate::core::text::budget::Known;
use crate::core::text::{self, count};
use crate::http::types::{SessionLine, UsageLine};

/// How long a session has taken, or took.
pub(super) fn took(session: &SessionLine, now: i64) -> String {
    session.started_at.map_or_else(String::new, |started| {
        span(session.ended_at.unwrap_or(now) - started)
    })
}

/// What a session has cost.
pub(super) fn spent(usage: &UsageLine) -> String {
    let (tokens, cost) = (&usage.tokens, &usage.cost_micro_usd);
    let tokens = Known {
        amount: tokens.amount,
        exactness: tokens.exactness,
    };
    let cost = Known {
        amount: cost.amount,
        exactness: cost.exactness,
    };
    text::budget::spent(tokens, cost, usage.worked_ms)
}

/// When a session was queued.
pub(super) fn since(session: &SessionLine) -> String {
    moment(session.created_at)
}

/// The details of an event or a log line, on one line: texts without quotes, commits by their first digits, lists of things by
/// their number. `--json` has everything.
pub(super) fn brief(details: &Value) -> String {
    let Value::Object(fields) = details else {
        return word(details);
    };
    let there = fields
        .iter()
        .filter(|(_, value)| !value.is_null() && *value != "");
    there
        .map(|(name, value)| format!("{name}={}", word(value)))
        .collect::<Vec<_>>()
        .join(" ")
}

fn word(value: &Value) -> String {
    let is_plain = |value: &Value| !value.is_object() && !value.is_array();
    match value {
        Value::Null => String::new(),
        Value::String(text) if is_commit(text) => text.chars().take(10).collect(),
        Value::String(text) => text.clone(),
        Value::Array(items) if items.iter().all(is_plain) => {
            items.iter().map(word).collect::<Vec<_>>().join(",")
        }
        Value::Array(items) => count(items.len() as u64, "item"),
        Value::Object(_) => format!("({})", brief(value)),
        other => other.to_string(),
    }
}

/// A whole object name of git.
fn is_commit(text: &str) -> bool {
    matches!(text.len(), 40 | 64) && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn details_are_short_and_readable() {
        let details = json!({
            "base": "9353e1e194a1b2c3d4e5f60718293a4b5c6d7e8f", "files": 2, "none": null, "doing": "", "labels": ["a", "b"],
            "plan": [{ "content": "x" }, { "content": "y" }], "usage": { "used": 3 },
        });
        assert_eq!(
            brief(&details),
            "base=9353e1e194 files=2 labels=a,b plan=2 items usage=(used=3)"
        );
        assert_eq!(
            (brief(&json!(null)), brief(&json!("text"))),
            (String::new(), "text".to_owned())
        );
    }
}
