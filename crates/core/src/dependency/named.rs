//! An issue by its numbers and its repository's name. The name is what it was when last heard of: only the numbers may be compared.

use serde::{Deserialize, Serialize};

use crate::ids::{IssueNumber, RepositoryId, RepositoryName, TaskKey};

/// An issue with the name its repository had when last heard of.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Named {
    /// The issue.
    pub key: TaskKey,
    /// Its repository's name.
    pub name: RepositoryName,
}

impl Named {
    /// Puts the parts together.
    pub fn new(repository: RepositoryId, name: RepositoryName, issue: IssueNumber) -> Self {
        Self {
            key: TaskKey::new(repository, issue),
            name,
        }
    }
}
