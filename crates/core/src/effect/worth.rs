//! What it is worth that something new appears on GitHub, which lets an installation create only so much in a minute and in an
//! hour. <https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api#about-secondary-rate-limits>
//!
//! It decides nothing about time: who keeps the pace asks it what may have all of it and what only a part.

use serde::{Deserialize, Serialize};

/// What something new on GitHub is worth.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Worth {
    /// Somebody waits for it, or nothing else tells them.
    #[default]
    High,
    /// It says more of what label and reaction say already, and may come late.
    Low,
}
