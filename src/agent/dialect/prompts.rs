//! When a prompt is answered: in version 2 an agent only says at once that it took it, and ends the work by an update of its state.
//!
//! Several prompts may be taken while work is on; the state that ends the work answers all of them.

use serde_json::{Map, Value, json};

/// The agent's own words are missing.
const UNSAID: &str = "the agent ended its work with an error";
/// JSON-RPC's code for an error of the other side's own.
const INTERNAL: i32 = -32603;

/// The prompts that are on.
#[derive(Debug, Default)]
pub(super) struct Prompts {
    open: Vec<Prompt>,
    /// The agent has been at work since the first of them went out.
    ran: bool,
    /// It has said where one of them stands in the session.
    placed: bool,
    /// The work ended before the agent said that it took the prompt.
    early: Option<Value>,
    /// The work seemed over while sessions of its own were still on.
    held: bool,
}

#[derive(Debug)]
struct Prompt {
    id: Value,
    session: String,
    taken: bool,
}

impl Prompts {
    /// A prompt goes out.
    pub(super) fn sent(&mut self, id: Value, session: &str) {
        if self.open.is_empty() {
            *self = Self::default();
        }
        let session = session.to_owned();
        self.open.push(Prompt {
            id,
            session,
            taken: false,
        });
    }

    /// The agent took it. The answer, where the work is over already.
    pub(super) fn taken(&mut self, id: &Value) -> Option<Value> {
        if let Some(end) = self.early.take() {
            self.forget(id);
            return Some(answer(id, &end));
        }
        if let Some(prompt) = self.open.iter_mut().find(|prompt| prompt.id == *id) {
            prompt.taken = true;
        }
        None
    }

    /// It was answered in another way.
    pub(super) fn forget(&mut self, id: &Value) {
        self.open.retain(|prompt| prompt.id != *id);
    }

    /// The agent says our own words again, where they stand in the session.
    pub(super) fn placed(&mut self) {
        self.placed = !self.open.is_empty();
    }

    /// The agent's state: the answers that this gives.
    pub(super) fn state(&mut self, session: &str, update: &Value) -> Vec<Value> {
        if !self.open.iter().any(|prompt| prompt.session == session) {
            return vec![];
        }
        if update["state"] != "idle" {
            self.ran |= matches!(
                update["state"].as_str(),
                Some("running" | "requires_action")
            );
            return vec![];
        }
        // Idle without a reason ends nothing that has not begun, and tells news of what is behind the work.
        let is_end = update["stopReason"].is_string() || self.ran && !self.held;
        if !is_end {
            return vec![];
        }
        // Sessions of its own are the agent's work as well: what they come to it takes up when they are over.
        self.held = has_children(update);
        if self.held {
            return vec![];
        }
        let over = |prompt: &mut Prompt| prompt.taken && prompt.session == session;
        let done: Vec<Prompt> = self.open.extract_if(.., over).collect();
        if done.is_empty() {
            // Work that the agent began by itself ends without a word of ours.
            let ours = self.ran && self.placed;
            self.early = Some(update.clone()).filter(|_| ours);
            return vec![];
        }
        (self.ran, self.placed) = (false, false);
        done.iter()
            .map(|prompt| answer(&prompt.id, update))
            .collect()
    }
}

/// Whether sessions of the agent's own go on behind it. Programs that it left running are not waited for.
fn has_children(update: &Value) -> bool {
    let behind = update["background"].as_array().into_iter().flatten();
    let cancelled = update["stopReason"] == "cancelled";
    !cancelled && behind.into_iter().any(|work| work["type"] == "subagent")
}

/// The end of the work as version 1 answers a prompt.
fn answer(id: &Value, end: &Value) -> Value {
    if end["stopReason"] == "error" {
        let unsaid = || json!({ "code": INTERNAL, "message": UNSAID });
        let error = end.get("error").filter(|error| error["code"].is_i64());
        let error = error.cloned().unwrap_or_else(unsaid);
        return json!({ "jsonrpc": "2.0", "id": id, "error": error });
    }
    let told = ["stopReason", "usage", "_meta"].into_iter();
    let told = told.filter_map(|key| Some((key.to_owned(), end.get(key)?.clone())));
    let result: Map<String, Value> = told.filter(|(_, value)| !value.is_null()).collect();
    json!({ "jsonrpc": "2.0", "id": id, "result": result })
}
