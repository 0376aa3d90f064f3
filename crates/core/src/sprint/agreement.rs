//! Somebody has to agree to the start of a sprint or of one of its phases: since when it waits, whether people were reminded, and when
//! it is looked for reactions next. It must never say that somebody agreed: that is the sprint's to remember.

use serde::{Deserialize, Serialize};

use crate::ids::CommentId;

/// What is remembered while somebody has to agree. Times are epoch milliseconds.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Agreement {
    /// Since when it waits.
    #[serde(default)]
    pub since: i64,
    /// Reactions from before do not count: they were for other words.
    #[serde(default)]
    pub counts_from: i64,
    /// Whether people were reminded.
    #[serde(default)]
    pub reminded: bool,
    /// Nobody agreed in time; whoever agrees later still may.
    #[serde(default)]
    pub expired: bool,
    /// The comment that asks, whose reactions count; `None`: the status comment, or not known yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<CommentId>,
    /// How often it was looked for reactions.
    #[serde(default)]
    pub looked: u32,
}

impl Agreement {
    /// It begins to wait.
    pub fn from(since: i64) -> Self {
        Self {
            since,
            counts_from: since,
            ..Self::default()
        }
    }

    /// Since when a reaction counts.
    pub fn counts_from(&self) -> i64 {
        self.since.max(self.counts_from)
    }
}
