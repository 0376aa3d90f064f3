//! What was spent so far: the sum that a meter shows.

use serde::{Deserialize, Serialize};

use super::added::Added;
use super::figure::Figure;
use super::report::Tokens;

/// What was spent in all.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Spent {
    /// Tokens.
    pub tokens: Tokens,
    /// More tokens may have been spent than were told.
    pub more: bool,
    /// Money, in millionths of a dollar.
    pub cost: Figure,
    /// How long agents worked, milliseconds.
    pub worked_ms: i64,
}

impl Spent {
    /// Tokens as one figure.
    pub fn all_tokens(&self) -> Figure {
        Figure {
            amount: self.tokens.total(),
            more: self.more,
            less: false,
        }
    }

    /// Takes in what a turn cost.
    pub fn add(&mut self, added: &Added, worked_ms: i64) {
        self.tokens = self.tokens.plus(added.tokens);
        self.more |= added.more;
        self.cost = self.cost.plus(added.cost);
        self.worked_ms = self.worked_ms.saturating_add(worked_ms.max(0));
    }
}
