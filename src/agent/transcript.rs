//! What the agent says in a turn, merged by id: chunks to whole messages, late titles and states to their tool calls.
//!
//! It only remembers what is not delivered yet and what later updates may refer to, within fixed bounds; it must never
//! grow with the length of a session. Delivery takes the newest state of each item, so a slow reader misses steps in
//! between but never a last state.

use std::collections::{HashMap, HashSet, VecDeque};

use agent_client_protocol::v1::schema::{
    ContentBlock, ContentChunk, PlanEntryPriority, PlanEntryStatus, SessionUpdate, ToolCall,
    ToolCallStatus, ToolCallUpdate, ToolKind,
};

use super::halves::Halves;
use super::own_tools;
use super::usage::TurnUsage;
use crate::core::agent::{PlanEntry, PlanStatus, ToolStatus, Update};
use crate::core::gateway::Metered;
use crate::core::usage::Report;

/// The longest text kept of one message or thought, in bytes.
pub(super) const TEXT_KEPT: usize = 64 * 1024;
/// Undelivered bytes from which the reader of the agent's output should pause.
const BACKLOG: usize = 2 * 1024 * 1024;
const ITEMS_KEPT: usize = 1_000;
const TEXTS_KEPT: usize = 16;
const LINE_KEPT: usize = 500;
const PLAN_KEPT: usize = 100;

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Key {
    Message(String),
    Thought(String),
    Tool(String),
    Plan,
    Usage,
    Mode,
    Single(u64),
}

/// The merged state of one session.
#[derive(Debug, Default)]
pub(super) struct Transcript {
    items: HashMap<Key, Update>,
    texts: VecDeque<Key>,
    tools: VecDeque<Key>,
    /// Calls of this turn that are of the session's own tools.
    own: HashSet<String>,
    dirty: VecDeque<Key>,
    current: Option<Key>,
    counter: u64,
    last_message: Option<String>,
    /// Nothing was said or done in this turn so far.
    mute: bool,
    /// The first half of a character that the last text of that item ends with.
    half: Option<(Key, u16)>,
    usage: TurnUsage,
}

impl Transcript {
    /// Forgets what the turn before said, so that the last message is one of this turn. States of tools stay.
    pub(super) fn next_turn(&mut self) {
        self.last_message = None;
        self.mute = true;
        self.current = None;
        self.own.clear();
    }

    /// From here on the agent's numbers are of this turn, and mean this.
    pub(super) fn count(&mut self, usage: TurnUsage) {
        self.usage = usage;
        self.dirty.retain(|key| *key != Key::Usage);
        self.items.remove(&Key::Usage);
    }

    /// Takes one update of the protocol in; `halves` are what was cut at the edges of its text.
    pub(super) fn apply(&mut self, update: SessionUpdate, halves: Halves) {
        match update {
            SessionUpdate::AgentMessageChunk(chunk) => {
                if self.usage.of_an_answer(chunk.meta.as_ref()) {
                    self.put_usage();
                }
                if !is_only_usage(&chunk) {
                    self.text(&chunk, halves, Key::Message);
                }
            }
            SessionUpdate::AgentThoughtChunk(chunk) => self.text(&chunk, halves, Key::Thought),
            SessionUpdate::ToolCall(call) => self.tool_call(call),
            SessionUpdate::ToolCallUpdate(update) => self.tool_update(update),
            SessionUpdate::Plan(plan) => {
                let entries = plan
                    .entries
                    .into_iter()
                    .take(PLAN_KEPT)
                    .map(plan_entry)
                    .collect();
                self.put(Key::Plan, Update::Plan { entries });
            }
            SessionUpdate::UsageUpdate(usage) => {
                self.usage.of_the_session(&usage);
                self.put_usage();
            }
            SessionUpdate::CurrentModeUpdate(mode) => {
                self.put(
                    Key::Mode,
                    Update::Mode {
                        mode: line(&mode.current_mode_id.to_string()),
                    },
                );
            }
            // The agent repeats the user (history being replayed) or talks about itself: nothing of the turn.
            _ => {}
        }
    }

    /// Adds something that is not merged with anything.
    pub(super) fn single(&mut self, update: Update) {
        self.counter += 1;
        self.put(Key::Single(self.counter), update);
    }

    /// Adds a line of skep's own.
    pub(super) fn note(&mut self, text: impl Into<String>) {
        self.single(Update::Note { text: text.into() });
    }

    /// A request for permission names its tool call, perhaps for the first time; answers with the call's title and kind.
    pub(super) fn permission(&mut self, call: ToolCallUpdate) -> (String, String) {
        let id = call.tool_call_id.to_string();
        self.tool_update(call);
        match self.items.get(&Key::Tool(line(&id))) {
            Some(Update::Tool { title, tool, .. }) => (title.clone(), tool.clone()),
            _ => (id, "other".to_owned()),
        }
    }

    /// Whether that call is of one of the session's own tools.
    pub(super) fn is_own(&self, call: &str) -> bool {
        self.own.contains(&line(call))
    }

