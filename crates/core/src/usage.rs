//! What agents spend: tokens, money and time, as far as they tell, and how sure that is.
//!
//! ACP's `usage` means four things in twelve agents: the last answer of the model, the turn, the session, or nothing. So every
//! report carries what its numbers mean ([`Meaning`]), and [`added`] says by how much the meter of a session goes up with it.
//! A figure is never shown as more exact than it is: it knows whether the truth may be more or less.
//!
//! Pure and total: every sum saturates. It must never guess a number that nobody told.

mod added;
mod figure;
mod price;
mod report;
mod spent;

pub use added::{Added, Counter, added};
pub use figure::{Exactness, Figure};
pub use price::{Price, micros};
pub use report::{CachedPart, Meaning, Report, Scope, Source, Tokens};
pub use spent::Spent;
