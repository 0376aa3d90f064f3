//! What a model's answers say of tokens, as each provider words it, and what all answers of a turn come to.
//!
//! <https://docs.claude.com/en/api/messages>, <https://platform.openai.com/docs/api-reference/chat/object> and
//! `…/responses/object`, <https://ai.google.dev/api/generate-content#UsageMetadata>. Anthropic counts what came from a cache apart
//! from the input, the others among it.

use std::collections::BTreeMap;

use serde_json::Value;

use super::provider::Wire;
use crate::usage::Tokens;

/// Different models that are kept apart.
const MODELS: usize = 16;
/// Longest name of a model that is kept, in characters.
const NAME: usize = 80;

/// What one answer cost.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counted {
    /// The model as the provider named it; empty where it did not.
    pub model: String,
    /// Its tokens.
    pub tokens: Tokens,
    /// The provider told none, or not all of them: these are guessed from the bytes that passed.
    pub guessed: bool,
}

/// What the answers of a turn cost.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Metered {
    /// Answers that were counted.
    pub answers: u64,
    /// All of them together.
    pub tokens: Tokens,
    /// The same by model.
    pub models: BTreeMap<String, Tokens>,
    /// Some of it is guessed.
    pub guessed: bool,
}

impl Metered {
    /// One more answer.
    pub fn add(&mut self, counted: &Counted) {
        self.answers += 1;
        self.tokens = self.tokens.plus(counted.tokens);
        self.guessed |= counted.guessed;
        let name: String = counted.model.chars().take(NAME).collect();
        let known = self.models.contains_key(&name);
        let name = match known || self.models.len() < MODELS {
            true => name,
            false => String::new(),
        };
        let of_model = self.models.entry(name).or_default();
        *of_model = of_model.plus(counted.tokens);
    }

    /// Another turn's beside this one.
    #[must_use]
    pub fn plus(mut self, other: Self) -> Self {
        self.answers += other.answers;
        self.tokens = self.tokens.plus(other.tokens);
        self.guessed |= other.guessed;
        for (name, tokens) in other.models {
            let of_model = self.models.entry(name).or_default();
            *of_model = of_model.plus(tokens);
        }
        self
    }
}

/// What one piece of an answer says: the tokens so far, and the model. A whole answer is one piece.
pub(super) fn piece(wire: Wire, piece: &Value) -> (Option<Tokens>, Option<&str>) {
    match wire {
        Wire::Anthropic => {
            let message = piece.get("message").unwrap_or(piece);
            let usage = message.get("usage").or_else(|| piece.get("usage"));
            (usage.and_then(anthropic), text(message, "model"))
        }
        Wire::OpenAi => {
            let response = piece.get("response").unwrap_or(piece);
            let usage = response.get("usage");
            (usage.and_then(openai), text(response, "model"))
        }
        Wire::Google => {
            let usage = piece.get("usageMetadata");
            (usage.and_then(google), text(piece, "modelVersion"))
        }
    }
}

fn text<'a>(value: &'a Value, name: &str) -> Option<&'a str> {
    value.get(name).and_then(Value::as_str)
}

fn count(value: &Value, name: &str) -> Option<u64> {
    value.get(name).and_then(Value::as_u64)
}

fn anthropic(usage: &Value) -> Option<Tokens> {
    let (input, output) = (count(usage, "input_tokens"), count(usage, "output_tokens"));
    input.or(output)?;
    Some(Tokens {
        input: input.unwrap_or_default(),
        cached_read: count(usage, "cache_read_input_tokens").unwrap_or_default(),
        cached_write: count(usage, "cache_creation_input_tokens").unwrap_or_default(),
        output: output.unwrap_or_default(),
    })
}

/// Chat completions, and responses by other names.
fn openai(usage: &Value) -> Option<Tokens> {
    let either = |one, other| count(usage, one).or_else(|| count(usage, other));
    let input = either("prompt_tokens", "input_tokens");
    let output = either("completion_tokens", "output_tokens");
    input.or(output)?;
    let cached = ["prompt_tokens_details", "input_tokens_details"]
        .iter()
        .find_map(|name| count(usage.get(*name)?, "cached_tokens"));
    let (input, cached) = (input.unwrap_or_default(), cached.unwrap_or_default());
    Some(Tokens {
        input: input.saturating_sub(cached),
        cached_read: cached.min(input),
        cached_write: 0,
        output: output.unwrap_or_default(),
    })
}

/// Thoughts are received as well; what tools put in front of the model is sent.
fn google(usage: &Value) -> Option<Tokens> {
    let of = |name| count(usage, name).unwrap_or_default();
    count(usage, "promptTokenCount")?;
    let cached = of("cachedContentTokenCount");
    let input = of("promptTokenCount").saturating_add(of("toolUsePromptTokenCount"));
    Some(Tokens {
        input: input.saturating_sub(cached),
        cached_read: cached.min(input),
        cached_write: 0,
        output: of("candidatesTokenCount").saturating_add(of("thoughtsTokenCount")),
    })
}
