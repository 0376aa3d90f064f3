//! Recurring work: what a repository's own file asks for again and again, by the calendar or when something happens there.
//!
//! Each time becomes an issue of its own, so that everybody sees it, can stop it and can speak to it; no second one is opened while
//! the one before is open. Whoever may merge to the default branch writes the file, and could start the same work by a label: it gives
//! nobody a right. It must never run a command or reach out itself.

mod calendar;
mod mode;
mod news;
mod occasion;
mod state;
mod wish;

pub use calendar::{Calendar, Every};
pub use mode::Recur;
pub use news::RecurringNews;
pub use occasion::{Occasion, Seen};
pub use state::{Recurrence, Recurrences};
pub use wish::{Cause, Recurring};

#[cfg(test)]
mod tests;
