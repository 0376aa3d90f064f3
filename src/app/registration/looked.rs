//! What the checklist saw last, so that it is not asked for more often than it changes.

use tokio::time::Instant;

use crate::core::text::registration::Item;

/// What was seen last.
#[derive(Default)]
pub(super) struct Looked {
    pub(super) at: Option<Instant>,
    pub(super) items: Vec<Item>,
    pub(super) pinged_at: Option<Instant>,
    pub(super) pings: u32,
}
