//! Issues that do not exist yet: what a session found besides its own task, or what a repository's task list holds. A batch
//! of them is judged as a whole before any is made.
//!
//! It must never pass a batch of which a part cannot be made, nor let an agent put on a label that says something to skep.

mod facts;
mod issue;
mod judge;
mod mistake;
mod mode;
mod news;
mod proposal;
mod state;

pub use facts::{BatchFacts, Fit, Known, Promised};
pub use issue::{Awaited, NewIssue};
pub use judge::{Batch, judge};
pub use mistake::{Mistake, Wrong};
pub use mode::Discover;
pub use news::DiscoveryNews;
pub use proposal::{BODY, Draft, LABELS, Proposal, TITLE, Target, drafts};
pub use state::{Discovered, Found, FoundState, Next, Origin};

use super::graph::BatchLimits;
use super::label;

/// Dependencies that one issue of a batch may have.
const DEPENDENCIES: usize = 20;
/// Issues of a batch that may have to be done one after the other.
const DEPTH: usize = 10;

/// How large a batch may be that holds at most so many issues.
pub fn limits(issues: usize) -> BatchLimits {
    BatchLimits {
        issues,
        dependencies: DEPENDENCIES,
        depth: DEPTH,
    }
}

/// Whether two issues would have one title, for people who look for it.
pub fn same_title(one: &str, other: &str) -> bool {
    label::same(one.trim(), other.trim())
}

#[cfg(test)]
mod tests;
