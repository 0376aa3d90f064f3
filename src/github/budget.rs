//! How much of what GitHub allows an installation has used: a picture of one moment, for people. Nothing is decided by it.

use std::collections::VecDeque;

use super::limiter::{Mark, used};
use crate::core::effect::Worth;
use crate::core::policy::Pace;

/// How much of an installation's creations is used up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Budget {
    /// In the last minute.
    pub minute: Used,
    /// In the last hour.
    pub hour: Used,
    /// Points for calls of any kind that the last minute has cost, and how many it may cost.
    pub points: (u32, u32),
    /// When there is room for one that somebody waits for (epoch milliseconds); none: now.
    pub until: Option<i64>,
    /// When there is room for one of low worth; none: now.
    pub low_until: Option<i64>,
}

/// Creations in a span of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Used {
    /// How many there were.
    pub all: u32,
    /// How many may be.
    pub of: u32,
    /// How many of them were of low worth.
    pub low: u32,
    /// How many of those may be.
    pub low_of: u32,
}

impl Used {
    pub(super) fn within(span: (i64, i64), history: &VecDeque<Mark>, of: u32) -> Self {
        Self {
            all: used(span, Worth::High, history),
            of,
            low: used(span, Worth::Low, history),
            low_of: Pace::of_low_worth(of),
        }
    }
}
