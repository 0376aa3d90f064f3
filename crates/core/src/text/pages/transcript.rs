//! The log of a session as a transcript: what an agent said and did, each thing once, as it stood last.
//!
//! The log holds every step of a message or a tool call; here the last one of each stands where the first was. Ids are an agent's own
//! and begin anew with its process, so that nothing is merged across a start.

use std::collections::HashMap;

use super::moment::Moment;
use super::words::{Block, Line};
use crate::agent::{Decision, PlanEntry, ToolStatus, Update};

/// One thing of a transcript.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The place of its first line in the log.
    pub seq: i64,
    /// When it began.
    pub at: Moment,
    /// What it is.
    pub kind: EntryKind,
}

/// What it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EntryKind {
    /// The agent's process began.
    Started {
        /// What it calls itself.
        agent: Line,
        /// It loaded its earlier session.
        resumed: bool,
    },
    /// It was told something by skep.
    Prompt(Block),
    /// It said something.
    Message(Block),
    /// It thought aloud.
    Thought(Block),
    /// It used a tool.
    Tool {
        /// What for.
        title: Line,
        /// What kind of tool.
        tool: Line,
        /// How far that is.
        status: ToolStatus,
    },
    /// It asked for permission.
    Permission {
        /// What for.
        title: Line,
        /// What it was told.
        decision: Decision,
    },
    /// The end of what it wrote to its error stream.
    Stderr(Block),
    /// The sandbox refused something.
    Refused {
        /// What.
        what: Line,
        /// Why.
        why: Line,
        /// How often.
        count: u64,
    },
    /// skep said something about the session.
    Note(Line),
}

/// A part of a transcript.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Transcript {
    /// Oldest first.
    pub entries: Vec<Entry>,
    /// The last plan in it.
    pub plan: Vec<PlanEntry>,
}

impl Entry {
    /// Its word as a class.
    pub fn class(&self) -> &'static str {
        match &self.kind {
            EntryKind::Started { .. } => "started",
            EntryKind::Prompt(_) => "prompt",
            EntryKind::Message(_) => "message",
            EntryKind::Thought(_) => "thought",
            EntryKind::Tool { .. } => "tool",
            EntryKind::Permission { .. } => "permission",
            EntryKind::Stderr(_) => "stderr",
            EntryKind::Refused { .. } => "refused",
            EntryKind::Note(_) => "note",
        }
    }

    /// How far a tool is, in a word.
    pub fn status(&self) -> &'static str {
        match &self.kind {
            EntryKind::Tool { status, .. } => match status {
                ToolStatus::Pending => "pending",
                ToolStatus::InProgress => "at work",
                ToolStatus::Completed => "done",
                ToolStatus::Failed => "failed",
            },
            EntryKind::Permission { decision, .. } => match decision {
                Decision::Allowed => "allowed",
                Decision::Rejected => "rejected",
                Decision::Cancelled => "cancelled",
            },
            _ => "",
        }
    }
}

/// A transcript of lines of a log, oldest first: each its place, its time (epoch milliseconds) and its JSON. What cannot be read is
/// left out.
pub fn entries<'a>(lines: impl IntoIterator<Item = (i64, i64, &'a str)>, now: i64) -> Transcript {
    let mut transcript = Transcript::default();
    let mut known: HashMap<(&'static str, String), usize> = HashMap::new();
    for (seq, at, body) in lines {
        let Ok(update) = serde_json::from_str::<Update>(body) else {
            continue;
        };
        if let Update::Plan { entries } = update {
            transcript.plan = entries;
            continue;
        }
        if matches!(update, Update::Started { .. }) {
            known.clear();
        }
        let id = id(&update).map(|id| (update.kind(), id));
        let Some(kind) = kind(update) else { continue };
        let earlier = id.as_ref().and_then(|id| known.get(id)).copied();
        if let Some(entry) = earlier.and_then(|place| transcript.entries.get_mut(place)) {
            entry.kind = kind;
            continue;
        }
        if let Some(id) = id {
            known.insert(id, transcript.entries.len());
        }
        let at = Moment { at, now };
        transcript.entries.push(Entry { seq, at, kind });
    }
    transcript
}

/// By what a later line of the same thing is known.
fn id(update: &Update) -> Option<String> {
    match update {
        Update::Message { id, .. } | Update::Thought { id, .. } | Update::Tool { id, .. } => {
            Some(id.clone())
        }
        Update::Refused { attempt, .. } => Some(attempt.what.clone()),
        _ => None,
    }
}

fn kind(update: Update) -> Option<EntryKind> {
    Some(match update {
        Update::Started {
            agent_name,
            version,
            resumed,
            ..
        } => EntryKind::Started {
            agent: Line::new(&format!("{agent_name} {version}")),
            resumed,
        },
        Update::Prompt { text } => EntryKind::Prompt(Block::new(&text)),
        Update::Message { text, .. } => EntryKind::Message(Block::new(&text)),
        Update::Thought { text, .. } => EntryKind::Thought(Block::new(&text)),
        Update::Tool {
            title,
            tool,
            status,
            ..
        } => EntryKind::Tool {
            title: Line::new(&title),
            tool: Line::new(&tool),
            status,
        },
        Update::Permission { title, decision } => EntryKind::Permission {
            title: Line::new(&title),
            decision,
        },
        Update::Stderr { text } => EntryKind::Stderr(Block::new(&text)),
        Update::Refused { attempt, count } => EntryKind::Refused {
            what: Line::new(&attempt.what),
            why: Line::new(&attempt.why),
            count,
        },
        Update::Note { text } => EntryKind::Note(Line::new(&text)),
        Update::Plan { .. } | Update::Usage(_) | Update::Mode { .. } | Update::Reached { .. } => {
            return None;
        }
    })
}
