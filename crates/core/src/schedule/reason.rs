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
    /// Memory for one more session of its agent.
    Memory,
    /// Memory is kept for a larger one, which has let others go first.
    Larger,
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
    /// Something it needs is out of order.
    Unready {
        /// What, and who mends it.
        fault: Fault,
    },
    /// Its agent's provider lets nobody in.
    Closed {
        /// The agent's name.
        agent: String,
        /// Why, and until when.
        closed: Closed,
    },
}

/// What is out of order before a session starts. Texts are short, and for people.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fault {
    /// An agent does not start on this server, or does not answer: whoever runs skep mends that.
    Agent {
        /// Its name.
        agent: String,
        /// What happened.
        why: String,
    },
    /// The App may not do in the repository what it must: an owner of the account mends that.
    Permissions {
        /// Such as `contents=write`.
        lacks: Vec<String>,
    },
    /// The App could put something on the base branch without a person: whoever owns the repository mends that.
    BaseRules {
        /// The branch.
        branch: String,
        /// The rulesets that it may bypass; without one, nothing keeps it out.
        rulesets: Vec<String>,
    },
    /// The repository cannot be reached: often that is over by itself.
    Repository {
        /// What happened.
        why: String,
    },
}

/// Why an agent starts nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Closed {
    /// What its provider said.
    pub class: ErrorClass,
    /// Until when, epoch milliseconds; it is tried then. `None`: one session tries it now.
    #[serde(default)]
    pub until: Option<i64>,
}
