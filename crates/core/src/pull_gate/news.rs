//! What the gate's task of a pull request is told: hints, and what was read of it. Each may come twice.

use serde::{Deserialize, Serialize};

use crate::actor::Account;
use crate::ids::{Sha, TaskKey};

/// News of a pull request at the gate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "about")]
pub enum GateNews {
    /// Something about it, or about an issue that it names, may have changed.
    Changed {
        /// What GitHub said, for the reason.
        hint: String,
    },
    /// A person wants the check made again.
    Rerequested,
    /// It is over, or is not there.
    Over,
    /// It was read.
    Read {
        /// All of it.
        found: Box<GateFacts>,
    },
    /// GitHub does not let us report: the installation has not granted it.
    NotPermitted,
}

/// An open pull request, as far as the gate goes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GateFacts {
    /// Its head.
    pub head: Sha,
    /// Who opened it.
    pub author: Account,
    /// Its labels, as they are known inside.
    pub labels: Vec<String>,
    /// The issues it names, the first few.
    pub named: Vec<NamedFacts>,
    /// Whether it names more.
    pub cut: bool,
}

/// An issue that a pull request names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NamedFacts {
    /// Its short form: `#12`, or `owner/repo#12` in another repository.
    pub written: String,
    /// Which it is, where that is known.
    pub key: Option<TaskKey>,
    /// What it is.
    pub is: NamedIs,
}

/// What a number is that a pull request names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NamedIs {
    /// An issue with the go label.
    Released,
    /// An issue with the sprint label.
    Sprint,
    /// An issue with neither.
    Unlabeled,
    /// A pull request.
    PullRequest,
    /// Nothing that we may see, or may tell readers of the pull request of.
    Unknown,
}
