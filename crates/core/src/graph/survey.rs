//! The graph seen as a whole: in which waves its issues can be done, what never comes by itself, and its numbers. Each looks
//! at every edge once, so that none belongs into the handling of a fact.
//!
//! It must never count an issue as one that can be done if something stands before it that nobody is going to do.

use super::adjacency::Adjacency;
use super::arena::{Arena, Slot, Standing};
use super::live::Graph;
use super::load::live_edges;
use crate::ids::TaskKey;

/// The open issues in the order in which they can be done.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Waves {
    /// Each wave can be done at once when those before it are done; by key.
    pub waves: Vec<Vec<TaskKey>>,
    /// Open issues that no wave reaches: in a cycle or behind one, or behind something that does not come by itself; by key.
    pub stuck: Vec<TaskKey>,
}

/// The graph's numbers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Stats {
    /// Issues that are kept.
    pub nodes: usize,
    /// Dependencies that are kept, waived and satisfied ones included.
    pub edges: usize,
    /// Issues that are not done and wait for something.
    pub held: usize,
    /// Issues in a cycle.
    pub in_cycle: usize,
    /// Issues in the longest chain of issues that are not done, each waiting for the next; cycles are left out of it.
    pub longest_chain: usize,
}

impl Graph {
    /// The open issues in waves.
    pub fn waves(&self) -> Waves {
        let mut left: Vec<u32> = slots(&self.arena)
            .map(|slot| self.arena.get(slot).unmet)
            .collect();
        let mut found = Waves::default();
        let open = |slot: Slot| self.arena.get(slot).standing == Standing::Open;
        let all = self.arena.by_key().map(|(_, slot)| slot);
        let mut wave: Vec<Slot> = all
            .filter(|slot| open(*slot) && left[*slot as usize] == 0)
            .collect();
        while !wave.is_empty() {
            found.waves.push(self.keys(&wave));
            let mut next = Vec::new();
            for dependent in wave
                .iter()
                .flat_map(|slot| self.arena.live_dependents(*slot))
            {
                let unmet = &mut left[dependent as usize];
                *unmet = unmet.saturating_sub(1);
                if *unmet == 0 && open(dependent) {
                    next.push(dependent);
                }
            }
            wave = next;
        }
        let all = self.arena.by_key().map(|(_, slot)| slot);
        let stuck = all.filter(|slot| open(*slot) && left[*slot as usize] > 0);
        found.stuck = self.keys(&stuck.collect::<Vec<_>>());
        found
    }

    fn keys(&self, slots: &[Slot]) -> Vec<TaskKey> {
        let keys = slots.iter().map(|slot| self.arena.get(*slot).key);
        let mut keys: Vec<TaskKey> = keys.collect();
        keys.sort_unstable();
        keys
    }

    /// Issues that wait for something that does not come by itself (closed as not planned, missing, unreadable, failed, or a
    /// pull request), so that a person has to say what shall be; by key.
    pub fn orphans(&self) -> Vec<TaskKey> {
        let never = |key: &TaskKey| self.unmet(*key).any(|(_, standing)| !standing.may_come());
        let held = self.nodes().filter(|key| self.standing(*key).holds());
        held.filter(never).collect()
    }

    /// How many issues and dependencies are kept: no edge is looked at.
    pub fn size(&self) -> (usize, usize) {
        (self.arena.len(), self.arena.edges())
    }

    /// The graph's numbers.
    pub fn stats(&self) -> Stats {
        let mut stats = Stats {
            nodes: self.arena.len(),
            edges: self.arena.edges(),
            longest_chain: self.longest_chain(),
            ..Stats::default()
        };
        for (_, slot) in self.arena.by_key() {
            let node = self.arena.get(slot);
            stats.held += usize::from(node.unmet > 0 && node.standing.holds());
            stats.in_cycle += usize::from(node.in_cycle);
        }
        stats
    }

    fn longest_chain(&self) -> usize {
        let mut counts = vec![false; self.arena.size()];
        for (_, slot) in self.arena.by_key() {
            let node = self.arena.get(slot);
            counts[slot as usize] = node.standing.holds() && !node.in_cycle;
        }
        let (live, counts) = (live_edges(&self.arena), counts.as_slice());
        let straight = Adjacency::of(live.len(), |slot| {
            let ends = live.ends(slot).iter().map(|end| *end as usize);
            ends.filter(move |end| counts[slot] && counts[*end])
        });
        let chains = straight.chains(&straight.components(), |slot| u32::from(counts[slot]));
        chains.heaviest().map_or(0, |(_, length)| length as usize)
    }
}

fn slots(arena: &Arena) -> impl Iterator<Item = Slot> {
    (0..arena.size()).filter_map(|slot| Slot::try_from(slot).ok())
}
