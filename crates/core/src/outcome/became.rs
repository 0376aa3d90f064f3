//! What became of a pull request, in one word. It must never say more than was seen.

use serde::{Deserialize, Serialize};

/// What became of a pull request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Became {
    /// It is open.
    Open,
    /// It was merged as it was opened.
    Merged,
    /// It was merged after a revision, or after people had pushed to it.
    Reworked,
    /// It was merged, and its change is not on the base branch.
    NotLanded,
    /// It was merged, and a later commit on the base reverts it.
    Reverted,
    /// It was closed unmerged.
    Closed,
}

impl Became {
    /// Every word, from the best to the worst.
    pub const ALL: [Self; 6] = [
        Self::Merged,
        Self::Reworked,
        Self::Open,
        Self::NotLanded,
        Self::Reverted,
        Self::Closed,
    ];

    /// The word in tables and on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Merged => "merged",
            Self::Reworked => "reworked",
            Self::NotLanded => "not_landed",
            Self::Reverted => "reverted",
            Self::Closed => "closed",
        }
    }

    /// What the word says.
    pub fn of(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|became| became.name() == name)
    }

    /// People took it, and still have it.
    pub fn is_accepted(self) -> bool {
        matches!(self, Self::Merged | Self::Reworked)
    }
}
