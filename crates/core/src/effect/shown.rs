//! What people see of a state at a glance: reactions and the one status label.

use serde::{Deserialize, Serialize};

use crate::label;

/// GitHub's reaction names that skep uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reaction {
    /// 👀: taken.
    Eyes,
    /// 🎉: ended well.
    Hooray,
    /// 😕: ended badly, or refused.
    Confused,
    /// 🚀: delivered to the agent.
    Rocket,
    /// 👍: a command was taken.
    ThumbsUp,
}

/// The one status label a task shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StatusLabel {
    /// Waits for a slot.
    Queued,
    /// An agent works.
    Working,
    /// A person is asked.
    NeedsYou,
    /// Held by a person.
    Paused,
    /// A pull request waits for review.
    Review,
    /// Ended well.
    Done,
    /// Ended badly.
    Failed,
}

impl StatusLabel {
    /// Every one, in the order of a task's life.
    pub const ALL: [Self; 7] = [
        Self::Queued,
        Self::Working,
        Self::NeedsYou,
        Self::Paused,
        Self::Review,
        Self::Done,
        Self::Failed,
    ];

    /// The one that is called so, in any letter case.
    pub fn of(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|label| label::same(label.name(), name))
    }

    /// The label on GitHub.
    pub fn name(self) -> &'static str {
        match self {
            Self::Queued => "agent:queued",
            Self::Working => "agent:working",
            Self::NeedsYou => "agent:needs-you",
            Self::Paused => "agent:paused",
            Self::Review => "agent:review",
            Self::Done => "agent:done",
            Self::Failed => "agent:failed",
        }
    }

    /// Its colour (six hexadecimal digits) and description, for when the repository does not have it yet.
    pub fn look(self) -> (&'static str, &'static str) {
        match self {
            Self::Queued => ("c5def5", "skep: waiting for a free slot"),
            Self::Working => ("1d76db", "skep: an agent is working"),
            Self::NeedsYou => ("fbca04", "skep: the agent asked a question"),
            Self::Paused => ("d4c5f9", "skep: paused by a person"),
            Self::Review => ("0e8a16", "skep: a pull request waits for review"),
            Self::Done => ("0e8a16", "skep: done"),
            Self::Failed => (
                "d93f0b",
                "skep: ended without a result; the status comment says why",
            ),
        }
    }
}
