//! The file as it was found, against what is known of it from before.

use serde::{Deserialize, Serialize};

use super::policy::RepositoryPolicy;
use crate::document::Mistake;

/// So many mistakes are told.
const TOLD: usize = 20;
/// Characters of one.
const LONGEST: usize = 400;

/// What holds in a repository.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Found {
    /// What its file says, or the last state of it without a mistake.
    pub holds: RepositoryPolicy,
    /// What is wrong with the file as it stands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wrong: Option<Wrong>,
}

/// A state of the file that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wrong {
    /// The hash of that state.
    pub state: String,
    /// Its mistakes, at most 20, each with its line.
    pub mistakes: Vec<String>,
    /// Mistakes besides.
    #[serde(default)]
    pub more: usize,
    /// Whether an earlier state holds instead; otherwise nothing does.
    pub earlier: bool,
    /// Whether this issue is the one on which they are told: the first that met that state.
    pub tell: bool,
}

/// What a task knows of how the file was read.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LastRead {
    /// When, epoch milliseconds.
    #[serde(default)]
    pub at: i64,
    /// The last state with mistakes that was told of on this issue.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub told: Option<String>,
}

impl LastRead {
    /// For so long what was read is taken as it was, milliseconds: a start that need not wait reads once.
    const FRESH: i64 = 60_000;

    /// It was never read.
    pub fn is_never(&self) -> bool {
        *self == Self::default()
    }

    /// Whether it has to be read again.
    pub fn is_old(&self, now: i64) -> bool {
        !(0..Self::FRESH).contains(&now.saturating_sub(self.at))
    }
}

impl Wrong {
    /// What is told of the mistakes.
    pub fn new(state: &str, mistakes: &[Mistake]) -> Self {
        let one = |mistake: &Mistake| mistake.to_string().chars().take(LONGEST).collect();
        Self {
            state: state.to_owned(),
            mistakes: mistakes.iter().take(TOLD).map(one).collect(),
            more: mistakes.len().saturating_sub(TOLD),
            earlier: false,
            tell: false,
        }
    }
}
