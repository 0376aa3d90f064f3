//! A time without skep, and what was found of it afterwards.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// A time without skep. Times are epoch milliseconds.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DownTime {
    /// When it was last known to be alive.
    pub from: i64,
    /// When it was there again.
    pub to: i64,
    /// What was found and taken up, by kind: `comments`, `labels`, … and how many.
    pub recovered: BTreeMap<String, u64>,
    /// What cannot be known, a half sentence each.
    pub unknown: Vec<String>,
}

impl DownTime {
    /// Counts one thing that was recovered.
    pub fn found(&mut self, kind: &str) {
        *self.recovered.entry(kind.to_owned()).or_default() += 1;
    }
}
