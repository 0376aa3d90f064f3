//! Numbers that come with how sure they are: what a session has cost.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::core::usage::{Exactness, Figure};

/// What a session has cost, as far as its agent tells.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct UsageLine {
    /// Tokens in all.
    pub tokens: FigureLine,
    /// Of those: sent, and not known to the model from a cache.
    pub input_tokens: u64,
    /// Of those: read from a cache.
    pub cached_read_tokens: u64,
    /// Of those: written to a cache.
    pub cached_write_tokens: u64,
    /// Of those: received.
    pub output_tokens: u64,
    /// Money, in millionths of a dollar.
    pub cost_micro_usd: FigureLine,
    /// How long its agent worked, milliseconds.
    pub worked_ms: i64,
}

/// A number and how sure it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FigureLine {
    /// None where nothing is known.
    pub amount: Option<u64>,
    /// `exact`, `at_least`, `at_most`, `about` or `unknown`.
    #[schema(value_type = String)]
    pub exactness: Exactness,
}

impl From<Figure> for FigureLine {
    fn from(figure: Figure) -> Self {
        let exactness = figure.exactness();
        Self {
            amount: (exactness != Exactness::Unknown).then_some(figure.amount),
            exactness,
        }
    }
}

impl Default for FigureLine {
    fn default() -> Self {
        Figure::UNKNOWN.into()
    }
}
