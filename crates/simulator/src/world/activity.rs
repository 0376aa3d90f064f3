//! What somebody did to an issue, a comment or a review, as its timeline and its webhook are told of it.
//!
//! It exists so that who and what travel together. It must never say on what: that is the function's own argument.

use serde_json::{Value, json};

/// Something somebody did.
#[derive(Debug, Clone)]
pub(super) struct Activity<'a> {
    /// What, in GitHub's word: the webhook's action, the timeline's event.
    pub action: &'a str,
    /// Who did it.
    pub by: &'a str,
    /// The fields that only this action has.
    pub details: Value,
}

impl<'a> Activity<'a> {
    /// An action without fields of its own.
    pub(super) fn new(action: &'a str, by: &'a str) -> Self {
        Self {
            action,
            by,
            details: json!({}),
        }
    }

    /// The same with these fields.
    pub(super) fn with(self, details: Value) -> Self {
        Self { details, ..self }
    }
}
