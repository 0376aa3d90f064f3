//! What became of our pull requests: whether the change is on the base branch and stayed there, what people had to do to it,
//! and what it cost.
//!
//! Values and pure questions about them. Nothing is guessed: what was not read is unknown, and a revert counts only when a
//! commit on the base names what it reverts.

mod became;
mod ledger;
mod pull_outcome;
mod revert;

pub use became::Became;
pub use ledger::{Entry, Group, groups};
pub use pull_outcome::{Landing, PullEnd, PullOutcome};
pub use revert::{Commit, Merged, reverted_by, speaks_of_a_revert};
