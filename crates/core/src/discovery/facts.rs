//! What has to be read before a batch can be judged, and what the live graph says of it. Facts only.

use std::collections::BTreeMap;

use super::proposal::Target;
use crate::dependency::Unknown;
use crate::graph::BatchError;
use crate::ids::{IssueNumber, RepositoryName, SessionId, TaskKey};

/// What was read for a batch.
#[derive(Debug, Clone, Default)]
pub struct BatchFacts {
    /// The roles that the repository or the operator has, among those that are named.
    pub roles: Vec<String>,
    /// The roles that there are, for whoever named another one.
    pub all_roles: Vec<String>,
    /// The labels that the repository has, among those that are named, as GitHub writes them.
    pub labels: Vec<String>,
    /// What the references lead to.
    pub referred: BTreeMap<Target, Known>,
    /// Issues that are there and would make another one of the same title superfluous.
    pub titles: Vec<(IssueNumber, String)>,
}

/// What a reference leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Known {
    /// An issue or a pull request.
    To {
        /// Which.
        key: TaskKey,
        /// Its repository's present name.
        name: RepositoryName,
        /// Whether it is a pull request.
        is_pull: bool,
    },
    /// Nothing that is known.
    Nothing(Unknown),
}

/// What the live graph and the task say of a batch.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Fit {
    /// Why it does not fit into the graph.
    pub errors: Vec<BatchError>,
    /// What the task has promised before.
    pub promised: Vec<Promised>,
}

/// An issue that a task has promised, whether it is there or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Promised {
    /// The session that found it; `None` for one of a task list.
    pub session: Option<SessionId>,
    /// Its title.
    pub title: String,
    /// Its number, once it is there.
    pub number: Option<IssueNumber>,
    /// Whether it could not be made.
    pub failed: bool,
}
