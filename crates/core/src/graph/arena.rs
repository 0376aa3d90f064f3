//! The nodes and edges as they lie in memory: each node has a number, and each edge stands at both of its ends.
//!
//! It must never hold an edge at one end only, or a count of unmet blockers that is not true.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::ids::TaskKey;

/// How an issue stands for those that wait for it. Only `Done` sets them free.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// It is open, or nobody said yet how it stands.
    #[default]
    Open,
    /// It was closed as completed.
    Done,
    /// It was closed as not planned.
    NotPlanned,
    /// It was deleted, or there never was an issue of that number.
    Missing,
    /// The App cannot see it.
    Unreadable,
    /// skep's work on it failed.
    Failed,
    /// The number is a pull request's.
    IsPull,
}

impl Standing {
    /// Whether it holds those that wait for it.
    pub fn holds(self) -> bool {
        self != Self::Done
    }

    /// Whether it may be done one day without a person doing something about it.
    pub fn may_come(self) -> bool {
        matches!(self, Self::Open | Self::Done)
    }
}

/// The number of a node, from 0; given to another issue when this one is let go.
pub(super) type Slot = u32;

/// One end of an edge: the node at its other end, and whether a person waived the edge.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Link(u32);

const WAIVED: u32 = 1 << 31;

impl Link {
    pub(super) fn counting(to: Slot) -> Self {
        Self(to)
    }

    pub(super) fn waived(to: Slot) -> Self {
        Self(to | WAIVED)
    }

    pub(super) fn to(self) -> Slot {
        self.0 & !WAIVED
    }

    pub(super) fn is_waived(self) -> bool {
        self.0 & WAIVED != 0
    }

    /// The other end's record of the same edge.
    fn seen_from(self, other: Slot) -> Self {
        Self(other | (self.0 & WAIVED))
    }
}

/// One issue.
#[derive(Debug, Clone)]
pub(super) struct Node {
    pub(super) key: TaskKey,
    /// What it waits for, by key.
    pub(super) blockers: Box<[Link]>,
    /// What waits for it, in no order.
    pub(super) dependents: Vec<Link>,
    /// How many of its blockers hold it.
    pub(super) unmet: u32,
    pub(super) standing: Standing,
    /// Whether it waits for itself, over whatever way.
    pub(super) in_cycle: bool,
    /// Whether a person waived something here: it is kept then, even without edges.
    pub(super) has_waiver: bool,
}

/// All nodes. A slot is only ever taken from the arena itself and used before the next [`Arena::sweep`].
#[derive(Debug, Clone, Default)]
pub(super) struct Arena {
    nodes: Vec<Node>,
    free: Vec<Slot>,
    slots: BTreeMap<TaskKey, Slot>,
    edges: usize,
}

impl Arena {
    pub(super) fn find(&self, key: TaskKey) -> Option<Slot> {
        self.slots.get(&key).copied()
    }

    pub(super) fn get(&self, slot: Slot) -> &Node {
        &self.nodes[slot as usize]
    }

    pub(super) fn get_mut(&mut self, slot: Slot) -> &mut Node {
        &mut self.nodes[slot as usize]
    }

    /// The node of an issue, which is made if it is new.
    pub(super) fn intern(&mut self, key: TaskKey) -> Slot {
        if let Some(slot) = self.find(key) {
            return slot;
        }
        let node = Node {
            key,
            blockers: Box::default(),
            dependents: Vec::new(),
            unmet: 0,
            standing: Standing::Open,
            in_cycle: false,
            has_waiver: false,
        };
        let slot = match self.free.pop() {
            Some(slot) => {
                *self.get_mut(slot) = node;
                slot
            }
            None => {
                let next = u32::try_from(self.nodes.len()).ok();
                let slot = next
                    .filter(|slot| *slot < WAIVED)
                    .expect("2^31 nodes do not fit into a machine");
                self.nodes.push(node);
                slot
            }
        };
        self.slots.insert(key, slot);
        slot
    }

