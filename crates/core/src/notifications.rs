//! How often people are notified. GitHub mails for a new comment, a new pull request, an assignment and a request for a review;
//! for an edit, a label or a reaction it mails nobody.

use serde::{Deserialize, Serialize};

/// How often people are notified.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Notifications {
    /// Nothing is spared: whoever is waited for is assigned besides being told, and a revision is told in a comment besides
    /// the new request for a review.
    All,
    /// Each thing is told once.
    #[default]
    Normal,
    /// Only what a person has to do is told: the status comment comes with a bad end, and nobody is reminded.
    Quiet,
}

impl Notifications {
    /// Those an operator may choose, by their names in `skep.toml`.
    pub const CHOICES: [(&'static str, Self); 3] = [
        ("all", Self::All),
        ("normal", Self::Normal),
        ("quiet", Self::Quiet),
    ];

    /// Its name in `skep.toml`.
    pub fn name(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Normal => "normal",
            Self::Quiet => "quiet",
        }
    }
}
