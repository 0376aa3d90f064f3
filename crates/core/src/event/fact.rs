//! An event and the issue it happened to: the body of every inbox row that is not a webhook's.
//!
//! It is data and nothing else: whoever states a fact must not say what follows from it.

use serde::{Deserialize, Serialize};

use super::Event;
use crate::location::Place;

/// A domain event and where it happened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Fact {
    /// Where.
    pub place: Place,
    /// What.
    #[serde(flatten)]
    pub event: Event,
}

impl Fact {
    /// The fact as the body of an inbox row.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self)
            .expect("facts have string keys and no custom serializers, so they always serialize")
    }
}
