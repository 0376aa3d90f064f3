//! What the demo agent says that its answers cost: it has no model, so the script names the tokens, and which of the ways of
//! telling them that real agents have it takes.
//!
//! Pure. It must never count words and call them tokens.

use agent_client_protocol::v1::schema::{PromptResponse, Usage};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

/// Tokens of one answer or of several.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Count {
    /// Sent, the cached part among them.
    pub(super) input: u64,
    /// Received.
    pub(super) output: u64,
    /// The cached part of what was sent.
    pub(super) cached: u64,
}

/// How it tells of them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Tells {
    /// Not at all.
    #[default]
    Nothing,
    /// The last answer, with the end of the turn.
    LastAnswer,
    /// The turn, with its end.
    Turn,
    /// All turns of the session, with the end of each.
    Session,
    /// The turn, with its end, in `_meta.quota`.
    Quota,
    /// Each answer, in the `_meta` of a message.
    Answers,
}

/// What a session of the agent has cost.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Spending {
    /// How it tells of it.
    pub(super) tells: Tells,
    last: Count,
    turn: Count,
    session: Count,
    /// Dollars.
    pub(super) dollars: f64,
}

impl Tells {
    /// Reads the word of a script.
    pub(super) fn parse(word: &str) -> Option<Self> {
        Some(match word {
            "nothing" => Self::Nothing,
            "last-answer" => Self::LastAnswer,
            "turn" => Self::Turn,
            "session" => Self::Session,
            "quota" => Self::Quota,
            "answers" => Self::Answers,
            _ => return None,
        })
    }
}

impl Count {
    fn add(&mut self, more: Self) {
        self.input = self.input.saturating_add(more.input);
        self.output = self.output.saturating_add(more.output);
        self.cached = self.cached.saturating_add(more.cached);
    }

    fn usage(self) -> Usage {
        let total = self.input.saturating_add(self.output);
        Usage::new(total, self.input, self.output).cached_read_tokens(self.cached)
    }
}

impl Spending {
    /// A prompt begins.
    pub(super) fn begin(&mut self) {
        (self.last, self.turn) = Default::default();
    }

    /// An answer of the model that it has not: the `_meta` of a message that tells of it, if any does.
    pub(super) fn add(&mut self, count: Count, dollars: f64) -> Option<Map<String, Value>> {
        self.last = count;
        self.turn.add(count);
        self.session.add(count);
        self.dollars += dollars;
        let tells = self.tells == Tells::Answers;
        tells.then(|| Map::from_iter([("usage".to_owned(), json!(count.usage()))]))
    }

    /// Writes it into the answer to a prompt.
    pub(super) fn told(&self, answer: PromptResponse) -> PromptResponse {
        match self.tells {
            Tells::Nothing | Tells::Answers => answer,
            Tells::LastAnswer => answer.usage(self.last.usage()),
            Tells::Turn => answer.usage(self.turn.usage()),
            Tells::Session => answer.usage(self.session.usage()),
            Tells::Quota => {
                let Count { input, output, .. } = self.turn;
                let count = json!({ "input_tokens": input, "output_tokens": output });
                let quota = json!({ "token_count": count, "model_usage": [] });
                answer.meta(Map::from_iter([("quota".to_owned(), quota)]))
            }
        }
    }
}
