//! Single cases: what each answer looks like, and sizes that nobody should send.

use super::super::{Changes, Graph, Known, Standing, Stats, Waiver};
use super::{key, keys, only};

fn graph(edges: &[(usize, &[usize])]) -> Graph {
    let mut graph = Graph::default();
    for (node, blockers) in edges {
        graph.set(key(*node), &keys(blockers));
    }
    graph
}

#[test]
fn the_last_blocker_that_is_done_releases() {
    let mut graph = graph(&[(2, &[0, 1]), (3, &[0])]);
    assert!(!graph.is_free(key(2)));
    let changes = graph.stand(key(0), Standing::Done);
    let expected = Changes {
        released: keys(&[3]),
        changed: keys(&[2]),
        ..Changes::default()
    };
    assert_eq!(changes, expected);
    assert_eq!(graph.stand(key(1), Standing::Done).released, keys(&[2]));
    assert!(graph.is_free(key(2)));
    let changes = graph.stand(key(1), Standing::Open);
    assert_eq!(changes.held, keys(&[2]));
}

#[test]
fn every_other_end_holds_and_is_named() {
    let mut graph = graph(&[(1, &[0])]);
    for standing in super::model::STANDINGS.into_iter().skip(2) {
        let changes = graph.stand(key(0), standing);
        assert_eq!(changes.changed, keys(&[1]), "{standing:?}");
        assert_eq!(
            graph.unmet(key(1)).collect::<Vec<_>>(),
            [(key(0), standing)]
        );
        assert_eq!(graph.orphans(), keys(&[1]));
    }
}

#[test]
fn a_person_waives_one_blocker_or_all_those_to_come() {
    let mut graph = graph(&[(2, &[0, 1])]);
    assert_eq!(graph.waive(key(2), only(&[1])).changed, keys(&[2]));
    assert_eq!(graph.waive(key(2), only(&[0, 1])).released, keys(&[2]));
    assert_eq!(graph.set(key(2), &keys(&[0, 3])).held, keys(&[2]));
    assert_eq!(graph.waive(key(2), Waiver::Everything).released, keys(&[2]));
    assert!(graph.set(key(2), &keys(&[0, 3, 4])).held.is_empty());
    assert_eq!(graph.waive(key(2), Waiver::Nothing).held, keys(&[2]));
}

#[test]
fn everybody_in_a_cycle_hears_of_it_and_of_its_end() {
    let mut graph = graph(&[(0, &[1]), (1, &[2]), (9, &[0])]);
    let changes = graph.set(key(2), &keys(&[0]));
    assert_eq!(changes.entered, keys(&[0, 1, 2]));
    for (node, path) in [(0, [0, 1, 2]), (1, [1, 2, 0]), (2, [2, 0, 1])] {
        assert_eq!(graph.cycle(key(node)), Some(path.map(key).to_vec()));
    }
    assert_eq!(graph.cycle(key(9)), None);
    // A shorter way for two of them.
    let changes = graph.set(key(1), &keys(&[0, 2]));
    assert_eq!(changes.rerouted, keys(&[0, 1, 2]));
    assert_eq!(graph.cycle(key(0)), Some([0, 1].map(key).to_vec()));
    // Elsewhere an edge goes.
    let changes = graph.set(key(2), &[]);
    assert_eq!(
        (changes.left, changes.rerouted),
        (keys(&[2]), keys(&[0, 1]))
    );
    // A member is done.
    let changes = graph.stand(key(1), Standing::Done);
    assert_eq!(changes.left, keys(&[0, 1]));
    assert_eq!(changes.released, keys(&[0]));
    // It is opened again.
    assert_eq!(graph.stand(key(1), Standing::Failed).entered, keys(&[0, 1]));
    assert_eq!(graph.waive(key(1), only(&[0])).left, keys(&[0, 1]));
}

#[test]
fn an_issue_that_waits_for_itself_is_a_cycle_of_one() {
    let mut graph = Graph::default();
    let changes = graph.set(key(0), &[key(0), key(0)]);
    assert_eq!((changes.entered, changes.held), (keys(&[0]), keys(&[0])));
    assert_eq!(changes.newcomers, keys(&[0]));
    assert_eq!(graph.cycle(key(0)), Some(keys(&[0])));
    assert_eq!(graph.set(key(0), &[]).left, keys(&[0]));
    assert_eq!(graph.size(), (0, 0));
}

#[test]
fn newcomers_are_to_be_looked_up_once() {
    let mut graph = Graph::default();
    assert_eq!(
        graph.set(key(5), &keys(&[1, 2])).newcomers,
        keys(&[1, 2, 5])
    );
    assert_eq!(graph.set(key(6), &keys(&[2, 3])).newcomers, keys(&[3, 6]));
    // Nothing is kept of what nobody names.
    graph.stand(key(2), Standing::Done);
    assert!(graph.stand(key(8), Standing::Done).is_empty());
    graph.set(key(5), &[]);
    graph.set(key(6), &[]);
    assert_eq!(graph.size(), (0, 0));
    assert_eq!(graph.set(key(5), &keys(&[2])).newcomers, keys(&[2, 5]));
    assert_eq!(graph.standing(key(2)), Standing::Open);
}

#[test]
fn waves_leave_out_what_nobody_is_going_to_do() {
    let mut graph = graph(&[
        (1, &[0]),
        (2, &[0]),
        (3, &[1, 2]),
        (5, &[6]),
        (6, &[5]),
        (7, &[5]),
        (9, &[8]),
    ]);
    graph.stand(key(8), Standing::NotPlanned);
    let waves = graph.waves();
    assert_eq!(waves.waves, [keys(&[0]), keys(&[1, 2]), keys(&[3])]);
    assert_eq!(waves.stuck, keys(&[5, 6, 7, 9]));
    let expected = Stats {
        nodes: 9,
        edges: 8,
        held: 7,
        in_cycle: 2,
        longest_chain: 3,
    };
    assert_eq!(graph.stats(), expected);
}

const LONG: usize = 100_000;

#[test]
fn a_chain_and_a_ring_of_100_000_are_ordinary() {
    let known = (1..LONG).map(|at| Known {
        node: key(at),
        standing: Standing::Open,
        blockers: vec![key(at - 1)],
        waiver: Waiver::Nothing,
    });
    let mut graph = Graph::load(known).graph;
    assert_eq!(graph.stats().longest_chain, LONG);
    assert_eq!(graph.waves().waves.len(), LONG);
    let changes = graph.set(key(0), &[key(LONG - 1)]);
    assert_eq!(changes.entered.len(), LONG);
    assert_eq!(graph.cycle(key(7)).map(|path| path.len()), Some(LONG));
    assert_eq!(graph.waves().waves.len(), 0);
    let changes = graph.stand(key(500), Standing::Done);
    assert_eq!((changes.left.len(), changes.released), (LONG, keys(&[501])));
    let changes = graph.stand(key(500), Standing::Open);
    assert_eq!((changes.entered.len(), changes.held), (LONG, keys(&[501])));
}

#[test]
fn one_blocker_of_100_000_and_100_000_blockers_of_one() {
    let mut graph = Graph::default();
    let all: Vec<_> = (1..=LONG).map(key).collect();
    for node in &all {
        graph.set(*node, &[key(0)]);
    }
    let changes = graph.stand(key(0), Standing::Done);
    assert_eq!(changes.released.len(), LONG);
    assert_eq!(graph.set(key(LONG + 1), &all).newcomers, [key(LONG + 1)]);
    assert_eq!(graph.unmet(key(LONG + 1)).count(), LONG);
}