    /// Takes in the token counts of the answer to a prompt.
    pub(super) fn answered(&mut self, answer: &serde_json::Value) {
        if self.usage.of_a_prompt(answer) {
            self.put_usage();
        }
    }

    /// Takes in what the gateway to the model has counted of the turn.
    pub(super) fn metered(&mut self, metered: Metered) {
        let told = metered.answers > 0;
        self.usage.of_the_gateway(metered);
        if told {
            self.put_usage();
        }
    }

    fn put_usage(&mut self) {
        self.put(Key::Usage, Update::Usage(self.usage.report()));
    }

    /// The last message so far in this turn.
    pub(super) fn last_message(&self) -> &str {
        self.last_message.as_deref().unwrap_or_default()
    }

    /// True when nothing was said or done in this turn.
    pub(super) fn is_mute(&self) -> bool {
        self.mute
    }

    /// What the turn has cost so far.
    pub(super) fn usage(&self) -> Report {
        self.usage.report()
    }

    /// Everything said so far in this turn was history.
    pub(super) fn forget_history(&mut self) {
        self.last_message = None;
        self.mute = true;
        self.current = None;
        self.texts.clear();
        self.items
            .retain(|key, _| !matches!(key, Key::Message(_) | Key::Thought(_)));
        self.dirty
            .retain(|key| !matches!(key, Key::Message(_) | Key::Thought(_)));
    }

    /// True when so much waits for delivery that no more should be read.
    pub(super) fn is_full(&self) -> bool {
        let bytes: usize = self
            .dirty
            .iter()
            .filter_map(|key| self.items.get(key))
            .map(size)
            .sum();
        self.dirty.len() >= ITEMS_KEPT || bytes > BACKLOG
    }

    /// True when nothing waits for delivery.
    pub(super) fn is_delivered(&self) -> bool {
        self.dirty.is_empty()
    }

    /// The item that waits longest, in its newest state.
    pub(super) fn pop(&mut self) -> Option<Update> {
        let key = self.dirty.pop_front()?;
        if matches!(key, Key::Single(_)) {
            return self.items.remove(&key);
        }
        self.items.get(&key).cloned()
    }

    /// What the sandbox refused that waits longest, whatever else waits.
    pub(super) fn pop_refused(&mut self) -> Option<Update> {
        let refused = |key: &Key| matches!(self.items.get(key), Some(Update::Refused { .. }));
        let key = self.dirty.remove(self.dirty.iter().position(refused)?)?;
        self.items.remove(&key)
    }

    fn text(&mut self, chunk: &ContentChunk, halves: Halves, kind: fn(String) -> Key) {
        let piece = match &chunk.content {
            ContentBlock::Text(text) => text.text.as_str(),
            ContentBlock::ResourceLink(link) => link.uri.as_str(),
            _ => "[not text]",
        };
        let key = match (&chunk.message_id, &self.current) {
            (Some(id), _) => kind(line(&id.to_string())),
            (None, Some(key)) if *key == kind(id_of(key)) => key.clone(),
            (None, _) => {
                self.counter += 1;
                kind(format!("skep-{}", self.counter))
            }
        };
        self.mute = false;
        self.append(key.clone(), piece, halves);
        self.current = Some(key);
    }

    fn append(&mut self, key: Key, mut piece: &str, halves: Halves) {
        let mut text = match self.items.remove(&key) {
            Some(Update::Message { text, .. } | Update::Thought { text, .. }) => text,
            _ => {
                self.texts.push_back(key.clone());
                String::new()
            }
        };
        if let (Some((_, last)), Some(first)) =
            (self.half.take().filter(|(of, _)| *of == key), halves.first)
            && let Some(whole) = Halves::joined(last, first)
            && let Some(rest) = piece.strip_prefix(char::REPLACEMENT_CHARACTER)
        {
            text.pop();
            text.push(whole);
            piece = rest;
        }
        let room = TEXT_KEPT.saturating_sub(text.len());
        text.push_str(&piece[..piece.floor_char_boundary(room)]);
        let cut = halves
            .last
            .filter(|_| text.ends_with(char::REPLACEMENT_CHARACTER));
        self.half = cut.map(|last| (key.clone(), last));
        let id = id_of(&key);
        if matches!(key, Key::Message(_)) {
            self.last_message = Some(text.clone());
            self.put(key, Update::Message { id, text });
        } else {
            self.put(key, Update::Thought { id, text });
        }
    }

    fn tool_call(&mut self, call: ToolCall) {
        let id = line(&call.tool_call_id.to_string());
        if own_tools::called(&call) && self.own.len() < ITEMS_KEPT {
            self.own.insert(id.clone());
        }
        // A call that was announced by a request for permission before keeps what it knows better.
        let known = self.items.get(&Key::Tool(id.clone())).cloned();
        let (mut title, mut tool, mut status) = (
            line(&call.title),
            kind_name(call.kind),
            tool_status(call.status),
        );
        if let Some(Update::Tool {
            title: earlier,
            tool: earlier_tool,
            status: earlier_status,
            ..
        }) = known
        {
            title = if title.is_empty() { earlier } else { title };
            tool = if tool == "other" { earlier_tool } else { tool };
            status = if status == ToolStatus::Pending {
                earlier_status
            } else {
                status
            };
        }
        self.put_tool(id, title, tool, status);
    }

