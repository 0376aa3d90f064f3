//! The graph as facts change it.
//!
//! It must never answer with less than a fact changed: whoever reads [`Changes`] need not look at anything else.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::arena::{Arena, Link, Slot, Standing, only_in};
use super::changes::{Before, Changes};
use super::component::{Through, around, judge};
use super::order::Order;
use crate::ids::TaskKey;

/// Which blockers of an issue a person said do not count.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Waiver {
    /// All count.
    #[default]
    Nothing,
    /// These do not count, whether they are blockers now or become so later; in any order.
    Only(Vec<TaskKey>),
    /// None counts, those that are found later included.
    Everything,
}

impl Waiver {
    fn covers(&self, blocker: TaskKey) -> bool {
        match self {
            Self::Nothing => false,
            Self::Only(list) => list.binary_search(&blocker).is_ok(),
            Self::Everything => true,
        }
    }

    /// The one way to say it; `None` says that all count.
    pub(super) fn tidied(self) -> Option<Self> {
        match self {
            Self::Nothing => None,
            Self::Everything => Some(self),
            Self::Only(mut list) => {
                list.sort_unstable();
                list.dedup();
                (!list.is_empty()).then_some(Self::Only(list))
            }
        }
    }
}

/// One thing that an issue waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Blocker {
    /// The issue.
    pub key: TaskKey,
    /// How it stands.
    pub standing: Standing,
    /// Whether a person said that it does not count here.
    pub is_waived: bool,
}

impl Blocker {
    /// Whether it holds the issue that waits for it.
    pub fn holds(&self) -> bool {
        self.standing.holds() && !self.is_waived
    }
}

/// Which issue waits for which. How large it may grow is up to whoever feeds it: it keeps what was named and is still
/// named, and nothing else.
#[derive(Debug, Clone, Default)]
pub struct Graph {
    pub(super) arena: Arena,
    pub(super) order: Order,
    pub(super) waivers: BTreeMap<TaskKey, Waiver>,
}

impl Graph {
    /// Replaces what an issue waits for. Repetitions count once; an issue that waits for itself is a cycle of one.
    pub fn set(&mut self, node: TaskKey, blockers: &[TaskKey]) -> Changes {
        let mut keys = blockers.to_vec();
        keys.sort_unstable();
        keys.dedup();
        if keys.is_empty() && self.arena.find(node).is_none() {
            return Changes::default();
        }
        self.relink(node, &keys)
    }

    /// Replaces which blockers of an issue do not count.
    pub fn waive(&mut self, node: TaskKey, waiver: Waiver) -> Changes {
        let waiver = waiver.tidied();
        if waiver.is_none() && self.arena.find(node).is_none() {
            return Changes::default();
        }
        match waiver {
            Some(waiver) => self.waivers.insert(node, waiver),
            None => self.waivers.remove(&node),
        };
        let keys: Vec<TaskKey> = self.blockers(node).map(|blocker| blocker.key).collect();
        self.relink(node, &keys)
    }

    /// Forgets what an issue waits for, and what was waived for it. Others that wait for it still do.
    pub fn remove(&mut self, node: TaskKey) -> Changes {
        self.waivers.remove(&node);
        self.set(node, &[])
    }

    /// Replaces how an issue stands. Of an issue that nothing refers to and that waits for nothing, nothing is kept.
    pub fn stand(&mut self, node: TaskKey, standing: Standing) -> Changes {
        let Some(slot) = self.arena.find(node) else {
            return Changes::default();
        };
        let old = self.arena.get(slot).standing;
        let mut before = Before::default();
        match (old.holds(), standing.holds()) {
            _ if old == standing => return Changes::default(),
            (true, false) => self.finish(slot, standing, &mut before),
            (false, true) => self.reopen(slot, standing, &mut before),
            _ => self.arena.stand(slot, standing),
        }
        let mut changes = before.compare(&self.arena);
        let links = self.arena.get(slot).dependents.iter();
        for link in links.filter(|link| !link.is_waived()) {
            let dependent = self.arena.get(link.to());
            let list = match (dependent.unmet, old.holds()) {
                (0, _) => &mut changes.released,
                (1, false) => &mut changes.held,
                _ => &mut changes.changed,
            };
            list.push(dependent.key);
        }
        for list in [
            &mut changes.released,
            &mut changes.held,
            &mut changes.changed,
        ] {
            list.sort_unstable();
        }
        changes
    }

