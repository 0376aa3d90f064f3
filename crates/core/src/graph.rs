//! Which issue waits for which: a live graph that is changed one fact at a time, and what each change sets free.
//!
//! Nodes are issues of any repository, whether skep works on them or not. A fact is one of three: what an issue waits for
//! ([`Graph::set`]), how an issue stands ([`Graph::stand`]), which of its blockers a person waived ([`Graph::waive`]). Each
//! replaces what was known of that before, so that facts may come in any order and more than once; each answers with
//! [`Changes`], so that nobody looks through the graph to find whom it concerns.
//!
//! What it costs: an issue that is done, as many steps as it has direct dependents; a list of blockers, as many as it has
//! entries, and for a new edge between issues that both had edges before a search that `order` bounds. Only where a circle is
//! closed or opened is all of that circle looked at, and all of it has to be told. Nothing recurses.
//!
//! It must never guess: an issue that was only named counts as open until somebody says how it stands, and what holds an
//! issue holds until it is done or a person waives it.

mod adjacency;
mod arena;
mod batch;
mod changes;
mod circle;
mod component;
pub mod draw;
mod live;
mod load;
mod order;
mod survey;

pub use arena::Standing;
pub use batch::{BatchError, BatchLimits, End, Provisional};
pub use changes::Changes;
pub use live::{Blocker, Graph, Waiver};
pub use load::{Known, Loaded};
pub use survey::{Stats, Waves};

#[cfg(test)]
mod tests;