    /// Lets a node go that nothing refers to and that waits for nothing. True if it went.
    pub(super) fn sweep(&mut self, slot: Slot) -> bool {
        let node = self.get(slot);
        if !node.blockers.is_empty() || !node.dependents.is_empty() || node.has_waiver {
            return false;
        }
        let key = node.key;
        if self.slots.remove(&key).is_some() {
            self.get_mut(slot).dependents = Vec::new();
            self.free.push(slot);
        }
        true
    }

    /// How many slots there are, free ones included.
    pub(super) fn size(&self) -> usize {
        self.nodes.len()
    }

    pub(super) fn edges(&self) -> usize {
        self.edges
    }

    /// Every node, by key.
    pub(super) fn by_key(&self) -> impl Iterator<Item = (TaskKey, Slot)> + '_ {
        self.slots.iter().map(|(key, slot)| (*key, *slot))
    }

    pub(super) fn len(&self) -> usize {
        self.slots.len()
    }

    /// Replaces what a node waits for, at both ends. The list is ordered by key and names nothing twice.
    pub(super) fn relink(&mut self, slot: Slot, links: Box<[Link]>) {
        let before = std::mem::take(&mut self.get_mut(slot).blockers);
        for link in only_in(&before, &links) {
            let ours = link.seen_from(slot);
            let dependents = &mut self.get_mut(link.to()).dependents;
            if let Some(at) = dependents.iter().position(|link| *link == ours) {
                dependents.swap_remove(at);
            }
        }
        for link in only_in(&links, &before) {
            self.get_mut(link.to())
                .dependents
                .push(link.seen_from(slot));
        }
        self.edges = (self.edges + links.len()).saturating_sub(before.len());
        self.get_mut(slot).blockers = links;
        self.count_unmet(slot);
    }

    fn count_unmet(&mut self, slot: Slot) {
        let unmet = self.unmet(slot).count();
        self.get_mut(slot).unmet = u32::try_from(unmet).unwrap_or(u32::MAX);
    }

    /// Replaces how a node stands, and counts it at its dependents.
    pub(super) fn stand(&mut self, slot: Slot, standing: Standing) {
        let held = self.get(slot).standing.holds();
        self.get_mut(slot).standing = standing;
        if held == standing.holds() {
            return;
        }
        let dependents = std::mem::take(&mut self.get_mut(slot).dependents);
        for link in dependents.iter().filter(|link| !link.is_waived()) {
            let unmet = &mut self.get_mut(link.to()).unmet;
            *unmet = match held {
                true => unmet.saturating_sub(1),
                false => unmet.saturating_add(1),
            };
        }
        self.get_mut(slot).dependents = dependents;
    }

    /// The blockers that hold a node, by key.
    pub(super) fn unmet(&self, slot: Slot) -> impl Iterator<Item = Slot> + '_ {
        let holds = |link: &&Link| !link.is_waived() && self.get(link.to()).standing.holds();
        let links = self.get(slot).blockers.iter();
        links.filter(holds).map(|link| link.to())
    }

    /// The blockers that hold a node that is not done itself: the edges that a cycle can lead through.
    pub(super) fn live_blockers(&self, slot: Slot) -> impl Iterator<Item = Slot> + '_ {
        let live = self.get(slot).standing.holds();
        self.unmet(slot).filter(move |_| live)
    }

    /// The same edges from their other end.
    pub(super) fn live_dependents(&self, slot: Slot) -> impl Iterator<Item = Slot> + '_ {
        let node = self.get(slot);
        let live = node.standing.holds();
        let links = node
            .dependents
            .iter()
            .filter(move |link| live && !link.is_waived());
        links
            .map(|link| link.to())
            .filter(|slot| self.get(*slot).standing.holds())
    }
}

/// What stands in the first list and not in the second.
pub(super) fn only_in(list: &[Link], other: &[Link]) -> Vec<Link> {
    let mut other = other.to_vec();
    other.sort_unstable();
    let is_new = |link: &Link| other.binary_search(link).is_err();
    list.iter().copied().filter(is_new).collect()
}
