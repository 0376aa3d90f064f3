//! Whom something concerns that was decided about another issue.

use crate::core::decide::Tell;
use crate::core::dependency::BlockerNews;
use crate::core::ids::TaskKey;

/// Something that other tasks are to be told.
#[derive(Debug)]
pub(super) struct Relation {
    /// The fact it follows from.
    pub(super) cause: i64,
    /// Whom.
    pub(super) task: TaskKey,
    /// What.
    pub(super) news: News,
}

/// What a task is told.
#[derive(Debug, PartialEq)]
pub(super) enum News {
    /// An issue that it waits for stands otherwise.
    Blocker(TaskKey, BlockerNews),
    /// How our pull request for an issue that it waits for stands may have changed.
    Pull(TaskKey),
    /// Whether it waits for itself, and by which way, may have changed.
    Cycle,
    /// Something about an issue of its sprint may have changed.
    Part(TaskKey),
    /// How far the work on an issue of its sprint is may have changed.
    Work(TaskKey),
    /// A label that counts at the gate may be on an issue, or not, that its pull request names.
    Released(TaskKey),
    /// What another task says.
    Said(Box<Tell>),
}
