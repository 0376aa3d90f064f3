//! The graph made at once from everything that is known, at the start: in one pass over the edges instead of edge by edge.
//!
//! It must never make another graph than the same facts told one by one.

use std::collections::BTreeSet;

use super::adjacency::Adjacency;
use super::arena::{Arena, Slot, Standing};
use super::live::{Graph, Waiver};
use crate::ids::TaskKey;

/// What is known of one issue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// The issue.
    pub node: TaskKey,
    /// How it stands.
    pub standing: Standing,
    /// What it waits for.
    pub blockers: Vec<TaskKey>,
    /// Which of that does not count.
    pub waiver: Waiver,
}

/// A graph that was made at once.
#[derive(Debug)]
pub struct Loaded {
    /// The graph.
    pub graph: Graph,
    /// Blockers of which nobody said how they stand: they count as open.
    pub newcomers: Vec<TaskKey>,
}

impl Graph {
    /// Makes the graph from all that is known; of an issue that is told twice the last counts.
    pub fn load(facts: impl IntoIterator<Item = Known>) -> Loaded {
        let mut graph = Self::default();
        let mut told = BTreeSet::new();
        for known in facts {
            told.insert(graph.take_in(known));
        }
        let all: Vec<(TaskKey, Slot)> = graph.arena.by_key().collect();
        for (_, slot) in &all {
            graph.arena.sweep(*slot);
        }
        let untold = all.into_iter().filter(|(_, slot)| !told.contains(slot));
        let newcomers = untold.map(|(key, _)| key).filter(|key| graph.knows(*key));
        let newcomers = newcomers.collect();
        graph.order.grow(&graph.arena);
        graph.arrange();
        Loaded { graph, newcomers }
    }

    /// Puts one issue in, without bringing its edges into the order.
    fn take_in(&mut self, known: Known) -> Slot {
        let slot = self.arena.intern(known.node);
        self.waivers.remove(&known.node);
        if let Some(waiver) = known.waiver.tidied() {
            self.waivers.insert(known.node, waiver);
        }
        self.arena.get_mut(slot).has_waiver = self.waivers.contains_key(&known.node);
        let mut keys = known.blockers;
        keys.sort_unstable();
        keys.dedup();
        let links = self.links(known.node, &keys, &mut Default::default());
        self.arena.relink(slot, links);
        self.arena.stand(slot, known.standing);
        slot
    }

    /// Finds all circles, and spreads the nodes over about √m levels of about √m edges each, blockers first.
    fn arrange(&mut self) {
        let graph = live_edges(&self.arena);
        let per_level = self.arena.edges().isqrt().max(1);
        let (mut level, mut edges) = (0_u32, 0_usize);
        for component in graph.components() {
            let is_circle = graph.is_circle(&component);
            for slot in component {
                self.arena.get_mut(slot).in_cycle = is_circle;
                self.order.set_level(slot, level);
                edges = edges.saturating_add(graph.ends(slot as usize).len());
            }
            if edges >= per_level {
                (level, edges) = (level.saturating_add(1), 0);
            }
        }
    }
}

/// From each slot to the slots of what holds it; nothing for what is done or free.
pub(super) fn live_edges(arena: &Arena) -> Adjacency {
    Adjacency::of(arena.size(), |slot| {
        let slot = Slot::try_from(slot).unwrap_or(Slot::MAX);
        arena.live_blockers(slot).map(|blocker| blocker as usize)
    })
}