    fn tool_update(&mut self, update: ToolCallUpdate) {
        let id = line(&update.tool_call_id.to_string());
        if own_tools::updated(&update) && self.own.len() < ITEMS_KEPT {
            self.own.insert(id.clone());
        }
        let known = self.items.get(&Key::Tool(id.clone())).cloned();
        let (mut title, mut tool, mut status) = match known {
            Some(Update::Tool {
                title,
                tool,
                status,
                ..
            }) => (title, tool, status),
            _ => (String::new(), "other".to_owned(), ToolStatus::Pending),
        };
        let fields = update.fields;
        if let Some(new) = fields.title.filter(|title| !title.is_empty()) {
            title = line(&new);
        }
        if let Some(new) = fields.kind.map(kind_name).filter(|kind| kind != "other") {
            tool = new;
        }
        if let Some(new) = fields.status.map(tool_status) {
            status = new;
        }
        self.put_tool(id, title, tool, status);
    }

    fn put_tool(&mut self, id: String, title: String, tool: String, status: ToolStatus) {
        self.current = None;
        self.mute = false;
        let key = Key::Tool(id.clone());
        if !self.items.contains_key(&key) {
            self.tools.push_back(key.clone());
        }
        self.put(
            key,
            Update::Tool {
                id,
                title,
                tool,
                status,
            },
        );
    }

    fn put(&mut self, key: Key, update: Update) {
        let unchanged = self.items.get(&key) == Some(&update);
        self.items.insert(key.clone(), update);
        if !unchanged && !self.dirty.contains(&key) {
            self.dirty.push_back(key);
        }
        forget(&mut self.texts, TEXTS_KEPT, &mut self.items, &self.dirty);
        forget(&mut self.tools, ITEMS_KEPT, &mut self.items, &self.dirty);
    }
}

/// Drops the oldest delivered items beyond `keep`.
fn forget(
    order: &mut VecDeque<Key>,
    keep: usize,
    items: &mut HashMap<Key, Update>,
    dirty: &VecDeque<Key>,
) {
    while order.len() > keep && order.front().is_some_and(|key| !dirty.contains(key)) {
        if let Some(key) = order.pop_front() {
            items.remove(&key);
        }
    }
}

fn id_of(key: &Key) -> String {
    match key {
        Key::Message(id) | Key::Thought(id) | Key::Tool(id) => id.clone(),
        Key::Plan | Key::Usage | Key::Mode | Key::Single(_) => String::new(),
    }
}

fn size(update: &Update) -> usize {
    match update {
        Update::Message { text, .. } | Update::Thought { text, .. } => text.len(),
        Update::Plan { entries } => entries.len() * LINE_KEPT,
        _ => LINE_KEPT,
    }
}

/// A chunk that carries numbers and no word.
fn is_only_usage(chunk: &ContentChunk) -> bool {
    let mute = matches!(&chunk.content, ContentBlock::Text(text) if text.text.is_empty());
    mute && chunk
        .meta
        .as_ref()
        .is_some_and(|meta| meta.contains_key("usage"))
}

/// One line, of bounded length.
fn line(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .take(LINE_KEPT)
        .collect::<String>()
        .trim()
        .to_owned()
}

fn plan_entry(entry: agent_client_protocol::v1::schema::PlanEntry) -> PlanEntry {
    let status = match entry.status {
        PlanEntryStatus::InProgress => PlanStatus::InProgress,
        PlanEntryStatus::Completed => PlanStatus::Completed,
        _ => PlanStatus::Pending,
    };
    let priority = match entry.priority {
        PlanEntryPriority::High => "high",
        PlanEntryPriority::Low => "low",
        _ => "medium",
    };
    PlanEntry {
        content: line(&entry.content),
        status,
        priority: priority.to_owned(),
    }
}

fn tool_status(status: ToolCallStatus) -> ToolStatus {
    match status {
        ToolCallStatus::InProgress => ToolStatus::InProgress,
        ToolCallStatus::Completed => ToolStatus::Completed,
        ToolCallStatus::Failed => ToolStatus::Failed,
        _ => ToolStatus::Pending,
    }
}

fn kind_name(kind: ToolKind) -> String {
    let name = match kind {
        ToolKind::Read => "read",
        ToolKind::Edit => "edit",
        ToolKind::Delete => "delete",
        ToolKind::Move => "move",
        ToolKind::Search => "search",
        ToolKind::Execute => "execute",
        ToolKind::Think => "think",
        ToolKind::Fetch => "fetch",
        ToolKind::SwitchMode => "switch_mode",
        _ => "other",
    };
    name.to_owned()
}
