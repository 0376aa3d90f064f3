//! What a queued task waits for, as far as that is not its own affair: each with what releases it.

use serde::{Deserialize, Serialize};

use crate::agent::ErrorClass;

/// What a queued task waits for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "for")]
pub enum Reason {
    /// Its turn: others are before it, or nobody has looked yet.
    #[default]
    Turn,
    /// Space on the server's disk.
    Disk,
    /// The operator paused all starts, or those of its repository.
    Paused {
        /// Only its repository's.
        repository: bool,
    },
    /// So many sessions of its account at once are the most.
    Account {
        /// How many.
        most: u32,
    },
    /// So many sessions of its repository at once are the most.
    Repository {
        /// How many.
        most: u32,
    },
    /// So many sessions of its role at once are the most.
    Role {
        /// The role's name.
        role: String,
        /// How many.
        most: u32,
    },
    /// So many sessions of its agent at once are the most.
    Agent {
        /// The agent's name.
        agent: String,
        /// How many.
        most: u32,
    },
    /// So many sessions a day for one person are the most.
    Person {
        /// How many.
        most: u32,
        /// When the next may start, epoch milliseconds.
        until: i64,
    },
    /// Its agent's provider lets nobody in.
    Closed {
        /// The agent's name.
        agent: String,
        /// Why, and until when.
        closed: Closed,
    },
}

/// Why an agent starts nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Closed {
    /// What its provider said.
    pub class: ErrorClass,
    /// Until when, epoch milliseconds; it is tried then.
    pub until: i64,
}
