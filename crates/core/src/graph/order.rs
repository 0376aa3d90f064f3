//! Whether a new edge closes a circle, without looking at the whole graph.
//!
//! Every node has a level, and along every live edge, from the blocker to the dependent, levels never fall. An edge that
//! ends on a higher level than it begins closes no circle. Another one is judged by two searches: back from the blocker
//! among the nodes of its own level, given up after so many edges; then forward from the dependent, which rises, with all
//! that it drags along. That is the algorithm of Bender, Fineman, Gilbert and Tarjan, "A New Approach to Incremental Cycle
//! Detection and Related Problems" (2016, section 2): m edges cost at most O(m·√m) together, whatever their order. The
//! order of Pearce and Kelly (2006) has no such bound: in a random graph of 100,000 issues an edge may move half of them.
//!
//! Levels may tie, so that members of a circle all stand on one level and edges may go away at no cost at all. It must
//! never let a level fall along a live edge, except while that very edge is being added.

use super::arena::{Arena, Slot};

/// When the search back is given up.
#[derive(Debug, Clone, Copy)]
pub(super) struct Patience {
    /// Not before so many edges; beyond that, after √m.
    pub(super) edges: usize,
    /// Not at all on this level, which is the highest. Adding alone never comes near; edges that come and go again may.
    pub(super) top: u32,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            edges: 64,
            top: 1 << 20,
        }
    }
}

/// The levels, by slot, and marks for searches.
#[derive(Debug, Clone, Default)]
pub(super) struct Order {
    levels: Vec<u32>,
    marks: Vec<u32>,
    round: u32,
    pub(super) patience: Patience,
}

/// How the search back ended.
enum Back {
    /// At the other end of the new edge: it closes a circle.
    Met,
    /// Everything of that level was seen, and is marked.
    Whole,
    /// There was too much to see.
    GivenUp,
}

impl Order {
    /// Makes room for the nodes there are.
    pub(super) fn grow(&mut self, arena: &Arena) {
        self.levels.resize(arena.size(), 0);
        self.marks.resize(arena.size(), 0);
    }

    /// A slot was let go; whoever gets it begins at the bottom.
    pub(super) fn forget(&mut self, slot: Slot) {
        self.set_level(slot, 0);
    }

    pub(super) fn level(&self, slot: Slot) -> u32 {
        self.levels[slot as usize]
    }

    pub(super) fn set_level(&mut self, slot: Slot, level: u32) {
        self.levels[slot as usize] = level;
    }

    /// Begins a search: nothing is marked.
    pub(super) fn unmark(&mut self) {
        self.round = self.round.wrapping_add(1);
        if self.round == 0 {
            self.marks.fill(0);
            self.round = 1;
        }
    }

    /// Marks a node; false if it was marked already.
    pub(super) fn mark(&mut self, slot: Slot) -> bool {
        let mark = &mut self.marks[slot as usize];
        let is_new = *mark != self.round;
        *mark = self.round;
        is_new
    }

    pub(super) fn is_marked(&self, slot: Slot) -> bool {
        self.marks[slot as usize] == self.round
    }

    /// Takes in a live edge between two nodes, which stands in the arena already. True if it is part of a circle.
    pub(super) fn insert(&mut self, arena: &Arena, blocker: Slot, dependent: Slot) -> bool {
        let (from, to) = (self.level(blocker), self.level(dependent));
        if blocker == dependent {
            return true;
        }
        if from < to {
            return false;
        }
        if arena.get(dependent).dependents.is_empty() {
            self.set_level(dependent, from);
            return false;
        }
        if arena.get(blocker).unmet == 0 {
            self.set_level(blocker, to);
            return false;
        }
        match self.search_back(arena, blocker, dependent) {
            Back::Met => true,
            Back::Whole if from == to => false,
            Back::Whole => self.raise(arena, dependent, from),
            Back::GivenUp => {
                self.unmark();
                self.mark(blocker);
                self.raise(arena, dependent, from.saturating_add(1))
            }
        }
    }

    fn search_back(&mut self, arena: &Arena, blocker: Slot, dependent: Slot) -> Back {
        let level = self.level(blocker);
        let mut left = match level < self.patience.top {
            true => arena.edges().isqrt().max(self.patience.edges),
            false => usize::MAX,
        };
        self.unmark();
        self.mark(blocker);
        let mut open = vec![blocker];
        while let Some(node) = open.pop() {
            for before in arena.live_blockers(node) {
                if before == dependent && self.level(before) == level {
                    return Back::Met;
                }
                if left == 0 {
                    return Back::GivenUp;
                }
                left -= 1;
                if self.level(before) == level && self.mark(before) {
                    open.push(before);
                }
            }
        }
        Back::Whole
    }

    /// Lifts a node to a level, and all that would lie below it. True if a marked node is reached.
    fn raise(&mut self, arena: &Arena, dependent: Slot, level: u32) -> bool {
        let mut reached = false;
        self.set_level(dependent, level);
        let mut open = vec![dependent];
        while let Some(node) = open.pop() {
            for after in arena.live_dependents(node) {
                reached |= self.is_marked(after);
                if self.level(after) < level {
                    self.set_level(after, level);
                    open.push(after);
                }
            }
        }
        reached
    }
}
