//! What may happen in a repository that makes recurring work due: values only.

use serde::{Deserialize, Serialize};

use crate::sanitise;

/// Something in a repository that may make recurring work due.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Occasion {
    /// A release was published.
    Release,
    /// A workflow failed on the default branch.
    WorkflowFailed,
}

/// The longest name that is taken, characters.
const NAME: usize = 120;
/// The longest address that is taken, characters.
const URL: usize = 300;

impl Occasion {
    /// The words of the file.
    pub const WORDS: [(&'static str, Self); 2] = [
        ("release", Self::Release),
        ("workflow_failed", Self::WorkflowFailed),
    ];

    /// Whether a workflow run failed, by its conclusion in GitHub's word: one that people cancelled or left out did not.
    pub fn is_failed_run(conclusion: &str) -> bool {
        matches!(conclusion, "failure" | "timed_out" | "startup_failure")
    }
}

/// One of these, as it was told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    /// What.
    pub occasion: Occasion,
    /// Its name: of the release, or of the workflow. Somebody else's words.
    pub name: String,
    /// Its page.
    pub url: String,
}

impl Seen {
    /// As it was told, each on one line and not too long.
    pub fn new(occasion: Occasion, name: &str, url: &str) -> Self {
        let line = |text: &str, most| sanitise::one_line(text).chars().take(most).collect();
        Self {
            occasion,
            name: line(name, NAME),
            url: line(url, URL),
        }
    }
}
