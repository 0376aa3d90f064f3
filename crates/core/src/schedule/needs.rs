//! What sessions need of the memory, as far as that is known, and what is left of it to give out. All in bytes.

use std::collections::{BTreeMap, HashMap};

use crate::ids::RepositoryId;

/// With less than this free nothing starts.
pub const FLOOR: u64 = 128 << 20;
/// What a session of an agent nobody has described is expected to need, builds and tests included.
pub const UNKNOWN_AGENT: u64 = 1 << 30;
/// Of so many pairs of agent and repository it is known what they need.
const REMEMBERED: usize = 10_000;

/// The memory that is left, as it was measured last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Memory {
    /// What can be had without pushing anything else out, bytes.
    pub free: u64,
    /// What of it is kept free, bytes.
    pub reserve: u64,
}

/// What a session needs, by its agent and its repository. All in bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Needs {
    expected: BTreeMap<String, u64>,
    seen: HashMap<(String, RepositoryId), u64>,
    /// None was ever expected to need less.
    least: u64,
}

impl Default for Needs {
    fn default() -> Self {
        Self::expecting(BTreeMap::new())
    }
}

impl Needs {
    /// What is expected of each agent before it was seen at work.
    pub fn expecting(expected: BTreeMap<String, u64>) -> Self {
        let least = expected.values().copied().fold(UNKNOWN_AGENT, u64::min);
        Self {
            expected,
            seen: HashMap::new(),
            least,
        }
    }

    /// What a session is expected to take at its largest.
    pub fn of(&self, agent: &str, repository: RepositoryId) -> u64 {
        let expected = self.expected.get(agent).copied();
        let expected = expected.unwrap_or(UNKNOWN_AGENT);
        match self.seen.is_empty() {
            true => expected,
            false => {
                let seen = self.seen.get(&(agent.to_owned(), repository));
                seen.copied().unwrap_or(expected)
            }
        }
    }

    /// What an agent was seen to need in a repository before a restart.
    pub fn remember(&mut self, agent: &str, repository: RepositoryId, bytes: u64) {
        let key = (agent.to_owned(), repository);
        if self.seen.len() < REMEMBERED || self.seen.contains_key(&key) {
            self.least = self.least.min(bytes);
            self.seen.insert(key, bytes);
        }
    }

    /// A session took so much at its largest; answers what the next one is expected to need. That is the most that was seen, and
    /// with each session that needs less a quarter of the difference goes.
    pub fn saw(&mut self, agent: &str, repository: RepositoryId, bytes: u64) -> u64 {
        let before = self.seen.get(&(agent.to_owned(), repository));
        let before = before.copied().unwrap_or_default();
        let needs = bytes.max(before - before.saturating_sub(bytes).div_ceil(4));
        self.remember(agent, repository, needs);
        needs
    }

    /// None needs less.
    pub(super) fn least(&self) -> u64 {
        self.least
    }
}

/// What is left to give out; `None` where nobody measured it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Budget(Option<Left>);

#[derive(Debug, Clone, Copy)]
struct Left {
    bytes: u64,
    /// Nothing is at work, and enough is free for something.
    alone: bool,
}

impl Budget {
    /// What is left when what the sessions at work may still take is taken off; `is_idle`: there are none.
    pub(super) fn new(memory: Option<Memory>, may_grow: u64, is_idle: bool) -> Self {
        Self(memory.map(|memory| {
            Left {
                bytes: memory
                    .free
                    .saturating_sub(memory.reserve.saturating_add(may_grow)),
                alone: is_idle && memory.free >= FLOOR,
            }
        }))
    }

    /// Whether a session that needs so much may start.
    pub(super) fn fits(&self, needs: u64) -> bool {
        self.0.is_none_or(|left| left.alone || needs <= left.bytes)
    }

    /// Takes what a session needs.
    pub(super) fn take(&mut self, needs: u64) {
        if let Some(left) = &mut self.0 {
            left.bytes = left.bytes.saturating_sub(needs);
            left.alone = false;
        }
    }
}
