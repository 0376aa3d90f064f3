//! Whether a batch of issues that do not exist yet would fit into the live graph: judged before any of them is made, so that
//! all are made or none.
//!
//! It must never change the graph, and never pass a batch in which something waits for itself.

use std::collections::BTreeMap;

use super::adjacency::Adjacency;
use super::live::Graph;
use crate::ids::TaskKey;

/// One end of a dependency of a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum End {
    /// The issue of the batch at this place, from 0.
    New(usize),
    /// An issue that is there.
    Known(TaskKey),
}

/// One issue of a batch.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Provisional {
    /// What it would wait for.
    pub waits_for: Vec<End>,
    /// Issues that are there and would wait for it (the one whose agent found it, for example).
    pub holds: Vec<TaskKey>,
}

/// How large a batch may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BatchLimits {
    /// Issues in it.
    pub issues: usize,
    /// Dependencies of one issue, in both directions.
    pub dependencies: usize,
    /// Issues of the batch in the longest chain of issues that wait for each other.
    pub depth: usize,
}

/// What is wrong with a batch. Places count from 0.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BatchError {
    /// There are more issues than may be in a batch.
    TooMany {
        /// Issues in the batch.
        given: usize,
        /// How many may be in it.
        most: usize,
    },
    /// One issue has more dependencies than it may.
    TooManyDependencies {
        /// The issue's place.
        at: usize,
        /// Its dependencies.
        given: usize,
        /// How many it may have.
        most: usize,
    },
    /// An issue would wait for one that is not in the batch.
    UnknownPlace {
        /// The issue's place.
        at: usize,
        /// The place that it names.
        names: usize,
        /// How many issues are in the batch.
        issues: usize,
    },
    /// An issue would wait for itself.
    WaitsForItself {
        /// The issue's place.
        at: usize,
    },
    /// Issues would wait for each other in a circle.
    Cycle {
        /// A shortest one: each would wait for the next, and the last for the first.
        path: Vec<End>,
    },
    /// Too many of the issues would wait for each other in a row.
    TooDeep {
        /// The longest chain, each waiting for the next, with the issues that are there between them.
        path: Vec<End>,
        /// How many of them are new.
        depth: usize,
        /// How many may be.
        most: usize,
    },
}

impl Graph {
    /// Says whether a batch fits, on top of the graph as it is. Everything that is wrong with single issues is listed, by
    /// place; only where nothing is, the first cycle or the longest chain. New dependencies count even where a person waived
    /// all that come.
    ///
    /// # Errors
    /// What is wrong with it, at least one and at most so many as the batch has dependencies.
    pub fn validate(
        &self,
        batch: &[Provisional],
        limits: BatchLimits,
    ) -> Result<(), Vec<BatchError>> {
        if batch.len() > limits.issues {
            return Err(vec![BatchError::TooMany {
                given: batch.len(),
                most: limits.issues,
            }]);
        }
        let single = batch.iter().enumerate();
        let single = single.flat_map(|(at, new)| wrong_alone(at, new, batch.len(), limits));
        let single: Vec<BatchError> = single.collect();
        if !single.is_empty() {
            return Err(single);
        }
        Whole::of(self, batch)
            .judge(limits.depth)
            .map_err(|error| vec![error])
    }
}

fn wrong_alone(
    at: usize,
    new: &Provisional,
    issues: usize,
    limits: BatchLimits,
) -> Vec<BatchError> {
    let given = new.waits_for.len().saturating_add(new.holds.len());
    let most = limits.dependencies;
    if given > most {
        return vec![BatchError::TooManyDependencies { at, given, most }];
    }
    let wrong = new.waits_for.iter().filter_map(|end| match end {
        End::New(names) if *names >= issues => Some(BatchError::UnknownPlace {
            at,
            names: *names,
            issues,
        }),
        End::New(names) if *names == at => Some(BatchError::WaitsForItself { at }),
        _ => None,
    });
    wrong.collect()
}

/// The batch and what it can reach in the graph, as one: first the new ones, then those that are there.
struct Whole {
    ends: Vec<End>,
    issues: usize,
    edges: Adjacency,
}

impl Whole {
    fn of(graph: &Graph, batch: &[Provisional]) -> Self {
        let mut ends: Vec<End> = (0..batch.len()).map(End::New).collect();
        let mut numbers = BTreeMap::new();
        let mut number = |key: TaskKey, ends: &mut Vec<End>| {
            *numbers.entry(key).or_insert_with(|| {
                ends.push(End::Known(key));
                ends.len() - 1
            })
        };
        let mut waits: Vec<Vec<usize>> = Vec::with_capacity(batch.len());
        for new in batch {
            let place = |end: &End| match end {
                End::New(place) => Some(*place),
                End::Known(key) => graph
                    .standing(*key)
                    .holds()
                    .then(|| number(*key, &mut ends)),
            };
            waits.push(new.waits_for.iter().filter_map(place).collect());
        }
        // What is there leads back to the batch only where something there is to wait for it.
        let holders = holders(graph, batch);
        let mut at = batch.len();
        while let Some(End::Known(key)) = ends.get(at).copied().filter(|_| !holders.is_empty()) {
            let unmet = graph.unmet(key).map(|(blocker, _)| blocker);
            let mut all: Vec<usize> = unmet.map(|blocker| number(blocker, &mut ends)).collect();
            all.extend(holders.get(&key).into_iter().flatten());
            waits.push(all);
            at += 1;
        }
        waits.resize(ends.len(), Vec::new());
        let edges = Adjacency::of(waits.len(), |node| waits[node].iter().copied());
        Self {
            ends,
            issues: batch.len(),
            edges,
        }
    }

    fn judge(&self, most: usize) -> Result<(), BatchError> {
        let components = self.edges.components();
        // A circle of what is there alone is not the batch's fault.
        let of_batch = |component: &&Vec<u32>| {
            let is_new = |node: &u32| (*node as usize) < self.issues;
            self.edges.is_circle(component) && component.iter().any(is_new)
        };
        let circles = components.iter().filter(of_batch);
        if let Some(first) = circles.flatten().min() {
            let path = self.edges.shortest_circle(*first as usize);
            return Err(BatchError::Cycle {
                path: self.named(&path.unwrap_or_default()),
            });
        }
        let chains = self
            .edges
            .chains(&components, |node| u32::from(node < self.issues));
        match chains.heaviest() {
            Some((start, depth)) if depth as usize > most => Err(BatchError::TooDeep {
                path: self.named(&chains.from(start)),
                depth: depth as usize,
                most,
            }),
            _ => Ok(()),
        }
    }

    fn named(&self, path: &[usize]) -> Vec<End> {
        path.iter()
            .filter_map(|node| self.ends.get(*node).copied())
            .collect()
    }
}

/// For each issue that is there and not done, the places that it would wait for.
fn holders(graph: &Graph, batch: &[Provisional]) -> BTreeMap<TaskKey, Vec<usize>> {
    let mut holders: BTreeMap<TaskKey, Vec<usize>> = BTreeMap::new();
    for (place, new) in batch.iter().enumerate() {
        for key in new.holds.iter().filter(|key| graph.standing(**key).holds()) {
            holders.entry(*key).or_default().push(place);
        }
    }
    holders
}
