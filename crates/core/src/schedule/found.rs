//! What was found out of what sessions need: the values alone.

use std::collections::BTreeMap;

use super::reason::Fault;
use crate::ids::RepositoryId;

/// How long what was found holds, milliseconds.
pub const READY_FOR_MS: i64 = 2 * 60_000;
/// What may be ready or not.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Subject {
    /// An agent, by its name.
    Agent(String),
    /// A repository, and what we may do there.
    Repository(RepositoryId),
}

/// What a fault means.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum OnFault {
    /// What needs what has it waits.
    Hold,
    /// It is told, and sessions start all the same.
    #[default]
    Tell,
}

/// What is known of what sessions need.
#[derive(Debug, Clone, Default)]
pub(super) struct Known {
    /// Whether what is not known to be ready holds starts back.
    pub(super) on_fault: OnFault,
    pub(super) found: BTreeMap<Subject, Found>,
}

#[derive(Debug, Clone)]
pub(super) struct Found {
    pub(super) fault: Option<Fault>,
    pub(super) at: i64,
    /// When that fault, or that it is ready, was found first.
    pub(super) since: i64,
}

/// What was found, as it is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Looked {
    /// Of what.
    pub subject: Subject,
    /// What is wrong with it, if anything.
    pub fault: Option<Fault>,
    /// Since when it is so, epoch milliseconds.
    pub since: i64,
    /// When it was looked at last.
    pub at: i64,
}

impl Found {
    /// It still holds at `now`.
    pub(super) fn is_fresh(&self, now: i64) -> bool {
        now < self.at.saturating_add(READY_FOR_MS)
    }

    /// Somebody asked for it of late.
    pub(super) fn is_kept(&self, now: i64) -> bool {
        now < self.at.saturating_add(10 * READY_FOR_MS)
    }
}
