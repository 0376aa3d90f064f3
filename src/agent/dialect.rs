//! Version 2 of the protocol, a draft, beside version 1 (<https://agentclientprotocol.com/protocol/v2/migration>): what goes out
//! is rewritten as version 2 has it, what comes in as version 1 has it, line by line. All else of skep knows version 1 alone.
//!
//! Pure: no I/O and no clock. It is asked for only where the operator says so, and spoken only after an agent has said that it does;
//! until then, and towards everybody else, it must never change a line. What it does not know it leaves as it is.

mod inward;
mod messages;
mod outward;
mod prompts;
#[cfg(test)]
mod tests;

use std::collections::HashMap;

use serde_json::Value;

use messages::Messages;
use prompts::Prompts;

/// The number of the version in the handshake.
const SECOND: u64 = 2;
/// The option that holds an agent's mode, where it names none.
const MODE: &str = "mode";

/// How one agent is spoken to.
#[derive(Debug, Default)]
pub(super) struct Dialect {
    offered: bool,
    spoken: bool,
    /// What was asked and is not answered yet, by the text of its id.
    asked: HashMap<String, Asked>,
    prompts: Prompts,
    messages: Messages,
    /// The agent's option for its mode.
    mode: Option<String>,
    /// Requests for permission that name no tool call.
    nameless: u64,
}

/// A request of ours whose answer differs between the versions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Asked {
    Hello,
    /// A session is opened, or an option set: the answer lists options.
    Options,
    Mode,
    Prompt,
}

impl Dialect {
    /// From now on version 2 is offered.
    pub(super) fn offer(&mut self) {
        self.offered = true;
    }

    /// Takes the offer back, where the agent could not even answer it; false where there was none, or it was taken.
    pub(super) fn withdraw(&mut self) -> bool {
        let open = self.offered && !self.spoken;
        self.offered = false;
        open
    }

    /// Whether the agent has taken the offer.
    pub(super) fn is_second(&self) -> bool {
        self.spoken
    }

    /// A line to the agent, as it has to go out; `None`: as it is.
    pub(super) fn outward(&mut self, line: &str) -> Option<String> {
        if !self.offered {
            return None;
        }
        let message = serde_json::from_str(line).ok()?;
        self.sent(message).map(|message| message.to_string())
    }

    /// A line of the agent, as all else here reads it: none, one or several; `None`: as it is.
    pub(super) fn inward(&mut self, line: &str) -> Option<Vec<String>> {
        if !self.offered {
            return None;
        }
        let message: Value = serde_json::from_str(line).ok()?;
        let lines = self.received(message)?;
        Some(lines.iter().map(Value::to_string).collect())
    }
}