    fn finish(&mut self, slot: Slot, standing: Standing, before: &mut Before) {
        let circle = self.circle_of(slot, before);
        self.arena.stand(slot, standing);
        judge(&mut self.arena, &circle);
    }

    fn reopen(&mut self, slot: Slot, standing: Standing, before: &mut Before) {
        self.arena.stand(slot, standing);
        let blockers: Vec<Slot> = self.arena.live_blockers(slot).collect();
        let dependents: Vec<Slot> = self.arena.live_dependents(slot).collect();
        let incoming = blockers.into_iter().map(|blocker| (blocker, slot));
        let outgoing = dependents.into_iter().map(|dependent| (slot, dependent));
        for (blocker, dependent) in incoming.chain(outgoing) {
            self.order_edge(blocker, dependent, before);
        }
    }

    /// The circle a node is in, noted as it was before it is touched; empty if it is in none.
    fn circle_of(&mut self, slot: Slot, before: &mut Before) -> Vec<Slot> {
        if !self.arena.get(slot).in_cycle {
            return Vec::new();
        }
        let circle = around(&self.arena, &mut self.order, slot, Through::InCycle);
        before.note_cycle(&self.arena, &circle);
        circle
    }

    /// Brings a live edge into the order, and marks the circle that it closes.
    fn order_edge(&mut self, blocker: Slot, dependent: Slot, before: &mut Before) {
        if !self.order.insert(&self.arena, blocker, dependent) {
            return;
        }
        let circle = around(&self.arena, &mut self.order, dependent, Through::Any);
        before.note_cycle(&self.arena, &circle);
        for slot in circle {
            self.arena.get_mut(slot).in_cycle = true;
        }
    }

    /// Makes the edges of a node anew from what it waits for (ordered, nothing twice) and what is waived.
    fn relink(&mut self, node: TaskKey, keys: &[TaskKey]) -> Changes {
        let mut before = Before::default();
        let slot = self.meet(node, &mut before);
        self.arena.get_mut(slot).has_waiver = self.waivers.contains_key(&node);
        let links = self.links(node, keys, &mut before);
        self.order.grow(&self.arena);
        let old_unmet: Vec<Slot> = self.arena.unmet(slot).collect();
        let gone = only_in(&self.arena.get(slot).blockers, &links);
        let mut new = only_in(&links, &self.arena.get(slot).blockers);
        new.sort_unstable();
        let circle = match gone.is_empty() && new.is_empty() {
            true => Vec::new(),
            false => self.circle_of(slot, &mut before),
        };
        self.arena.relink(slot, links);
        judge(&mut self.arena, &circle);
        self.order_new(slot, &new, &mut before);
        let unmet: Vec<Slot> = self.arena.unmet(slot).collect();
        for slot in gone.iter().map(|link| link.to()).chain([slot]) {
            self.sweep(slot);
        }
        let mut changes = before.compare(&self.arena);
        match (old_unmet.is_empty(), unmet.is_empty()) {
            _ if old_unmet == unmet => {}
            (_, true) => changes.released.push(node),
            (true, _) => changes.held.push(node),
            _ => changes.changed.push(node),
        }
        changes
    }

