//! What has to be read before a proposal can be judged. Facts only.

use crate::dependency::{self, Home};
use crate::ids::IssueNumber;

/// What was read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Facts {
    /// The labels of the repository.
    pub labels: Vec<KnownLabel>,
    /// The types that its issues may have; none where there are none.
    pub types: Vec<String>,
    /// Labels by which the operator has something started or steered.
    pub steering: Vec<String>,
    /// What the issue is said to repeat, if that is said.
    pub duplicate: Option<Duplicate>,
}

/// A label of the repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownLabel {
    /// As it is known inside.
    pub name: String,
    /// As GitHub writes it.
    pub shown: String,
}

/// What a text leads to that names a duplicate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Duplicate {
    /// An issue of the repository.
    Issue(IssueNumber),
    /// A pull request.
    Pull(IssueNumber),
    /// No issue that is there.
    Missing(IssueNumber),
    /// The issue itself.
    Itself,
    /// An issue of another repository.
    Elsewhere(String),
    /// It names no issue.
    NoReference(String),
}

/// What such a text names, as far as can be said without looking: an issue of the repository may be none.
pub fn named(text: &str, home: &Home<'_>) -> Duplicate {
    let text = text.trim();
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let marked = format!("#{text}");
    let written = if digits { &marked } else { text };
    match dependency::reference(written, home) {
        None => Duplicate::NoReference(text.to_owned()),
        Some((Some(_), _)) => Duplicate::Elsewhere(text.to_owned()),
        Some((None, number)) if number == home.issue => Duplicate::Itself,
        Some((None, number)) => Duplicate::Issue(number),
    }
}
