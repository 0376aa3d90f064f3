//! The graph held against petgraph, and against itself told in another order; what it draws against the grammars.

mod agrees;
mod batches;
mod cases;
mod drawings;
mod model;
mod orders;

use super::Waiver;
use crate::ids::{IssueNumber, RepositoryId, TaskKey};

/// An issue of one of three repositories.
fn key(number: usize) -> TaskKey {
    let number = i64::try_from(number).expect("a small number");
    TaskKey::new(RepositoryId(1 + number % 3), IssueNumber(1 + number))
}

fn keys(numbers: &[usize]) -> Vec<TaskKey> {
    let mut keys: Vec<TaskKey> = numbers.iter().map(|number| key(*number)).collect();
    keys.sort();
    keys
}

fn only(numbers: &[usize]) -> Waiver {
    Waiver::Only(keys(numbers))
}
