//! The dependency graph: loading it, one issue that is done, one edge more, a cycle.

use std::collections::{BTreeMap, BTreeSet};
use std::hint::black_box;

use petgraph::algo::toposort;
use petgraph::graph::{DiGraph, NodeIndex};
use skep_core::graph::{Graph, Known, Standing, Waiver};
use skep_core::ids::{IssueNumber, RepositoryId, TaskKey};

use super::{Lot, SEED, Times, on_processor, resident, since};

/// How many single steps are timed at most.
const STEPS: usize = 2_000;

fn key(number: usize) -> TaskKey {
    let number = number as i64;
    TaskKey::new(RepositoryId(1 + number % 200), IssueNumber(1 + number))
}

/// Issues in an order that has no circle: each waits for three of those before it.
fn issues(size: usize) -> Vec<Known> {
    let mut lot = Lot(SEED);
    let mut keys: Vec<TaskKey> = (0..size).map(key).collect();
    lot.shuffle(&mut keys);
    let known = (0..size).map(|at| Known {
        node: keys[at],
        standing: Standing::Open,
        blockers: (0..3.min(at)).map(|_| keys[lot.below(at)]).collect(),
        waiver: Waiver::Nothing,
    });
    known.collect()
}

pub(super) fn run(size: usize) {
    let known = issues(size);
    let graph = load(&known);
    one_by_one(&known);
    complete(&known, graph.clone());
    add_edges(&known, graph.clone());
    close_and_open(&known, graph);
    sort_each_time(&known);
}

fn load(known: &[Known]) -> Graph {
    let mut mixed = known.to_vec();
    Lot(SEED + 1).shuffle(&mut mixed);
    let (mut times, began) = (Times::default(), on_processor());
    let graph = times.time(|| Graph::load(mixed)).graph;
    times.print(&format!("all loaded ({})", since(began)));
    // Of many copies, so that what was let go before and is taken again does not count for much.
    let before = resident();
    let copies = vec![graph.clone(); 10];
    let grown = resident().saturating_sub(before) / copies.len();
    println!("  {} bytes of memory an issue", grown / known.len());
    println!("  {:?}", graph.stats());
    graph
}

/// The same graph told issue by issue, in an order by lot.
fn one_by_one(known: &[Known]) {
    let mut mixed = known.to_vec();
    Lot(SEED + 2).shuffle(&mut mixed);
    let mut graph = Graph::default();
    let mut times = Times::default();
    let began = on_processor();
    for one in &mixed {
        times.time(|| graph.set(one.node, &one.blockers));
    }
    times.print(&format!("one told, in any order (all: {})", since(began)));
}

/// Issues are done in the order in which they can be, and are opened again.
fn complete(known: &[Known], mut graph: Graph) {
    let (mut times, mut reopened) = (Times::default(), Times::default());
    let mut released = 0;
    let steps = known.len().min(STEPS);
    for one in known.iter().take(steps) {
        let changes = times.time(|| graph.stand(one.node, Standing::Done));
        released += changes.released.len();
    }
    times.print(&format!("one issue is done ({released} released in all)"));
    for one in known.iter().take(steps) {
        reopened.time(|| graph.stand(one.node, Standing::Open));
    }
    reopened.print("one is opened again");
}

/// One blocker more for issues that others wait for.
fn add_edges(known: &[Known], mut graph: Graph) {
    let mut lot = Lot(SEED + 3);
    let mut times = Times::default();
    for _ in 0..known.len().min(STEPS) {
        let later = 1 + lot.below(known.len() - 1);
        let blocker = known[lot.below(later)].node;
        let mut list = known[later].blockers.clone();
        list.push(blocker);
        let changes = times.time(|| graph.set(known[later].node, &list));
        assert!(changes.entered.is_empty(), "an edge with the order");
    }
    times.print("one dependency more");
}

/// The first issue comes to wait for one that waits for it, and no more.
fn close_and_open(known: &[Known], mut graph: Graph) {
    let (mut closed, mut opened) = (Times::default(), Times::default());
    let mut told = 0;
    for one in known.iter().skip(3).take(200) {
        let blocker = one.blockers[0];
        let before: Vec<TaskKey> = graph.blockers(blocker).map(|b| b.key).collect();
        let mut list = before.clone();
        list.push(one.node);
        let changes = closed.time(|| graph.set(blocker, &list));
        told += changes.entered.len();
        assert!(!changes.entered.is_empty(), "a circle of two at least");
        let changes = opened.time(|| graph.set(blocker, &before));
        assert!(!changes.left.is_empty(), "the circle is open");
    }
    closed.print(&format!("a cycle closes ({told} told in all)"));
    opened.print("it is opened");
}

/// What it costs to sort everything anew when one issue is done, and to look who is free.
fn sort_each_time(known: &[Known]) {
    let mut graph: DiGraph<TaskKey, ()> = DiGraph::new();
    let mut places: BTreeMap<TaskKey, NodeIndex> = BTreeMap::new();
    for one in known {
        places.insert(one.node, graph.add_node(one.node));
    }
    for one in known {
        for blocker in one.blockers.iter().collect::<BTreeSet<_>>() {
            graph.add_edge(places[blocker], places[&one.node], ());
        }
    }
    let mut times = Times::default();
    let mut done = BTreeSet::new();
    for one in known.iter().take(20) {
        times.time(|| {
            done.insert(places[&one.node]);
            let sorted = toposort(&graph, None).expect("no circle");
            let free = sorted.into_iter().filter(|node| {
                let mut blockers = graph.neighbors_directed(*node, petgraph::Incoming);
                !done.contains(node) && blockers.all(|blocker| done.contains(&blocker))
            });
            black_box(free.count())
        });
    }
    times.print("petgraph: one issue is done, all is sorted anew");
}
