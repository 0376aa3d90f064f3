//! What a sweep looks with: it reads GitHub and states facts, and has nothing to act with.

use std::time::Duration;

use crate::core::time::Clock;
use crate::github::GitHub;
use crate::live_policy::LivePolicy;
use crate::store::Store;

/// What a sweep needs.
#[derive(Clone)]
pub struct SweepServices {
    /// The database.
    pub store: Store,
    /// GitHub.
    pub github: GitHub,
    /// What the operator wants.
    pub policy: LivePolicy,
    /// The clock.
    pub clock: Clock,
    /// How news gets here.
    pub hearing: Hearing,
}

/// How news gets here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hearing {
    /// GitHub delivers webhooks.
    Webhooks,
    /// Nobody tells: GitHub is asked at this interval.
    Polls(Duration),
    /// Both.
    Both(Duration),
}

impl Hearing {
    /// The interval at which GitHub is asked, if it is.
    pub fn every(self) -> Option<Duration> {
        match self {
            Self::Webhooks => None,
            Self::Polls(every) | Self::Both(every) => Some(every),
        }
    }

    /// Whether GitHub delivers webhooks, so that some may be missed.
    pub fn is_told(self) -> bool {
        !matches!(self, Self::Polls(_))
    }
}
