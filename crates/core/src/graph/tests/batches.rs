//! Batches: what is refused and why, and against the model, whether a batch that passes could have been made.

use proptest::prelude::*;

use super::super::{BatchError, BatchLimits, End, Graph, Provisional, Standing};
use super::model::{Fact, Model, fact, picture, shortest_cycle, tell};
use super::{key, keys};
use crate::text::graph::batch_error;

const LIMITS: BatchLimits = BatchLimits {
    issues: 6,
    dependencies: 4,
    depth: 3,
};

fn new(waits_for: &[End], holds: &[usize]) -> Provisional {
    Provisional {
        waits_for: waits_for.to_vec(),
        holds: keys(holds),
    }
}

fn said(graph: &Graph, batch: &[Provisional]) -> Vec<String> {
    let errors = graph.validate(batch, LIMITS).err().unwrap_or_default();
    let name = |end: End| match end {
        End::New(at) => crate::text::discovery::task(at),
        End::Known(key) => format!("#{}", key.issue),
    };
    errors
        .iter()
        .map(|error| batch_error(error, &name))
        .collect()
}

#[test]
fn what_is_wrong_is_said_exactly() {
    let mut graph = Graph::default();
    // #11 waits for #12, #12 for #13.
    graph.set(key(10), &keys(&[11]));
    graph.set(key(11), &keys(&[12]));
    let known = |number| End::Known(key(number));
    let chain = |length: usize| -> Vec<Provisional> {
        let before = |at: usize| at.checked_sub(1).map(End::New).into_iter().collect();
        let one = |at| Provisional {
            waits_for: before(at),
            holds: vec![],
        };
        (0..length).map(one).collect()
    };
    assert_eq!(said(&graph, &[]), Vec::<String>::new());
    assert_eq!(said(&graph, &chain(3)), Vec::<String>::new());
    let mut all = said(&graph, &chain(4));
    all.extend(said(&graph, &chain(7)));
    all.extend(said(
        &graph,
        &[
            new(&[End::New(2), End::New(0)], &[]),
            new(&[End::New(9), End::New(1)], &[]),
            new(&[known(1), known(2), known(3)], &[4, 5]),
        ],
    ));
    all.extend(said(
        &graph,
        &[new(&[End::New(1)], &[]), new(&[End::New(0)], &[])],
    ));
    all.extend(said(
        &graph,
        &[new(&[End::New(1)], &[12]), new(&[known(10)], &[])],
    ));
    all.extend(said(&graph, &[new(&[known(10)], &[10])]));
    insta::assert_snapshot!(all.join("\n"), @r##"
    4 tasks would have to be done one after the other, and at most 3 may be: task 4 → task 3 → task 2 → task 1. Join some, or let them be done side by side.
    There are 7 tasks in the batch, and at most 6 may be; leave some out or join them.
    Task 1 depends on itself; leave that dependency out.
    Task 2 depends on task 10, but the batch has 3 tasks, counted from 1.
    Task 2 depends on itself; leave that dependency out.
    Task 3 has 5 dependencies, and at most 4 may be; name only those it needs directly.
    These would wait for each other for ever, each for the next: task 1 → task 2 → task 1. Leave one of these dependencies out.
    These would wait for each other for ever, each for the next: task 1 → task 2 → #11 → #12 → #13 → task 1. Leave one of these dependencies out.
    These would wait for each other for ever, each for the next: task 1 → #11 → task 1. Leave one of these dependencies out.
    "##);
    // What is done leads nowhere.
    graph.stand(key(12), Standing::Done);
    assert_eq!(
        said(&graph, &[new(&[known(10)], &[12])]),
        Vec::<String>::new()
    );
}

#[test]
fn a_cycle_that_is_there_already_is_not_the_batch_s_fault() {
    let mut graph = Graph::default();
    graph.set(key(10), &keys(&[11]));
    graph.set(key(11), &keys(&[10]));
    let batch = [
        new(&[End::Known(key(10)), End::New(1)], &[]),
        new(&[], &[11]),
        new(&[End::New(0)], &[12]),
    ];
    assert_eq!(graph.validate(&batch, LIMITS), Ok(()));
    let limits = BatchLimits { depth: 2, ..LIMITS };
    let errors = graph.validate(&batch, limits).expect_err("three in a row");
    assert!(
        matches!(errors.as_slice(), [BatchError::TooDeep { depth: 3, most: 2, path }] if path.len() == 3),
        "{errors:?}"
    );
}

fn batch() -> impl Strategy<Value = Vec<Provisional>> {
    let end = prop_oneof![
        (0..5_usize).prop_map(End::New),
        (0..8_usize).prop_map(|number| End::Known(key(number))),
    ];
    let one = (
        proptest::collection::vec(end, 0..3),
        proptest::collection::vec((0..8_usize).prop_map(key), 0..2),
    );
    let one = one.prop_map(|(waits_for, holds)| Provisional { waits_for, holds });
    proptest::collection::vec(one, 0..5)
}

/// The issue that the one at this place would become.
fn made(place: usize) -> crate::ids::TaskKey {
    key(1_000 + place)
}

fn with(model: &Model, batch: &[Provisional]) -> Model {
    let mut model = model.clone();
    for (place, new) in batch.iter().enumerate() {
        let ends = new.waits_for.iter().map(|end| match end {
            End::New(place) => made(*place),
            End::Known(key) => *key,
        });
        model.tell(&Fact::Set(made(place), ends.collect()));
        for key in &new.holds {
            let mut list = model.blockers.get(key).cloned().unwrap_or_default();
            list.insert(made(place));
            model.tell(&Fact::Set(*key, list.into_iter().collect()));
        }
    }
    model
}

fn named(end: End) -> crate::ids::TaskKey {
    match end {
        End::New(place) => made(place),
        End::Known(key) => key,
    }
}

proptest! {
    #[test]
    fn a_batch_passes_if_none_of_it_would_be_in_a_cycle(
        facts in proptest::collection::vec(fact(8, 3), 0..20),
        batch in batch(),
    ) {
        let (mut graph, mut model) = (Graph::default(), Model::default());
        for fact in &facts {
            // Waivers are of issues that are there; a new edge of theirs may be waived, which the batch does not ask.
            if !matches!(fact, Fact::Waive(..)) {
                tell(&mut graph, fact);
                model.tell(fact);
            }
        }
        let before = picture(&graph);
        let limits = BatchLimits { issues: 5, dependencies: 9, depth: 9 };
        let verdict = graph.validate(&batch, limits);
        prop_assert_eq!(picture(&graph), before);
        let places = batch.iter().flat_map(|new| &new.waits_for);
        if places.clone().any(|end| matches!(end, End::New(place) if *place >= batch.len())) {
            prop_assert!(verdict.is_err());
            return Ok(());
        }
        let after = with(&model, &batch);
        let in_cycle = after.in_cycle();
        let bad = (0..batch.len()).any(|place| in_cycle.contains(&made(place)));
        prop_assert_eq!(verdict.is_err(), bad, "{:?}", verdict);
        for error in verdict.err().unwrap_or_default() {
            if let BatchError::Cycle { path } = error {
                let live = after.live();
                for (at, end) in path.iter().enumerate() {
                    let next = path[(at + 1) % path.len()];
                    prop_assert!(live.contains_edge(named(*end), named(next)), "{path:?}");
                }
                prop_assert_eq!(shortest_cycle(&live, named(path[0])), Some(path.len()));
            }
        }
    }
}
