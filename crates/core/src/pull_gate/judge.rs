//! Whether a pull request belongs to an issue that somebody released to agents: pure, by what was read.

use serde::{Deserialize, Serialize};

use super::news::{GateFacts, NamedFacts, NamedIs};
use crate::label;
use crate::policy::GO_LABEL;

/// How a pull request stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "verdict")]
pub enum Verdict {
    /// It belongs to an issue.
    Belongs {
        /// Which: `#12` or `owner/repo#12`.
        issue: String,
        /// Whether by the label of a sprint, whose pull requests inherit the go label.
        sprint: bool,
    },
    /// It carries the go label itself.
    Labeled,
    /// Neither.
    Missing {
        /// What it names, and why none of it counts.
        named: Vec<Unmet>,
        /// Whether it names more than was looked at.
        cut: bool,
    },
}

/// What a pull request names that does not count.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unmet {
    /// `#12` or `owner/repo#12`.
    pub issue: String,
    /// Why.
    pub why: WhyNot,
}

/// Why an issue that is named does not count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WhyNot {
    /// It carries neither label.
    Unlabeled,
    /// It is a pull request.
    PullRequest,
    /// It cannot be read.
    Unknown,
}

impl Verdict {
    /// Whether the check passes.
    pub fn passes(&self) -> bool {
        match self {
            Self::Belongs { .. } | Self::Labeled => true,
            Self::Missing { .. } => false,
        }
    }

    /// Whether the pull request inherits the go label.
    pub fn inherits(&self) -> bool {
        matches!(self, Self::Belongs { sprint: true, .. })
    }
}

/// Judges by labels alone. An issue goes before a sprint, and both before the pull request's own label, so that what a sprint
/// passes on changes no verdict.
pub fn judge(facts: &GateFacts) -> Verdict {
    let first = |is: NamedIs| facts.named.iter().find(|named| named.is == is);
    let belongs = |named: &NamedFacts, sprint| Verdict::Belongs {
        issue: named.written.clone(),
        sprint,
    };
    if let Some(named) = first(NamedIs::Released) {
        return belongs(named, false);
    }
    if let Some(named) = first(NamedIs::Sprint) {
        return belongs(named, true);
    }
    if label::has(&facts.labels, GO_LABEL) {
        return Verdict::Labeled;
    }
    Verdict::Missing {
        named: facts.named.iter().filter_map(unmet).collect(),
        cut: facts.cut,
    }
}

fn unmet(named: &NamedFacts) -> Option<Unmet> {
    let why = match named.is {
        NamedIs::Released | NamedIs::Sprint => return None,
        NamedIs::Unlabeled => WhyNot::Unlabeled,
        NamedIs::PullRequest => WhyNot::PullRequest,
        NamedIs::Unknown => WhyNot::Unknown,
    };
    Some(Unmet {
        issue: named.written.clone(),
        why,
    })
}
