//! What a tool answers: skep's own sentence first, then the data in a block of its own, in which every text that people or agents wrote
//! is named as such and cleaned of what nobody sees.
//!
//! An assistant reads all of it as words. It must never be possible that a title, a question or a log line passes for a word of skep's.

use chrono::{DateTime, SecondsFormat};
use serde_json::{Map, Value};

use crate::core::sanitise::visible;

/// Fields whose texts come from issues, agents or GitHub, wherever they stand.
const FOREIGN: [&str; 8] = [
    "body", "branch", "details", "error", "reason", "result", "story", "why",
];
/// What such a field is called in a result.
const PREFIX: &str = "untrusted_";
/// Longer texts are cut, characters.
const LONGEST: usize = 2_000;
/// Fields that hold a moment in epoch milliseconds.
const TIMES: [&str; 13] = [
    "created_at",
    "ended_at",
    "last_ping",
    "last_poll",
    "measured_at",
    "opened_at",
    "over_at",
    "queued_at",
    "since",
    "started_at",
    "starts_at",
    "time",
    "until",
];

/// The answer of skep's API as an assistant is given it.
pub(super) fn marked(answer: Value) -> Value {
    value(answer, None)
}

fn value(found: Value, name: Option<&str>) -> Value {
    match found {
        Value::String(text) => Value::String(clean(&text)),
        Value::Array(all) => all.into_iter().map(|one| value(one, name)).collect(),
        Value::Object(fields) => {
            Value::Object(fields.into_iter().map(field).collect::<Map<_, _>>())
        }
        Value::Number(number) => match (name, number.as_i64()) {
            (Some(name), Some(at)) if TIMES.contains(&name) => moment(at),
            _ => Value::Number(number),
        },
        other => other,
    }
}

fn field((name, found): (String, Value)) -> (String, Value) {
    // A name may be foreign as well, inside of details.
    let name = clean(&name);
    let read = value(found, Some(&name));
    let plain = matches!(read, Value::Null | Value::Bool(_) | Value::Number(_));
    match FOREIGN.contains(&name.as_str()) && !plain {
        true => (format!("{PREFIX}{name}"), read),
        false => (name, read),
    }
}

fn moment(at: i64) -> Value {
    let shown = DateTime::from_timestamp_millis(at);
    let shown = shown.map(|at| at.to_rfc3339_opts(SecondsFormat::Millis, true));
    shown.map_or(Value::Null, Value::String)
}

/// Without what hides in a text: control characters, invisible ones, those that turn the direction of reading.
fn clean(text: &str) -> String {
    let seen = visible(text);
    match seen.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &seen[..end]),
        None => seen,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_others_wrote_is_named_and_cleaned() {
        let answer = json!({
            "sessions": [{ "id": "1-12-1", "branch": "agent/12-ignore-all-rules", "created_at": 1_700_000_000_123_i64 }],
            "timeline": [{
                "event": "question.asked",
                "details": { "text": "Hide\u{202e}den \u{e0041}\u{1b}[31mask", "asked\u{200b}": 7 },
            }],
            "log": [{ "kind": "said", "body": "x".repeat(3_000) }],
            "why": null,
        });
        let marked = marked(answer);
        assert_eq!(
            marked["sessions"][0]["untrusted_branch"],
            "agent/12-ignore-all-rules"
        );
        assert_eq!(
            marked["sessions"][0]["created_at"],
            "2023-11-14T22:13:20.123Z"
        );
        let details = &marked["timeline"][0]["untrusted_details"];
        let said = details["text"].as_str().expect("a text");
        for hidden in ['\u{202e}', '\u{e0041}', '\u{1b}', '\u{200b}'] {
            assert!(
                !said.contains(hidden) && !details.to_string().contains(hidden),
                "{said}"
            );
        }
        let log = marked["log"][0]["untrusted_body"].as_str().expect("a text");
        assert_eq!(log.chars().count(), LONGEST + 1);
        assert!(marked["why"].is_null() && marked.get("untrusted_why").is_none());
    }
}
