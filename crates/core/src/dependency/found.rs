//! What was found: each issue once, with the words that name it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::home::Home;
use super::reference::Target;
use crate::ids::{IssueNumber, RepositoryName};

/// The most references that are kept of one issue. What is beyond is counted, and said.
pub const MOST: usize = 500;

/// The longest evidence, in characters.
pub(super) const EVIDENCE_CHARS: usize = 160;

/// Where a dependency was stated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// By GitHub's own "blocked by".
    GitHub,
    /// In the issue's body.
    Body,
    /// By a label.
    Label,
}

/// One issue another one waits for, as it was written.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Reference {
    /// The repository, where another one than the issue's own was named.
    pub repository: Option<RepositoryName>,
    /// The number in it.
    pub number: IssueNumber,
    /// Where it was stated.
    pub source: Source,
    /// The words it was found in, or the label; one line of at most 160 characters. Somebody else's text.
    pub evidence: String,
    /// Whether the issue names itself.
    pub itself: bool,
}

/// All that an issue says it waits for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct References {
    /// Each issue once, those of its own repository first, then by name and number.
    pub found: Vec<Reference>,
    /// How many more there were than [`MOST`].
    pub cut: usize,
}

/// Same issues fall together, and those of the home repository come first.
type Key = (Option<String>, i64);

pub(super) struct Collected<'a> {
    pub(super) home: &'a Home<'a>,
    found: BTreeMap<Key, Reference>,
}

impl<'a> Collected<'a> {
    pub(super) fn new(home: &'a Home<'a>) -> Self {
        Self {
            home,
            found: BTreeMap::new(),
        }
    }

    /// Adds what one line or label names.
    pub(super) fn add(&mut self, targets: Vec<Target>, source: Source, words: &str) {
        let evidence = shortened(words);
        for Target { repository, number } in targets {
            let name = repository
                .as_ref()
                .map(|name| name.to_string().to_ascii_lowercase());
            let itself = self.is_itself(repository.as_ref(), number);
            self.found
                .entry((name, number.0))
                .or_insert_with(|| Reference {
                    repository,
                    number,
                    source,
                    evidence: evidence.clone(),
                    itself,
                });
        }
    }

    fn is_itself(&self, repository: Option<&RepositoryName>, number: IssueNumber) -> bool {
        repository.is_none() && number == self.home.issue
    }

    pub(super) fn finish(self) -> References {
        let cut = self.found.len().saturating_sub(MOST);
        References {
            found: self.found.into_values().take(MOST).collect(),
            cut,
        }
    }
}

/// One line, at most [`EVIDENCE_CHARS`] long.
fn shortened(text: &str) -> String {
    let near: String = text.chars().take(EVIDENCE_CHARS * 4).collect();
    let line = near.split_whitespace().collect::<Vec<_>>().join(" ");
    if near.len() == text.len() && line.chars().count() <= EVIDENCE_CHARS {
        return line;
    }
    let kept: String = line.chars().take(EVIDENCE_CHARS - 1).collect();
    format!("{}…", kept.trim_end())
}
