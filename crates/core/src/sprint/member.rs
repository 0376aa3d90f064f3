//! One issue of a sprint: what GitHub says of it, and how far skep's own work on it is.

use serde::{Deserialize, Serialize};

use super::facts::MemberFacts;
use crate::ids::TaskKey;

/// One issue below a sprint's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    /// What GitHub says.
    #[serde(flatten)]
    pub is: MemberFacts,
    /// Whether its own task was asked to start.
    #[serde(default)]
    pub asked: bool,
    /// How far the work on it is.
    #[serde(default)]
    pub work: Work,
    /// What its own task waits for.
    #[serde(default)]
    pub waits_for: Vec<TaskKey>,
}

impl Member {
    /// A member of which only GitHub's word is known.
    pub fn new(is: MemberFacts) -> Self {
        Self {
            is,
            asked: false,
            work: Work::None,
            waits_for: Vec::new(),
        }
    }

    /// It was asked to start, and has not begun as far as anybody knows.
    pub fn waits_to_begin(&self) -> bool {
        self.asked && self.work.may_be_withdrawn()
    }

    /// Which issue it is.
    pub fn key(&self) -> TaskKey {
        self.is.issue.key
    }
}

/// How far skep's work on an issue is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Work {
    /// Nothing is on.
    #[default]
    None,
    /// It was asked to start, and has not answered.
    Asked,
    /// GitHub is asked whether it may start.
    Checking,
    /// It waits for a slot.
    Queued,
    /// It waits for other issues.
    Held,
    /// An agent is at work.
    Working,
    /// It has not begun, and a person has to act first.
    Gated,
    /// It has begun, and a person has to act.
    NeedsYou,
    /// Its model failed for now.
    Waiting,
    /// A person paused it.
    Paused,
    /// Its pull request is in review.
    Review,
    /// It was done.
    Done,
    /// It was not started.
    Refused,
    /// It failed.
    Failed,
    /// A person stopped it.
    Stopped,
}

impl Work {
    /// It is on its way to the front of the queue: so many at once are enough.
    pub fn is_on_its_way(self) -> bool {
        matches!(self, Self::Asked | Self::Checking | Self::Queued)
    }

    /// It was asked to start and has not begun.
    pub fn may_be_withdrawn(self) -> bool {
        self.is_on_its_way() || matches!(self, Self::Held | Self::Gated)
    }

    /// An agent was at work on it.
    pub fn has_begun(self) -> bool {
        match self {
            Self::Working
            | Self::NeedsYou
            | Self::Waiting
            | Self::Paused
            | Self::Review
            | Self::Done
            | Self::Failed => true,
            Self::None
            | Self::Asked
            | Self::Checking
            | Self::Queued
            | Self::Held
            | Self::Gated
            | Self::Refused
            | Self::Stopped => false,
        }
    }

    /// It will not go on by itself.
    pub fn is_stuck(self) -> bool {
        matches!(self, Self::Refused | Self::Failed | Self::Stopped)
    }
}
