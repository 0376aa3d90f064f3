//! After every fact the graph says what petgraph says of all facts, and its changes are the difference.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::super::{Changes, Graph, Standing};
use super::model::{Fact, Model, fact, impatient, shortest_cycle, tell};
use crate::ids::TaskKey;

type Unmet = BTreeMap<TaskKey, Vec<(TaskKey, Standing)>>;

/// What is true before and after a fact.
struct Truth {
    unmet: Unmet,
    in_cycle: BTreeSet<TaskKey>,
    cycles: BTreeMap<TaskKey, Option<Vec<TaskKey>>>,
    nodes: BTreeSet<TaskKey>,
}

impl Truth {
    fn of(model: &Model, graph: &Graph) -> Self {
        let nodes = model.nodes();
        let unmet = nodes.iter().map(|node| (*node, model.unmet(*node)));
        let cycles = nodes.iter().map(|node| (*node, graph.cycle(*node)));
        Self {
            unmet: unmet.collect(),
            in_cycle: model.in_cycle(),
            cycles: cycles.collect(),
            nodes: nodes.clone(),
        }
    }
}

fn holds_of(truth: &Truth, node: TaskKey) -> &[(TaskKey, Standing)] {
    truth.unmet.get(&node).map_or(&[], Vec::as_slice)
}

fn check_changes(before: &Truth, after: &Truth, changes: &Changes) {
    let all: Vec<TaskKey> = before.nodes.union(&after.nodes).copied().collect();
    let those = |is: &dyn Fn(bool, bool, bool) -> bool| -> Vec<TaskKey> {
        let of = |node: &TaskKey| {
            let (old, new) = (holds_of(before, *node), holds_of(after, *node));
            is(old.is_empty(), new.is_empty(), old == new)
        };
        all.iter().copied().filter(of).collect()
    };
    assert_eq!(changes.released, those(&|old, new, _| !old && new));
    assert_eq!(changes.held, those(&|old, new, _| old && !new));
    assert_eq!(
        changes.changed,
        those(&|old, new, same| !old && !new && !same)
    );
    let difference = |one: &Truth, other: &Truth| -> Vec<TaskKey> {
        one.in_cycle.difference(&other.in_cycle).copied().collect()
    };
    assert_eq!(changes.entered, difference(after, before));
    assert_eq!(changes.left, difference(before, after));
    for node in &changes.rerouted {
        assert!(before.in_cycle.contains(node) && after.in_cycle.contains(node));
    }
    for node in before.in_cycle.intersection(&after.in_cycle) {
        if before.cycles.get(node) != after.cycles.get(node) {
            assert!(
                changes.rerouted.contains(node),
                "{node} was not told its new way"
            );
        }
    }
    let new = after.nodes.difference(&before.nodes);
    assert_eq!(changes.newcomers, new.copied().collect::<Vec<_>>());
}

fn check_state(graph: &Graph, model: &Model, truth: &Truth) {
    assert_eq!(graph.nodes().collect::<BTreeSet<_>>(), truth.nodes);
    let live = model.live();
    for node in &truth.nodes {
        let unmet: Vec<_> = graph.unmet(*node).collect();
        assert_eq!(unmet, holds_of(truth, *node));
        assert_eq!(graph.is_free(*node), unmet.is_empty());
        assert_eq!(graph.standing(*node), model.standing(*node));
        assert_eq!(graph.is_in_cycle(*node), truth.in_cycle.contains(node));
        let path = truth.cycles.get(node).cloned().flatten();
        assert_eq!(
            path.as_ref().map(Vec::len),
            if truth.in_cycle.contains(node) {
                shortest_cycle(&live, *node)
            } else {
                None
            }
        );
        let path = path.unwrap_or_default();
        for (at, one) in path.iter().enumerate() {
            let next = path[(at + 1) % path.len()];
            assert!(live.contains_edge(*one, next), "{path:?} is no way");
        }
        let dependents = truth.nodes.iter().copied();
        let dependents = dependents.filter(|other| {
            let list = model.blockers.get(other);
            list.is_some_and(|list| list.contains(node))
        });
        assert_eq!(graph.dependents(*node), dependents.collect::<Vec<_>>());
    }
    for (node, blocker, ()) in live.all_edges() {
        let level = |key| graph.order.level(graph.arena.find(key).expect("a node"));
        assert!(level(blocker) <= level(node), "{node} lies below {blocker}");
    }
}

fn play(mut graph: Graph, facts: &[Fact]) {
    let mut model = Model::default();
    let mut before = Truth::of(&model, &graph);
    for fact in facts {
        let changes = tell(&mut graph, fact);
        model.tell(fact);
        let after = Truth::of(&model, &graph);
        check_state(&graph, &model, &after);
        check_changes(&before, &after, &changes);
        assert!(tell(&mut graph, fact).is_empty(), "{fact:?} told twice");
        before = after;
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    /// Few issues with many edges: circles in circles.
    #[test]
    fn a_dense_graph_agrees_with_petgraph(facts in proptest::collection::vec(fact(8, 4), 0..40)) {
        play(Graph::default(), &facts);
        play(impatient(), &facts);
    }

    /// Many issues with few edges: long ways, and levels that are climbed.
    #[test]
    fn a_sparse_graph_agrees_with_petgraph(facts in proptest::collection::vec(fact(30, 2), 0..90)) {
        play(impatient(), &facts);
    }
}
