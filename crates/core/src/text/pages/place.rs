//! An issue on a page: its name, and where it leads.

use crate::ids::{IssueNumber, RepositoryName};

/// An issue and its title.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The repository.
    pub repository: RepositoryName,
    /// The issue.
    pub issue: IssueNumber,
}

impl Place {
    /// `owner/name#12`.
    pub fn name(&self) -> String {
        format!("{}#{}", self.repository, self.issue)
    }

    /// The page of its task.
    pub fn page(&self) -> String {
        format!("/tasks/{}/{}", self.repository, self.issue)
    }

    /// The issue on GitHub, whose pages are at `web`.
    pub fn issue_on(&self, web: &str) -> String {
        format!("{web}/{}/issues/{}", self.repository, self.issue)
    }

    /// One of its repository's pull requests on GitHub.
    pub fn pull_on(&self, web: &str, number: &i64) -> String {
        format!("{web}/{}/pull/{number}", self.repository)
    }
}
