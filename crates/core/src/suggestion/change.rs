//! One change that is proposed, with the reason for it. Nothing of it is live any more: it was judged.

use serde::{Deserialize, Serialize};

use crate::ids::IssueNumber;
use crate::label;

/// How sure somebody is of a proposal. GitHub takes these words small, and answers with them in capitals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Confidence {
    /// A guess.
    Low,
    /// Likely.
    Medium,
    /// Clear.
    High,
}

impl Confidence {
    /// The word in a letter case of whatever kind.
    pub fn parse(text: &str) -> Option<Self> {
        let all = [Self::Low, Self::Medium, Self::High];
        let word = text.trim();
        all.into_iter()
            .find(|one| one.name().eq_ignore_ascii_case(word))
    }

    /// The word as GitHub takes it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        }
    }
}

/// What is proposed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "change")]
pub enum Change {
    /// A label is put on.
    Label {
        /// As it is known inside.
        name: String,
    },
    /// The issue gets this type.
    Type {
        /// As GitHub writes it.
        name: String,
    },
    /// The issue is closed as a duplicate. Nothing but words of ours can propose it.
    Duplicate {
        /// Of this one in the same repository.
        of: IssueNumber,
    },
}

impl Change {
    /// Whether both are one change; letter case makes no other label and no other type.
    pub fn same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Label { name: one }, Self::Label { name: other })
            | (Self::Type { name: one }, Self::Type { name: other }) => label::same(one, other),
            (one, other) => one == other,
        }
    }
}

/// A change with its reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Suggestion {
    /// What.
    pub change: Change,
    /// Why: one line in which nothing is live, at most [`super::RATIONALE`] characters.
    pub rationale: String,
    /// How sure its author is.
    pub confidence: Confidence,
}
