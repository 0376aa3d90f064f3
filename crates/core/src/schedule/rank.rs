//! A repository's place among all: what makes the order fair between them.

/// A repository's place among all: the least is next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Rank {
    /// How many of its sessions are at work.
    pub(super) at_work: u32,
    /// When its last one started, counted in starts; 0 when that is not known.
    pub(super) served: u64,
}
