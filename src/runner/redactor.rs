//! Takes the keys that agents hold out of what they say. Nothing an agent wrote may be stored or shown unless it came
//! through here.

use std::sync::Arc;

use crate::core::sanitise;

/// Knows the keys. Clones share them.
#[derive(Clone)]
pub struct Redactor(Arc<[String]>);

impl Redactor {
    /// One that knows these.
    pub fn new(secrets: Vec<String>) -> Self {
        Self(secrets.into())
    }

    /// The keys.
    pub(super) fn secrets(&self) -> Vec<&str> {
        self.0.iter().map(String::as_str).collect()
    }

    /// Text without keys and homes.
    pub fn redact(&self, text: &str) -> String {
        sanitise::redact(text, &self.secrets())
    }
}
