//! Pieces that many of GitHub's JSON objects have: fields put together, the count of reactions.
//!
//! It must never know a whole object.

use serde_json::{Map, Value, json};

use crate::world::issue::{REACTIONS, Reaction};

/// Puts the fields of several objects into one; later ones win.
pub(super) fn joined(parts: impl IntoIterator<Item = Value>) -> Value {
    let mut all = Map::new();
    for part in parts {
        if let Value::Object(fields) = part {
            all.extend(fields);
        }
    }
    Value::Object(all)
}

/// The `reactions` object: how many of each.
pub(super) fn rollup(url: &str, reactions: &[Reaction]) -> Value {
    let mut counts = Map::new();
    counts.insert("url".to_owned(), json!(format!("{url}/reactions")));
    counts.insert("total_count".to_owned(), json!(reactions.len()));
    for content in REACTIONS {
        let count = reactions
            .iter()
            .filter(|reaction| reaction.content == content)
            .count();
        counts.insert(content.to_owned(), json!(count));
    }
    Value::Object(counts)
}
