//! How many sessions may be at work at once, and for whom.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// How many sessions may be at work at once; 0 is no limit of its own, but for `sessions`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Caps {
    /// In all.
    pub sessions: u32,
    /// Of one installation, which is an account's.
    pub installation: u32,
    /// Of one repository.
    pub repository: u32,
    /// Of one role, by its name.
    pub roles: BTreeMap<String, u32>,
    /// Of one agent, by its name.
    pub agents: BTreeMap<String, u32>,
    /// That one person may begin in any 24 hours.
    pub person_per_day: u32,
}

impl Caps {
    /// Only a limit in all.
    pub fn of(sessions: u32) -> Self {
        Self {
            sessions,
            ..Self::default()
        }
    }

    /// Whether so many are as many as a limit allows.
    pub(super) fn is_full(limit: u32, taken: u32) -> bool {
        limit > 0 && taken >= limit
    }

    /// The limit of a name in one of the tables.
    pub(super) fn of_name(table: &BTreeMap<String, u32>, name: &str) -> u32 {
        table.get(name).copied().unwrap_or_default()
    }
}
