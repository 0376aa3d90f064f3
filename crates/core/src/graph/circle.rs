//! The way along which an issue waits for itself.
//!
//! It must never depend on how the graph came about: of several shortest ways it takes the one with the lowest keys.

use std::collections::{BTreeMap, VecDeque};

use super::arena::Slot;
use super::live::Graph;
use crate::ids::TaskKey;

impl Graph {
    /// A shortest cycle through the issue: it waits for the second, each for the next, and the last for the first. An issue
    /// that waits for itself is alone in it. `None` if it is in none. As many steps as the circles around it have edges.
    pub fn cycle(&self, node: TaskKey) -> Option<Vec<TaskKey>> {
        let start = self.arena.find(node)?;
        if !self.arena.get(start).in_cycle {
            return None;
        }
        let level = self.order.level(start);
        let mut came_from: BTreeMap<Slot, Slot> = BTreeMap::new();
        let mut queue = VecDeque::from([start]);
        while let Some(slot) = queue.pop_front() {
            for blocker in self.arena.live_blockers(slot) {
                if blocker == start {
                    return Some(self.path(&came_from, slot));
                }
                let inside = self.arena.get(blocker).in_cycle && self.order.level(blocker) == level;
                if inside && !came_from.contains_key(&blocker) {
                    came_from.insert(blocker, slot);
                    queue.push_back(blocker);
                }
            }
        }
        None
    }

    fn path(&self, came_from: &BTreeMap<Slot, Slot>, last: Slot) -> Vec<TaskKey> {
        let way = std::iter::successors(Some(last), |slot| came_from.get(slot).copied());
        let mut path: Vec<TaskKey> = way.map(|slot| self.arena.get(slot).key).collect();
        path.reverse();
        path
    }
}
