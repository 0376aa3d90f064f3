//! The circles that a node is part of: all nodes that it waits for and that wait for it, over whatever way.
//!
//! It must never look beyond one level of the order: no circle leads through two.

use std::collections::BTreeMap;

use super::adjacency::Adjacency;
use super::arena::{Arena, Slot};
use super::order::Order;

/// Which nodes a search may enter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Through {
    /// All.
    Any,
    /// Those that are known to be in a cycle.
    InCycle,
}

impl Through {
    fn admits(self, arena: &Arena, slot: Slot) -> bool {
        self == Self::Any || arena.get(slot).in_cycle
    }
}

/// All nodes that are in a circle with this one; itself in any case.
pub(super) fn around(arena: &Arena, order: &mut Order, start: Slot, through: Through) -> Vec<Slot> {
    let level = order.level(start);
    let near = |order: &Order, slot| order.level(slot) == level && through.admits(arena, slot);
    order.unmark();
    order.mark(start);
    let mut after = vec![start];
    let mut at = 0;
    while let Some(node) = after.get(at).copied() {
        for next in arena.live_dependents(node) {
            if near(order, next) && order.mark(next) {
                after.push(next);
            }
        }
        at += 1;
    }
    // A node of both ways is marked by the first and then by the second.
    let mut is_after: Vec<Slot> = after;
    is_after.sort_unstable();
    order.unmark();
    order.mark(start);
    let mut both = vec![start];
    let mut at = 0;
    while let Some(node) = both.get(at).copied() {
        for before in arena.live_blockers(node) {
            if is_after.binary_search(&before).is_ok() && order.mark(before) {
                both.push(before);
            }
        }
        at += 1;
    }
    both
}

/// Says of each of these nodes whether it is in a cycle that leads through these nodes alone.
pub(super) fn judge(arena: &mut Arena, members: &[Slot]) {
    let numbers: BTreeMap<Slot, usize> = members
        .iter()
        .enumerate()
        .map(|(number, slot)| (*slot, number))
        .collect();
    let graph = Adjacency::of(members.len(), |number| {
        let blockers = arena.live_blockers(members[number]);
        blockers.filter_map(|slot| numbers.get(&slot).copied())
    });
    for component in graph.components() {
        let is_circle = graph.is_circle(&component);
        for number in component {
            arena.get_mut(members[number as usize]).in_cycle = is_circle;
        }
    }
}
