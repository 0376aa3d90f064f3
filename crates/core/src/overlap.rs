//! Which pieces of work would touch the same files, before they do: a forecast for each, how much two of them share, and in
//! which waves they can be done without meeting.
//!
//! Two things are known of a piece of work. Before it begins, the words of its issue: files, modules and folders that they
//! name ([`Tree`]), and what earlier commits with the same rare words changed ([`History`]); that is its [`Forecast`]. Once it
//! is under way, the paths that it has changed. Both become a [`Touched`], a weight between 0 and 1 for each path, and two of
//! those have an [`overlap`].
//!
//! How good that is was measured on the history of public packages (`benches/README.md`): a forecast is a hint worth a line
//! or a wait, and it is wrong often enough that nothing may be refused because of it. Everything is bounded, total and the
//! same on every run.

mod forecast;
mod history;
mod meeting;
mod named;
mod touched;
mod tree;
mod waves;
mod words;

pub use forecast::{Evidence, Forecast, Guess, Request, forecast};
pub use history::{History, Landed};
pub use meeting::{MEETINGS, Meeting, OnOverlap, OverlapNews};
pub use touched::{Overlap, Touched, overlap};
pub use tree::Tree;
pub use waves::{Because, Member, Planned, Terms as WaveTerms, Waves, waves};

#[cfg(test)]
mod tests;
