//! A part of a graph as two flat lists, and the classic walks over it: strong components, the longest chain, a shortest
//! circle. For what is looked at once and let go.
//!
//! It must never recurse: a chain of 100,000 is ordinary.

use std::collections::VecDeque;

/// Nodes are `0..len`; the ends of node `n` stand at `ends[starts[n]..starts[n + 1]]`.
#[derive(Debug, Clone)]
pub(super) struct Adjacency {
    starts: Vec<usize>,
    ends: Vec<u32>,
}

impl Adjacency {
    /// Asks for the ends of each node in turn; ends that are no nodes are left out.
    pub(super) fn of<I: Iterator<Item = usize>>(
        len: usize,
        mut ends_of: impl FnMut(usize) -> I,
    ) -> Self {
        let mut starts = Vec::with_capacity(len.saturating_add(1));
        let mut ends = Vec::new();
        starts.push(0);
        for node in 0..len {
            let known = ends_of(node).filter(|end| *end < len);
            ends.extend(known.filter_map(|end| u32::try_from(end).ok()));
            starts.push(ends.len());
        }
        Self { starts, ends }
    }

    pub(super) fn len(&self) -> usize {
        self.starts.len() - 1
    }

    pub(super) fn ends(&self, node: usize) -> &[u32] {
        &self.ends[self.starts[node]..self.starts[node + 1]]
    }

    /// The strong components, each after all that its nodes lead to (Tarjan 1972, with a stack of its own).
    pub(super) fn components(&self) -> Vec<Vec<u32>> {
        let mut walk = Walk::new(self);
        for root in 0..self.len() {
            walk.from(root);
        }
        walk.found
    }

    /// Whether a component is a circle: more than one node, or one that leads to itself.
    pub(super) fn is_circle(&self, component: &[u32]) -> bool {
        match component {
            [only] => self.ends(*only as usize).contains(only),
            _ => true,
        }
    }

    /// For each node the weight of the heaviest chain that begins at it and follows the edges. `components` is what
    /// [`Adjacency::components`] gives; of a circle the chain goes on where it is left.
    pub(super) fn chains(&self, components: &[Vec<u32>], weight: impl Fn(usize) -> u32) -> Chains {
        let mut is_judged = vec![false; self.len()];
        let mut heaviest = vec![0_u32; self.len()];
        let mut next = vec![None; self.len()];
        for component in components {
            let ends = component.iter().flat_map(|node| self.ends(*node as usize));
            let ends = ends.map(|end| *end as usize).filter(|end| is_judged[*end]);
            let best = ends.max_by_key(|end| (heaviest[*end], std::cmp::Reverse(*end)));
            let rest = best.map_or(0, |best| heaviest[best]);
            for node in component.iter().map(|node| *node as usize) {
                heaviest[node] = weight(node).saturating_add(rest);
                next[node] = best;
            }
            for node in component {
                is_judged[*node as usize] = true;
            }
        }
        Chains { heaviest, next }
    }

    /// A shortest circle through a node, beginning with it; each leads to the next and the last to the first.
    pub(super) fn shortest_circle(&self, through: usize) -> Option<Vec<usize>> {
        let mut came_from: Vec<Option<usize>> = vec![None; self.len()];
        let mut queue = VecDeque::from([through]);
        while let Some(node) = queue.pop_front() {
            for end in self.ends(node).iter().map(|end| *end as usize) {
                if end == through {
                    return Some(way_back(&came_from, node));
                }
                if came_from[end].is_none() {
                    came_from[end] = Some(node);
                    queue.push_back(end);
                }
            }
        }
        None
    }
}

fn way_back(came_from: &[Option<usize>], last: usize) -> Vec<usize> {
    let mut path = vec![last];
    let mut at = last;
    while let Some(before) = came_from[at] {
        path.push(before);
        at = before;
    }
    path.reverse();
    path
}

/// How heavy the heaviest chain from each node is, and where it goes on.
pub(super) struct Chains {
    heaviest: Vec<u32>,
    next: Vec<Option<usize>>,
}

impl Chains {
    /// The node whose chain is the heaviest, and its weight.
    pub(super) fn heaviest(&self) -> Option<(usize, u32)> {
        let all = self.heaviest.iter().copied().enumerate();
        all.max_by_key(|(node, weight)| (*weight, std::cmp::Reverse(*node)))
    }

    /// The chain from a node, itself included.
    pub(super) fn from(&self, node: usize) -> Vec<usize> {
        std::iter::successors(Some(node), |node| self.next[*node]).collect()
    }
}

/// Where Tarjan's walk is.
struct Walk<'a> {
    graph: &'a Adjacency,
    /// When each node was reached, from 1; 0 is never.
    reached: Vec<u32>,
    lowest: Vec<u32>,
    is_open: Vec<bool>,
    open: Vec<u32>,
    clock: u32,
    found: Vec<Vec<u32>>,
}

impl<'a> Walk<'a> {
    fn new(graph: &'a Adjacency) -> Self {
        let len = graph.len();
        Self {
            graph,
            reached: vec![0; len],
            lowest: vec![0; len],
            is_open: vec![false; len],
            open: Vec::new(),
            clock: 0,
            found: Vec::new(),
        }
    }

    fn from(&mut self, root: usize) {
        if self.reached[root] != 0 {
            return;
        }
        self.enter(root);
        // The way from the root, with the number of the edge that is next.
        let mut way = vec![(root, 0_usize)];
        while let Some((node, edge)) = way.last_mut() {
            let node = *node;
            let Some(end) = self.graph.ends(node).get(*edge).map(|end| *end as usize) else {
                way.pop();
                self.leave(node);
                if let Some((parent, _)) = way.last() {
                    self.lowest[*parent] = self.lowest[*parent].min(self.lowest[node]);
                }
                continue;
            };
            *edge += 1;
            if self.reached[end] == 0 {
                self.enter(end);
                way.push((end, 0));
            } else if self.is_open[end] {
                self.lowest[node] = self.lowest[node].min(self.reached[end]);
            }
        }
    }

    fn enter(&mut self, node: usize) {
        self.clock = self.clock.saturating_add(1);
        self.reached[node] = self.clock;
        self.lowest[node] = self.clock;
        self.is_open[node] = true;
        self.open.push(u32::try_from(node).unwrap_or(u32::MAX));
    }

    /// The first node of a component closes it.
    fn leave(&mut self, node: usize) {
        if self.lowest[node] != self.reached[node] {
            return;
        }
        let start = self.open.iter().rposition(|open| *open as usize == node);
        let component = self.open.split_off(start.unwrap_or(self.open.len()));
        for member in &component {
            self.is_open[*member as usize] = false;
        }
        self.found.push(component);
    }
}
