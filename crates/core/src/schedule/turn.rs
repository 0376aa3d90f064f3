//! When it is a task's turn: a number that does not change while it waits.
//!
//! A level of priority is worth a day of waiting. So the urgent go first, and yet nobody waits for ever behind a stream of them:
//! what has waited two days longer goes before anything.

use crate::command::Priority;
use crate::ids::TaskKey;

/// What one level of priority is worth, milliseconds of waiting.
pub const PRIORITY_WORTH_MS: i64 = 24 * 3_600_000;

/// A task's place among those of its repository: the least is next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Turn {
    /// Its age, moved by its priority: epoch milliseconds.
    at: i64,
    /// Which task; among equals the lesser number goes first.
    pub task: TaskKey,
}

impl Turn {
    /// The turn of a task that waits since `queued_at`, epoch milliseconds.
    pub fn new(task: TaskKey, priority: Priority, queued_at: i64) -> Self {
        let levels = match priority {
            Priority::High => 0,
            Priority::Medium => 1,
            Priority::Low => 2,
        };
        Self {
            at: queued_at.saturating_add(levels * PRIORITY_WORTH_MS),
            task,
        }
    }
}
