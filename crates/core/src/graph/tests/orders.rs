//! The same facts, in whatever order and however often, end in the same graph; and so does one that is loaded at once.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::super::{Graph, Standing};
use super::key;
use super::model::{Fact, Model, fact, impatient, picture, some_keys, standing, tell, waiver};
use crate::ids::TaskKey;

const NODES: usize = 9;

/// The last word on each issue.
fn last_words() -> impl Strategy<Value = Vec<Fact>> {
    let one = |node: usize| {
        let waived = prop_oneof![3 => Just(Default::default()), 1 => waiver(NODES)];
        (some_keys(NODES, 3), standing(), waived).prop_map(move |(list, standing, waiver)| {
            let node = key(node);
            [
                Fact::Set(node, list),
                Fact::Stand(node, standing),
                Fact::Waive(node, waiver),
            ]
        })
    };
    let all: Vec<_> = (0..NODES).map(one).collect();
    all.prop_map(|facts| facts.into_iter().flatten().collect())
}

fn shuffled() -> impl Strategy<Value = (Vec<Fact>, Vec<Fact>)> {
    last_words().prop_flat_map(|facts| {
        let twice = [facts.clone(), facts.clone()].concat();
        (Just(facts), Just(twice).prop_shuffle())
    })
}

/// Tells a fact, and of newcomers how they stand, as who looks them up does.
fn tell_and_look_up(graph: &mut Graph, fact: &Fact, world: &BTreeMap<TaskKey, Standing>) {
    for newcomer in tell(graph, fact).newcomers {
        let standing = world.get(&newcomer).copied().unwrap_or_default();
        graph.stand(newcomer, standing);
    }
}

fn world(facts: &[Fact]) -> BTreeMap<TaskKey, Standing> {
    let said = facts.iter().filter_map(|fact| match fact {
        Fact::Stand(node, standing) => Some((*node, *standing)),
        _ => None,
    });
    said.collect()
}

fn all_at_once(facts: &[Fact]) -> Graph {
    let mut model = Model::default();
    // Those of which nothing else is kept have no standing either: it is told last.
    let (stands, others): (Vec<&Fact>, Vec<&Fact>) = facts
        .iter()
        .partition(|fact| matches!(fact, Fact::Stand(..)));
    others
        .into_iter()
        .chain(stands)
        .for_each(|fact| model.tell(fact));
    let loaded = Graph::load(model.known());
    assert_eq!(loaded.newcomers, []);
    loaded.graph
}

proptest! {
    #[test]
    fn any_order_of_the_same_facts_makes_the_same_graph((facts, mixed) in shuffled()) {
        let world = world(&facts);
        let mut told = impatient();
        for fact in &mixed {
            tell_and_look_up(&mut told, fact, &world);
        }
        prop_assert_eq!(picture(&told), picture(&all_at_once(&facts)));
    }

    /// A history with everything that was ever true, and a graph that only knows the end of it.
    #[test]
    fn history_leaves_nothing_behind(facts in proptest::collection::vec(fact(10, 3), 0..60)) {
        let (mut graph, mut model) = (Graph::default(), Model::default());
        for fact in &facts {
            tell(&mut graph, fact);
            model.tell(fact);
        }
        let fresh = Graph::load(model.known()).graph;
        prop_assert_eq!(picture(&graph), picture(&fresh));
        for node in model.nodes() {
            graph.remove(node);
        }
        prop_assert_eq!(graph.size(), (0, 0));
        prop_assert!(graph.nodes().next().is_none());
    }

    /// A loaded graph goes on like one that was told.
    #[test]
    fn a_loaded_graph_goes_on_the_same(
        before in proptest::collection::vec(fact(10, 3), 0..40),
        after in proptest::collection::vec(fact(10, 3), 0..20),
    ) {
        let (mut told, mut model) = (Graph::default(), Model::default());
        for fact in &before {
            tell(&mut told, fact);
            model.tell(fact);
        }
        let mut loaded = Graph::load(model.known()).graph;
        for fact in &after {
            prop_assert_eq!(tell(&mut loaded, fact), tell(&mut told, fact));
            prop_assert_eq!(picture(&loaded), picture(&told));
        }
    }
}