    /// The edges to these, new nodes made for those that are not there.
    pub(super) fn links(
        &mut self,
        node: TaskKey,
        keys: &[TaskKey],
        before: &mut Before,
    ) -> Box<[Link]> {
        let slots = keys.iter().map(|key| self.meet(*key, before));
        let slots: Vec<Slot> = slots.collect();
        let waiver = self.waiver(node);
        let link = |(key, slot): (&TaskKey, Slot)| match waiver.covers(*key) {
            true => Link::waived(slot),
            false => Link::counting(slot),
        };
        keys.iter().zip(slots).map(link).collect()
    }

    /// The node of an issue; a new one is noted as a newcomer.
    fn meet(&mut self, key: TaskKey, before: &mut Before) -> Slot {
        self.arena.find(key).unwrap_or_else(|| {
            before.newcomers.push(key);
            self.arena.intern(key)
        })
    }

    /// Brings those of a node's new edges (sorted) into the order that are live.
    fn order_new(&mut self, slot: Slot, new: &[Link], before: &mut Before) {
        let is_new = |slot: &Slot| new.binary_search(&Link::counting(*slot)).is_ok();
        let live = self.arena.live_blockers(slot).filter(is_new);
        for blocker in live.collect::<Vec<_>>() {
            self.order_edge(blocker, slot, before);
        }
    }

    fn sweep(&mut self, slot: Slot) {
        if self.arena.sweep(slot) {
            self.order.forget(slot);
        }
    }

    /// Whether nothing holds the issue. True of one that the graph does not know.
    pub fn is_free(&self, node: TaskKey) -> bool {
        let slot = self.arena.find(node);
        slot.is_none_or(|slot| self.arena.get(slot).unmet == 0)
    }

    /// Whether the issue waits for itself, over whatever way.
    pub fn is_in_cycle(&self, node: TaskKey) -> bool {
        let slot = self.arena.find(node);
        slot.is_some_and(|slot| self.arena.get(slot).in_cycle)
    }

    /// Whether anything is kept of the issue.
    pub fn knows(&self, node: TaskKey) -> bool {
        self.arena.find(node).is_some()
    }

    /// How the issue stands; `Open` if the graph does not know it.
    pub fn standing(&self, node: TaskKey) -> Standing {
        let slot = self.arena.find(node);
        slot.map_or(Standing::Open, |slot| self.arena.get(slot).standing)
    }

    /// Which blockers of the issue do not count.
    pub fn waiver(&self, node: TaskKey) -> &Waiver {
        self.waivers.get(&node).unwrap_or(&Waiver::Nothing)
    }

    /// Everything that the issue waits for, by key.
    pub fn blockers(&self, node: TaskKey) -> impl Iterator<Item = Blocker> + '_ {
        let slot = self.arena.find(node);
        let links = slot.map_or(&[] as &[Link], |slot| &self.arena.get(slot).blockers);
        links.iter().map(|link| {
            let blocker = self.arena.get(link.to());
            Blocker {
                key: blocker.key,
                standing: blocker.standing,
                is_waived: link.is_waived(),
            }
        })
    }

    /// What holds the issue, and how it stands; by key.
    pub fn unmet(&self, node: TaskKey) -> impl Iterator<Item = (TaskKey, Standing)> + '_ {
        let holding = self.blockers(node).filter(Blocker::holds);
        holding.map(|blocker| (blocker.key, blocker.standing))
    }

    /// What waits for the issue, waived or not; by key.
    pub fn dependents(&self, node: TaskKey) -> Vec<TaskKey> {
        let slot = self.arena.find(node);
        let links = slot.map_or(&[] as &[Link], |slot| &self.arena.get(slot).dependents);
        let keys = links.iter().map(|link| self.arena.get(link.to()).key);
        let mut keys: Vec<TaskKey> = keys.collect();
        keys.sort_unstable();
        keys
    }

    /// Every issue that the graph knows, by key.
    pub fn nodes(&self) -> impl Iterator<Item = TaskKey> + '_ {
        self.arena.by_key().map(|(key, _)| key)
    }
}
