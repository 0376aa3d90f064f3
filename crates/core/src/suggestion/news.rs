//! What is told of suggestions. Each is a fact that may come twice.

use serde::{Deserialize, Serialize};

use super::change::{Change, Suggestion};
use super::state::Fate;
use crate::ids::SessionId;

/// What is told of suggestions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "about")]
pub enum SuggestionNews {
    /// A session proposes something about its issue; the whole of it was judged and is right.
    Proposed {
        /// Which session.
        session: SessionId,
        /// What.
        suggestions: Vec<Suggestion>,
    },
    /// What became of those that were under way.
    Made {
        /// Of each.
        fates: Vec<(Change, Fate)>,
    },
}
