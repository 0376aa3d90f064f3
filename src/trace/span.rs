//! A span: what was done, from when to when, and which row it is.

use super::id::{SpanId, TraceId};

/// A span that is over.
#[derive(Debug, Clone, PartialEq)]
pub struct Span {
    /// The trace it is of.
    pub trace: TraceId,
    /// Its id.
    pub id: SpanId,
    /// What it followed from, where that is known.
    pub parent: Option<SpanId>,
    /// What was done: of few words, all of skep's own.
    pub name: String,
    /// On which side of the wire.
    pub kind: Kind,
    /// Epoch milliseconds.
    pub began: i64,
    /// The same.
    pub ended: i64,
    /// Ids, kinds and numbers.
    pub attributes: Vec<(&'static str, Value)>,
    /// It came to nothing.
    pub failed: bool,
}

/// On which side of the wire something was done, by OTLP's numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Here.
    Internal = 1,
    /// Asked of another.
    Client = 3,
    /// Taken from a queue.
    Consumer = 5,
}

/// What an attribute says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// A word.
    Text(String),
    /// A number.
    Number(i64),
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Number(number)
    }
}
