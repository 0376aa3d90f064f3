//! What people see of a state at a glance: reactions, the one status label, and the check run of a pull request's head.

use serde::{Deserialize, Serialize};

use crate::ids::{IssueNumber, Sha};
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

/// Make the check run `skep` of a commit say how the session of its pull request stands. Found by its `external_id`, made only if it
/// is not there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShowCheck {
    /// The issue of the task, of which the `external_id` is made.
    pub issue: IssueNumber,
    /// The commit.
    pub head: Sha,
    /// How the session stands.
    pub stands: SessionStands,
    /// The headline.
    pub title: String,
    /// Markdown.
    pub summary: String,
    /// The page that tells more.
    pub link: String,
}

/// How a session stands, as a check run can say it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SessionStands {
    /// It waits for its turn.
    Waiting,
    /// An agent works.
    Working,
    /// A person has to do something before it goes on.
    NeedsYou,
    /// Nobody works, and nobody has to do anything.
    Resting,
    /// The pull request is its result.
    Done,
    /// It failed.
    Failed,
    /// The branch has another head by now.
    Left,
}

impl SessionStands {
    /// What the status label says, said of a commit.
    pub fn of(label: Option<StatusLabel>) -> Self {
        match label {
            Some(StatusLabel::Queued) => Self::Waiting,
            Some(StatusLabel::Working) => Self::Working,
            Some(StatusLabel::NeedsYou) => Self::NeedsYou,
            Some(StatusLabel::Paused) | None => Self::Resting,
            Some(StatusLabel::Review | StatusLabel::Done) => Self::Done,
            Some(StatusLabel::Failed) => Self::Failed,
        }
    }

    /// Whether GitHub shows it as something that is not over.
    pub fn is_under_way(self) -> bool {
        matches!(self, Self::Waiting | Self::Working)
    }
}
