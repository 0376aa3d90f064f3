//! The log of a session in lines of text: each thing once, as it stood last, with when it began. Pure.

use super::super::output::moment;
use super::canvas::wrapped;
use crate::core::text::pages::{Entry, EntryKind, entries};
use crate::core::text::top;
use crate::http::types::LogLine;

/// `12:30:05  ` before each.
const TIME: usize = 10;

/// A line, and whether it matters less than others.
pub(super) struct Said {
    pub(super) text: String,
    pub(super) faint: bool,
}

/// The lines of it, each at most `width` columns wide, oldest first.
pub(super) fn lines(log: &[LogLine], width: usize, now: i64) -> Vec<Said> {
    let bodies: Vec<String> = log.iter().map(|line| line.body.to_string()).collect();
    let lines = log.iter().zip(&bodies);
    let lines = lines.map(|(line, body)| (line.seq, line.time, body.as_str()));
    let transcript = entries(lines, now);
    let all = transcript.entries.iter();
    all.flat_map(|entry| of(entry, width)).collect()
}

fn of(entry: &Entry, width: usize) -> Vec<Said> {
    let faint = matches!(
        entry.kind,
        EntryKind::Prompt(_)
            | EntryKind::Thought(_)
            | EntryKind::Stderr(_)
            | EntryKind::Started { .. }
    );
    let at = moment(entry.at.at);
    let at = at.get(11..19).unwrap_or_default();
    let lines = wrapped(&words(entry), width.saturating_sub(TIME));
    let lines = lines.into_iter().filter(|line| !line.is_empty());
    lines
        .enumerate()
        .map(|(number, line)| Said {
            text: match number {
                0 => format!("{at:<TIME$}{line}"),
                _ => format!("{:TIME$}{line}", ""),
            },
            faint,
        })
        .collect()
}

fn words(entry: &Entry) -> String {
    match &entry.kind {
        EntryKind::Started { agent, resumed } => top::started(agent.as_str(), *resumed),
        EntryKind::Prompt(text) => top::told(&text.first().to_string()),
        EntryKind::Message(text) | EntryKind::Thought(text) | EntryKind::Stderr(text) => {
            text.to_string()
        }
        EntryKind::Tool { title, tool, .. } => {
            format!("{tool}: {title} [{}]", entry.status())
        }
        EntryKind::Permission { title, .. } => top::permission(title.as_str(), entry.status()),
        EntryKind::Refused { what, why, count } => {
            top::refused(what.as_str(), why.as_str(), *count)
        }
        EntryKind::Note(text) => text.to_string(),
    }
}
