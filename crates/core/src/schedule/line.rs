//! The tasks for which the same caps hold stand in one line, in the order of their turns.

use std::cmp::Ordering;
use std::sync::Arc;

use super::rank::Rank;
use super::turn::Turn;
use crate::ids::{InstallationId, RepositoryId, UserId};

/// What the tasks of one line have in common.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Line {
    pub(super) repository: RepositoryId,
    pub(super) installation: InstallationId,
    pub(super) role: String,
    /// Those it may be given to, the best first.
    pub(super) agents: Vec<String>,
    /// Who asked, where a start counts as one of theirs.
    pub(super) person: Option<UserId>,
}

/// The first of a line, among the first of all lines: by its repository's rank, then by its turn.
#[derive(Debug, Clone)]
pub(super) struct Head {
    pub(super) rank: Rank,
    pub(super) turn: Turn,
    pub(super) line: Arc<Line>,
}

impl Head {
    fn key(&self) -> (Rank, Turn) {
        (self.rank, self.turn)
    }
}

impl PartialEq for Head {
    fn eq(&self, other: &Self) -> bool {
        self.key() == other.key()
    }
}

impl Eq for Head {}

impl PartialOrd for Head {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Head {
    fn cmp(&self, other: &Self) -> Ordering {
        self.key().cmp(&other.key())
    }
}
