//! What a session proposes about its issue (labels, a type, that it is a duplicate) for a person to decide. A proposal is
//! judged as a whole before anything of it leaves; what the issue has, what waits and what a person dismissed is left alone.
//!
//! It must never propose a label that says something to skep, nor lead to a label being taken off, nor to an issue being
//! closed: that is for people.

mod change;
mod facts;
mod judge;
mod mistake;
mod news;
mod proposal;
mod seen;
mod state;

pub use change::{Change, Confidence, Suggestion};
pub use facts::{Duplicate, Facts, KnownLabel, named};
pub use judge::{is_own, judge};
pub use mistake::Wrong;
pub use news::SuggestionNews;
pub use proposal::{Proposal, Proposed};
pub use seen::{Held, HeldState, Seen, Sent, after, before};
pub use state::{Fate, Made, Suggested, Why};

/// Labels of one proposal, and of one session.
pub const LABELS: usize = 10;
/// The longest rationale, in characters. GitHub's own client of these fields keeps to it
/// (`github/github-mcp-server`, `pkg/github/issues_granular.go`); the description of the API names no limit.
pub const RATIONALE: usize = 280;

#[cfg(test)]
mod tests;
