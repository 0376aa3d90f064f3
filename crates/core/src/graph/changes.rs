//! What one fact changed, and how it is found out: nodes are noted with what was true before they are touched.
//!
//! It must never leave one out: what is not listed here nobody is told.

use std::collections::BTreeMap;

use super::arena::{Arena, Slot};
use crate::ids::TaskKey;

/// Whom a fact concerns. Each list is ordered and names nothing twice; an issue stands in at most one of `released`, `held`
/// and `changed`, and in at most one of `entered`, `rerouted` and `left`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Changes {
    /// Nothing holds them any more (closed ones are listed as well).
    pub released: Vec<TaskKey>,
    /// Something holds them that were free.
    pub held: Vec<TaskKey>,
    /// They are still held, but by other blockers, or a blocker of theirs stands otherwise.
    pub changed: Vec<TaskKey>,
    /// They are in a cycle and were in none.
    pub entered: Vec<TaskKey>,
    /// They are still in a cycle, which may read otherwise now.
    pub rerouted: Vec<TaskKey>,
    /// They were in a cycle and are in none.
    pub left: Vec<TaskKey>,
    /// Issues that the graph did not know before, the one that the fact is of included. They count as open until somebody says
    /// how they stand.
    pub newcomers: Vec<TaskKey>,
}

impl Changes {
    /// Whether nobody has to be told anything, and nothing looked up.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// What was true of the nodes that are touched.
#[derive(Debug, Default)]
pub(super) struct Before {
    was_in_cycle: BTreeMap<TaskKey, bool>,
    pub(super) newcomers: Vec<TaskKey>,
}

impl Before {
    /// Notes whether these nodes are in a cycle, unless that was noted before.
    pub(super) fn note_cycle(&mut self, arena: &Arena, slots: &[Slot]) {
        for slot in slots {
            let node = arena.get(*slot);
            self.was_in_cycle.entry(node.key).or_insert(node.in_cycle);
        }
    }

    /// Compares with what is true now.
    pub(super) fn compare(self, arena: &Arena) -> Changes {
        let mut changes = Changes::default();
        for (key, was) in self.was_in_cycle {
            let slot = arena.find(key);
            let is = slot.is_some_and(|slot| arena.get(slot).in_cycle);
            match (was, is) {
                (false, true) => changes.entered.push(key),
                (true, true) => changes.rerouted.push(key),
                (true, false) => changes.left.push(key),
                (false, false) => {}
            }
        }
        changes.newcomers = self.newcomers;
        changes.newcomers.sort_unstable();
        changes
    }
}
