//! What is known of an agent whose provider lets nobody in.

use crate::agent::ErrorClass;

/// One agent that was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shut {
    /// What its provider said.
    pub class: ErrorClass,
    /// When it was refused last, epoch milliseconds.
    pub since: i64,
    /// Until when nothing starts, epoch milliseconds.
    pub until: i64,
    /// How many times in a row it was refused.
    pub strikes: u32,
    /// One session is trying it.
    pub tried: bool,
}
