//! How models shape what they send to a tool: a thing instead of a list of it, a number instead of a text. Whatever does not
//! fit becomes a sentence that shows the right shape.

use serde::Deserialize;
use serde_json::{Map, Value};

use crate::core::text::tools;

/// A list, or the one thing that should have been in it.
#[derive(Deserialize)]
#[serde(untagged)]
pub(super) enum OneOrMany<T> {
    /// A list.
    Many(Vec<T>),
    /// The one thing.
    One(T),
}

impl<T> OneOrMany<T> {
    /// What is in it; nothing is an empty list.
    pub(super) fn list(this: Option<Self>) -> Vec<T> {
        match this {
            Some(Self::Many(list)) => list,
            Some(Self::One(one)) => vec![one],
            None => vec![],
        }
    }
}

/// A text, which is a number for most models where it could be one.
#[derive(Deserialize)]
#[serde(untagged)]
pub(super) enum Word {
    /// A number.
    Number(u64),
    /// A text.
    Text(String),
}

impl Word {
    /// The text.
    pub(super) fn text(self) -> String {
        match self {
            Self::Number(number) => number.to_string(),
            Self::Text(text) => text,
        }
    }
}

/// Reads a call's arguments; `shape` is an example of the right ones.
pub(super) fn read<T: serde::de::DeserializeOwned>(
    arguments: Map<String, Value>,
    shape: &str,
) -> Result<T, String> {
    serde_json::from_value(Value::Object(arguments)).map_err(|error| {
        let why: String = error.to_string().chars().take(200).collect();
        tools::not_understood(&why, shape)
    })
}
