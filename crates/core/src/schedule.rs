//! Which queued tasks start next, and what each of the others waits for.
//!
//! The order is fair between repositories: the next session is for the one with the fewest at work, and among those for the one
//! that was served longest ago; so a repository that labels a thousand issues delays another's single one by no more than its
//! share. Within a repository the task goes first whose [turn](Turn) is earliest: its priority, then its age. Caps and what is closed only hold tasks back;
//! they never change the order of the others.
//!
//! Pure: it is told what stands where ([`Schedule::place`]), and answers. What a choice costs does not depend on how many wait.
//! It must never start what is held for a reason of its own (a blocker, an approval): such a task is not placed in it.

mod breaker;
mod caps;
mod choose;
mod found;
mod line;
mod load;
mod memory;
mod needs;
mod order;
mod queue;
mod rank;
mod ready;
mod reason;
mod shut;
mod told;
mod turn;

#[cfg(test)]
mod tests;

pub use caps::Caps;
pub use choose::{Pick, Room};
pub use found::{Looked, OnFault, READY_FOR_MS, Subject};
pub use memory::PASSES;
pub use needs::{FLOOR, Memory, Needs, UNKNOWN_AGENT};
pub use queue::{Live, Queued, Schedule, Standing};
pub use reason::{Closed, Fault, Reason};
pub use shut::Shut;
pub use told::Told;
pub use turn::{PRIORITY_WORTH_MS, Turn};

/// How many places are kept up to date for people; further back only the first is told.
pub const FRONT: i64 = 3;

/// Whether a waiting task's people are told its place again.
pub fn worth_telling(told: Option<(i64, i64)>, position: i64) -> bool {
    match told {
        None => true,
        Some((before, _)) => before != position && position <= FRONT,
    }
}
