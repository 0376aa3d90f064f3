//! Reads an answer as it passes: a stream of events (<https://html.spec.whatwg.org/multipage/server-sent-events.html>) line by line,
//! or one piece of JSON. It keeps one line at a time, and of an answer in one piece no more than [`LONGEST`].

use serde_json::Value;

use super::provider::{Provider, Wire};
use super::told::{Counted, piece};
use crate::usage::Tokens;

/// The longest line, or whole answer, that is read, bytes: the last event of OpenAI's responses holds the whole answer once more.
const LONGEST: usize = 8 << 20;
/// Bytes of a token, as far as one can say without the model's own list.
const TOKEN_BYTES: u64 = 4;
/// What an event is in bytes besides the words in it.
const EVENT_BYTES: u64 = 300;

/// One answer on its way.
#[derive(Debug)]
pub struct AnswerReader {
    wire: Wire,
    streams: bool,
    line: Vec<u8>,
    /// The line is longer than what is read of one.
    too_long: bool,
    tokens: Option<Tokens>,
    model: String,
    /// Whether what was told is of the whole answer.
    whole: bool,
    failed: Option<String>,
    events: u64,
    bytes: u64,
    sent: u64,
}

impl AnswerReader {
    /// Of that provider, to a request of at least so many bytes.
    pub fn new(provider: &Provider, sent: u64) -> Self {
        Self {
            wire: provider.wire,
            streams: false,
            line: Vec::new(),
            too_long: false,
            tokens: None,
            model: String::new(),
            whole: false,
            failed: None,
            events: 0,
            bytes: 0,
            sent,
        }
    }

    /// It begins, as a stream of events or in one piece.
    pub fn begins(&mut self, streams: bool) {
        self.streams = streams;
    }

    /// So many bytes were sent.
    pub fn sent(&mut self, bytes: u64) {
        self.sent = self.sent.max(bytes);
    }

    /// What it has cost until now, as far as one can say.
    pub fn so_far(&self) -> Tokens {
        let told = self.tokens.unwrap_or_default();
        match told.input + told.cached_read + told.cached_write {
            0 => told.at_least(self.guess()),
            _ => told,
        }
    }

    /// The next bytes of the answer.
    pub fn read(&mut self, bytes: &[u8]) {
        self.bytes = self.bytes.saturating_add(bytes.len() as u64);
        if !self.streams {
            self.keep(bytes);
            return;
        }
        let mut rest = bytes;
        while let Some(at) = rest.iter().position(|byte| *byte == b'\n') {
            self.keep(&rest[..at]);
            rest = &rest[at + 1..];
            self.line_ends();
        }
        self.keep(rest);
    }

    fn keep(&mut self, bytes: &[u8]) {
        if self.too_long || self.line.len() + bytes.len() > LONGEST {
            self.too_long = true;
            self.line = Vec::new();
            return;
        }
        self.line.extend_from_slice(bytes);
    }

    fn line_ends(&mut self) {
        let line = std::mem::take(&mut self.line);
        if std::mem::take(&mut self.too_long) {
            self.events += 1;
            return;
        }
        if let Some(data) = line.strip_prefix(b"data:") {
            self.events += 1;
            self.take_piece(data);
        }
        self.line = line;
        self.line.clear();
        // One long line is no reason to keep as much for all that follow.
        self.line.shrink_to(64 << 10);
    }

    /// Only what may tell something is parsed: most of a stream are words.
    fn take_piece(&mut self, data: &[u8]) {
        let says = |word: &[u8]| data.windows(word.len()).any(|at| at == word);
        if !(says(b"\"usage") || says(b"\"error\"") || self.model.is_empty() && says(b"\"model")) {
            return;
        }
        let Ok(value) = serde_json::from_slice::<Value>(data) else {
            return;
        };
        let (tokens, model) = piece(self.wire, &value);
        if let Some(told) = tokens {
            self.tell(told);
            self.whole = is_last(self.wire, &value);
        }
        if self.model.is_empty() {
            self.model = model.unwrap_or_default().to_owned();
        }
        if let Some(error) = error_of(&value) {
            self.failed = Some(error);
        }
    }

    /// Each piece tells of the whole answer so far; but what Anthropic's later ones leave out was told by the first.
    fn tell(&mut self, told: Tokens) {
        let known = self.tokens.unwrap_or_default();
        self.tokens = Some(match self.wire {
            Wire::Anthropic => known.at_least(told),
            Wire::OpenAi | Wire::Google => told,
        });
    }

    /// The provider's own word for what went wrong in the middle of an answer that had begun well.
    pub fn failed(&self) -> Option<&str> {
        self.failed.as_deref()
    }

    /// What it cost; `complete` where it came to its end.
    pub fn counted(mut self, complete: bool) -> Counted {
        if self.streams {
            self.line_ends();
        } else if !self.too_long && !self.line.is_empty() {
            let whole = std::mem::take(&mut self.line);
            self.take_whole(&whole);
        }
        let told = self.tokens.unwrap_or_default();
        let whole = self.tokens.is_some() && (self.whole || complete);
        if whole {
            return Counted {
                model: self.model,
                tokens: told,
                guessed: false,
            };
        }
        let guess = self.guess();
        Counted {
            model: self.model,
            tokens: Tokens {
                input: match told.input + told.cached_read + told.cached_write {
                    0 => guess.input,
                    _ => told.input,
                },
                output: told.output.max(guess.output),
                ..told
            },
            guessed: true,
        }
    }

    /// Google's answers without a stream of events come as one list of pieces.
    fn take_whole(&mut self, whole: &[u8]) {
        let Ok(value) = serde_json::from_slice::<Value>(whole) else {
            return;
        };
        let pieces = match &value {
            Value::Array(pieces) => pieces.as_slice(),
            one => std::slice::from_ref(one),
        };
        for one in pieces {
            let (tokens, model) = piece(self.wire, one);
            if let Some(told) = tokens {
                self.tell(told);
                self.whole = true;
            }
            self.model = model.unwrap_or(&self.model).to_owned();
        }
    }

    /// From what passed: an event is a token or more, and words are a token for every few bytes.
    fn guess(&self) -> Tokens {
        let words = self.bytes.saturating_sub(self.events * EVENT_BYTES);
        Tokens {
            input: self.sent / TOKEN_BYTES,
            output: self.events + words / TOKEN_BYTES,
            ..Tokens::default()
        }
    }
}

/// Whether counts in that piece are of the whole answer. Anthropic's first event counts what was sent, and of the answer one token.
fn is_last(wire: Wire, piece: &Value) -> bool {
    match wire {
        Wire::Anthropic => piece["type"] != "message_start",
        Wire::OpenAi => true,
        Wire::Google => piece["candidates"][0]["finishReason"].is_string(),
    }
}

/// `{"type":"error","error":{…}}` of Anthropic's and OpenAI's streams, `response.failed`, or a chunk with an `error` alone.
fn error_of(piece: &Value) -> Option<String> {
    let error = match piece["type"].as_str() {
        Some("response.failed") => &piece["response"]["error"],
        _ => &piece["error"],
    };
    let error = match (error, piece["type"].as_str()) {
        (Value::Null, Some("error")) => piece,
        (error, _) => error,
    };
    let named = ["code", "type", "status"]
        .iter()
        .find_map(|name| error.get(*name)?.as_str());
    named.map(super::refusal::word)
}

#[cfg(test)]
mod tests;
