//! What `skep demo --queue` prints while it runs: what is filed, then one line for what happens.
//!
//! It must never say what did not happen: a line is an event of skep, a line of a comment on GitHub, or something that the
//! demo's person did.

use serde_json::{Value, json};

use super::super::super::output::print;
use super::super::environment::{Environment, REPOSITORY, USER};
use super::super::output::{Output, bracket, describe};
use super::board::{Board, Stand};
use super::person::Deed;
use crate::core::event_name::DomainEvent;
use crate::core::schedule::Reason;
use crate::core::text::demo_queue as text;
use crate::core::text::demo_queue_issues::{ISSUES, QueueIssue, QueueKind};
use crate::core::text::waiting;

/// What is filed, each with what it waits for.
pub(super) fn files(output: &Output) -> std::io::Result<()> {
    if output.json {
        return Ok(());
    }
    let mut lines = vec![text::files(USER, REPOSITORY), String::new()];
    lines.extend(ISSUES.iter().map(filed));
    lines.extend([String::new(), text::person(USER), String::new()]);
    lines.extend([text::BEGINS.to_owned(), String::new()]);
    print(&(lines.join("\n") + "\n"))
}

fn filed(issue: &QueueIssue) -> String {
    let depth = match (issue.parent, issue.kind) {
        (None, _) => 0,
        (Some(_), QueueKind::Phase) => 1,
        (Some(_), _) => 2,
    };
    let title = format!("{}#{} {}", "  ".repeat(depth), issue.number, issue.title);
    let blocked: Vec<String> = issue
        .blocked_by
        .iter()
        .map(|one| format!("#{one}"))
        .collect();
    let mut waits = Vec::new();
    if !blocked.is_empty() {
        waits.push(text::after(text::BLOCKED, &blocked));
    } else if !issue.after.is_empty() {
        // It says so itself.
        waits.push(format!("“{}”", issue.says));
    }
    let labels = issue
        .switch()
        .into_iter()
        .chain(issue.labels.iter().copied());
    let labels: Vec<String> = labels.map(str::to_owned).collect();
    format!("  {title:<24} {}", text::filed(&waits, &labels))
        .trim_end()
        .to_owned()
}

/// A line for what happened; those that only machines need are for `--json`.
pub(super) fn event(
    output: &Output,
    board: &Board,
    event: DomainEvent,
    line: &Value,
) -> std::io::Result<()> {
    if output.json {
        return print(&format!("{line}\n"));
    }
    let Some(words) = told(board, event, line) else {
        return Ok(());
    };
    let at = line["time"].as_i64().unwrap_or(output.began);
    output.line(at, line["issue"].as_i64(), &words)
}

fn told(board: &Board, event: DomainEvent, line: &Value) -> Option<String> {
    let details = &line["details"];
    let word = |key: &str| details[key].as_str().unwrap_or_default();
    let session = line["session"].as_str().unwrap_or_default();
    let seen = line["issue"].as_i64().and_then(|number| board.of(number));
    let pull = || {
        let number = details["number"].as_i64();
        let number = number.or(seen.and_then(|seen| seen.pull));
        number.map_or_else(String::new, |number| format!("#{number}"))
    };
    Some(match event {
        DomainEvent::TaskReceived if details["sprint"] == true => {
            text::plan(details["issues"].as_i64().unwrap_or_default())
        }
        DomainEvent::TaskHeld => {
            let issues = details["issues"].as_array().into_iter().flatten();
            let issues: Vec<&str> = issues.filter_map(Value::as_str).collect();
            match details["gate"] == "blockers" {
                true => text::held_by(&issues),
                false => text::held(word("why")),
            }
        }
        DomainEvent::TaskReleased if details["gate"] == "approval" => text::APPROVED.to_owned(),
        DomainEvent::TaskReleased => text::released(word("was")),
        DomainEvent::TaskWaiting => {
            let reason: Reason = serde_json::from_value(details["reason"].clone()).ok()?;
            // Its turn comes by itself, and mostly at once.
            return (reason != Reason::Turn).then(|| text::waits(&waiting::words(&reason)));
        }
        DomainEvent::SessionDispatched => match seen {
            Some(seen) if seen.stand == Stand::Paused => text::resumed(session),
            _ => text::started(session),
        },
        DomainEvent::SessionPaused if word("why") == "rate_limit" => {
            text::paused(details["until"].as_i64().unwrap_or_default())
        }
        DomainEvent::SessionCompleted if details["state"] == "in-review" => {
            text::in_review(&pull())
        }
        DomainEvent::PullRequestMerged => text::done(&pull()),
        DomainEvent::TaskRefused
        | DomainEvent::SessionFailed
        | DomainEvent::SessionCancelled
        | DomainEvent::NeedsPerson => return describe(event, line),
        _ => return None,
    })
}

/// A line for a phase that stands otherwise than before.
pub(super) fn phase(
    output: &Output,
    environment: &Environment,
    phase: i64,
    how: &str,
) -> std::io::Result<()> {
    let mut line = bracket(environment, "demo.phase", json!({ "stands": how }));
    line["issue"] = json!(phase);
    ours(output, &line, &text::phase(how))
}

/// A line for what the demo's person did.
pub(super) fn person(
    output: &Output,
    environment: &Environment,
    deed: &Deed,
) -> std::io::Result<()> {
    let details = json!({ "by": USER, "does": deed.words });
    let mut line = bracket(environment, "demo.person", details);
    (line["issue"], line["time"]) = (json!(deed.issue), json!(deed.at));
    ours(output, &line, &format!("{USER:<11} {}", deed.words))
}

/// A line that is no event of skep's.
fn ours(output: &Output, line: &Value, words: &str) -> std::io::Result<()> {
    if output.json {
        return print(&format!("{line}\n"));
    }
    let at = line["time"].as_i64().unwrap_or(output.began);
    output.line(at, line["issue"].as_i64(), words)
}
