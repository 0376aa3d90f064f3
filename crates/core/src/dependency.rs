//! What an issue says it waits for: references in its body ("Depends on #12") and in its labels (`depends:issue-12`).
//!
//! It exists so that a dependency written by hand counts like one set by GitHub's own button. It must never take prose
//! for a dependency ("after that, #12 showed", "Fixes #12"), nor what the page does not show as the author's own words:
//! code, quotes, struck-out text, HTML comments. What is found is what somebody wrote, and no more: whether such an issue
//! exists, and how it stands, GitHub has to say.

use std::collections::BTreeMap;

use regex::Regex;
use serde::{Deserialize, Serialize};

use super::ids::{IssueNumber, RepositoryName};
use super::label;

mod block;
mod body;
mod phrase;
mod plain;
mod reference;

/// The most references that are kept of one issue. What is beyond is counted, and said.
pub const MOST: usize = 500;

/// What stands before the reference in a label.
const LABEL_PREFIX: &str = "depends:";

/// The longest evidence, in characters.
const EVIDENCE_CHARS: usize = 160;

/// Where an issue stands, as far as its references need it.
#[derive(Debug, Clone, Copy)]
pub struct Home<'a> {
    /// Its repository.
    pub repository: &'a RepositoryName,
    /// Its number.
    pub issue: IssueNumber,
    /// The host of GitHub's pages, with a port where the address has one: `github.com`.
    pub host: &'a str,
}

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

/// Reads what an issue's body and labels say it waits for. The order of what is written makes no difference but for which
/// words are kept as evidence: the first ones, and the body's before a label's.
pub fn references<S: AsRef<str>>(body: &str, labels: &[S], home: &Home<'_>) -> References {
    let mut all = Collected::new(home);
    body::read(body, &mut all);
    for name in labels.iter().map(AsRef::as_ref) {
        if let Some(target) = of_label(name, home) {
            all.add(vec![target], Source::Label, name);
        }
    }
    all.finish()
}

/// The issue a label names: `depends:issue-12`, `depends:#12`, `depends:owner/repo#12`.
fn of_label(name: &str, home: &Home<'_>) -> Option<reference::Target> {
    let rest = label::behind(name, LABEL_PREFIX)?.trim();
    let numbered = label::behind(rest, "issue-").map(|number| format!("#{number}"));
    let text = numbered.as_deref().unwrap_or(rest);
    let (target, length) = reference::read(text, home)?;
    (length == text.len()).then_some(target)
}

/// Same issues fall together, and those of the home repository come first.
type Key = (Option<String>, i64);

struct Collected<'a> {
    home: &'a Home<'a>,
    found: BTreeMap<Key, Reference>,
}

impl<'a> Collected<'a> {
    fn new(home: &'a Home<'a>) -> Self {
        Self {
            home,
            found: BTreeMap::new(),
        }
    }

    /// Adds what one line or label names.
    fn add(&mut self, targets: Vec<reference::Target>, source: Source, words: &str) {
        let evidence = shortened(words);
        for reference::Target { repository, number } in targets {
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

    fn finish(self) -> References {
        let cut = self.found.len().saturating_sub(MOST);
        References {
            found: self.found.into_values().take(MOST).collect(),
            cut,
        }
    }
}

fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("every pattern is a constant and compiled by the tests")
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

#[cfg(test)]
mod tests;
