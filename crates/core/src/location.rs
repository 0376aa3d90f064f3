//! Where work happens: one issue of one repository.

use serde::{Deserialize, Serialize};

use super::ids::{InstallationId, IssueNumber, RepositoryId, RepositoryName, TaskKey};

/// One issue, with all that is needed to act on it. The numbers are its identity; `name` is what it was called last.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// The installation through which we may act.
    pub installation: InstallationId,
    /// The repository.
    pub repository: RepositoryId,
    /// Its name when last heard of.
    pub name: RepositoryName,
    /// The issue.
    pub issue: IssueNumber,
}

impl Place {
    /// The key of the task at this place.
    pub fn task(&self) -> TaskKey {
        TaskKey::new(self.repository, self.issue)
    }
}
