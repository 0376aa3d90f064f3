//! One command as the server ran it.

use serde::{Deserialize, Serialize};

/// One command, and what became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Run {
    /// The command, as the repository's policy has it.
    pub command: String,
    /// How it ended.
    pub end: RunEnd,
    /// How long it took, milliseconds.
    pub ms: i64,
    /// The end of what it wrote, bounded and redacted.
    pub tail: String,
}

/// How a command ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "end")]
pub enum RunEnd {
    /// By itself.
    Exit {
        /// Its exit code; that of a signal is 128 and the signal's number.
        code: i32,
    },
    /// It took longer than it may, and was ended.
    TimedOut,
    /// It took more of the machine than it may, and was ended.
    Killed {
        /// Of what, a sentence for people.
        why: String,
    },
    /// It was not begun, because one before it was ended for what it took.
    NotRun,
}

impl Run {
    /// Whether it ended well.
    pub fn passed(&self) -> bool {
        self.end == RunEnd::Exit { code: 0 }
    }
}
