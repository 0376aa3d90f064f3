//! The plainest thing that says what is true: maps of facts, and petgraph's algorithms over all of them each time.

use std::collections::{BTreeMap, BTreeSet};

use petgraph::algo::{astar, tarjan_scc};
use petgraph::graphmap::DiGraphMap;
use proptest::prelude::*;

use super::super::order::Patience;
use super::super::{Changes, Graph, Known, Standing, Waiver};
use super::key;
use crate::ids::TaskKey;

pub(super) const STANDINGS: [Standing; 7] = [
    Standing::Open,
    Standing::Done,
    Standing::NotPlanned,
    Standing::Missing,
    Standing::Unreadable,
    Standing::Failed,
    Standing::IsPull,
];

/// One fact.
#[derive(Debug, Clone)]
pub(super) enum Fact {
    Set(TaskKey, Vec<TaskKey>),
    Stand(TaskKey, Standing),
    Waive(TaskKey, Waiver),
    Remove(TaskKey),
}

pub(super) fn standing() -> impl Strategy<Value = Standing> {
    // Half of them open or done: with the others nothing moves.
    prop_oneof![
        3 => Just(Standing::Open),
        3 => Just(Standing::Done),
        2 => proptest::sample::select(STANDINGS.as_slice()),
    ]
}

pub(super) fn some_keys(nodes: usize, most: usize) -> impl Strategy<Value = Vec<TaskKey>> {
    proptest::collection::vec((0..nodes).prop_map(key), 0..=most)
}

pub(super) fn waiver(nodes: usize) -> impl Strategy<Value = Waiver> {
    prop_oneof![
        Just(Waiver::Nothing),
        some_keys(nodes, 3).prop_map(Waiver::Only),
        Just(Waiver::Everything),
    ]
}

pub(super) fn fact(nodes: usize, most: usize) -> impl Strategy<Value = Fact> {
    let node = || (0..nodes).prop_map(key);
    prop_oneof![
        6 => (node(), some_keys(nodes, most)).prop_map(|(node, list)| Fact::Set(node, list)),
        5 => (node(), standing()).prop_map(|(node, standing)| Fact::Stand(node, standing)),
        2 => (node(), waiver(nodes)).prop_map(|(node, waiver)| Fact::Waive(node, waiver)),
        1 => node().prop_map(Fact::Remove),
    ]
}

/// A graph that gives up searches as soon as it may and soon has no higher level, so that small ones walk all its ways.
pub(super) fn impatient() -> Graph {
    let mut graph = Graph::default();
    graph.order.patience = Patience { edges: 1, top: 3 };
    graph
}

pub(super) fn tell(graph: &mut Graph, fact: &Fact) -> Changes {
    match fact.clone() {
        Fact::Set(node, blockers) => graph.set(node, &blockers),
        Fact::Stand(node, standing) => graph.stand(node, standing),
        Fact::Waive(node, waiver) => graph.waive(node, waiver),
        Fact::Remove(node) => graph.remove(node),
    }
}

#[derive(Debug, Clone, Default)]
pub(super) struct Model {
    pub(super) blockers: BTreeMap<TaskKey, BTreeSet<TaskKey>>,
    pub(super) standings: BTreeMap<TaskKey, Standing>,
    pub(super) waivers: BTreeMap<TaskKey, Waiver>,
}

impl Model {
    pub(super) fn tell(&mut self, fact: &Fact) {
        match fact.clone() {
            Fact::Set(node, list) => {
                self.blockers.insert(node, list.into_iter().collect());
            }
            Fact::Stand(node, standing) => {
                self.standings.insert(node, standing);
            }
            Fact::Waive(node, waiver) => {
                self.waivers.insert(node, waiver);
            }
            Fact::Remove(node) => {
                self.blockers.remove(&node);
                self.waivers.remove(&node);
            }
        }
        let nothing = |waiver: &Waiver| match waiver {
            Waiver::Nothing => true,
            Waiver::Only(list) => list.is_empty(),
            Waiver::Everything => false,
        };
        self.blockers.retain(|_, list| !list.is_empty());
        self.waivers.retain(|_, waiver| !nothing(waiver));
        let nodes = self.nodes();
        self.standings.retain(|node, _| nodes.contains(node));
    }

    /// What is to be kept.
    pub(super) fn nodes(&self) -> BTreeSet<TaskKey> {
        let ends = self.blockers.iter();
        let ends = ends.flat_map(|(node, list)| list.iter().chain([node]));
        ends.chain(self.waivers.keys()).copied().collect()
    }

    pub(super) fn standing(&self, node: TaskKey) -> Standing {
        self.standings.get(&node).copied().unwrap_or_default()
    }

    fn counts(&self, node: TaskKey, blocker: TaskKey) -> bool {
        let waived = match self.waivers.get(&node) {
            None | Some(Waiver::Nothing) => false,
            Some(Waiver::Only(list)) => list.contains(&blocker),
            Some(Waiver::Everything) => true,
        };
        !waived && self.standing(blocker) != Standing::Done
    }

    pub(super) fn unmet(&self, node: TaskKey) -> Vec<(TaskKey, Standing)> {
        let list = self.blockers.get(&node).into_iter().flatten();
        list.filter(|blocker| self.counts(node, **blocker))
            .map(|blocker| (*blocker, self.standing(*blocker)))
            .collect()
    }

    /// From each issue that is not done to what holds it.
    pub(super) fn live(&self) -> DiGraphMap<TaskKey, ()> {
        let mut live = DiGraphMap::new();
        for node in self.nodes() {
            live.add_node(node);
            if self.standing(node) != Standing::Done {
                for (blocker, _) in self.unmet(node) {
                    live.add_edge(node, blocker, ());
                }
            }
        }
        live
    }

    pub(super) fn in_cycle(&self) -> BTreeSet<TaskKey> {
        let live = self.live();
        let circle = |component: &Vec<TaskKey>| {
            component.len() > 1 || live.contains_edge(component[0], component[0])
        };
        let components = tarjan_scc(&live).into_iter();
        components.filter(circle).flatten().collect()
    }

    pub(super) fn known(&self) -> Vec<Known> {
        let nodes = self.nodes().into_iter();
        let known = nodes.map(|node| Known {
            node,
            standing: self.standing(node),
            blockers: self
                .blockers
                .get(&node)
                .into_iter()
                .flatten()
                .copied()
                .collect(),
            waiver: self.waivers.get(&node).cloned().unwrap_or_default(),
        });
        known.collect()
    }
}

/// How many issues a shortest cycle has.
pub(super) fn shortest_cycle(live: &DiGraphMap<TaskKey, ()>, node: TaskKey) -> Option<usize> {
    let back = |next: TaskKey| astar(live, next, |at| at == node, |_| 1_usize, |_| 0);
    let lengths = live.neighbors(node).filter_map(back);
    lengths.map(|(cost, _)| cost + 1).min()
}

/// Everything that can be asked of a graph, in words.
pub(super) fn picture(graph: &Graph) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for node in graph.nodes() {
        let blockers: Vec<_> = graph.blockers(node).collect();
        let unmet: Vec<_> = graph.unmet(node).collect();
        lines.push(format!(
            "{node} {:?} free {} blockers {blockers:?} unmet {unmet:?} dependents {:?} waiver {:?} cycle {:?}",
            graph.standing(node),
            graph.is_free(node),
            graph.dependents(node),
            graph.waiver(node),
            graph.cycle(node),
        ));
    }
    lines.push(format!(
        "{:?} {:?} {:?}",
        graph.stats(),
        graph.waves(),
        graph.orphans()
    ));
    lines
}
