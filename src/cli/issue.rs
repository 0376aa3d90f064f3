//! One issue, as it is typed: `owner/repo#12`, or its address.

use super::command_error::CommandError;
use super::target::{Target, parse_targets};
use crate::core::ids::{IssueNumber, RepositoryName};
use crate::core::text;

/// One issue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Issue {
    repository: RepositoryName,
    number: IssueNumber,
}

impl Issue {
    /// Whether a word names an issue rather than a repository.
    pub(super) fn is_named(typed: &str) -> bool {
        ["#", "/issues/", "/pull/"]
            .iter()
            .any(|mark| typed.contains(mark))
    }

    /// Reads it.
    pub(super) fn parse(typed: &str) -> Result<Self, CommandError> {
        let targets = parse_targets(&[typed.to_owned()], None);
        let targets = targets.map_err(|error| CommandError::Misused(error.to_string()))?;
        match targets.as_slice() {
            [Target::Issues(repository, numbers)] if numbers.len() == 1 => Ok(Self {
                repository: repository.clone(),
                number: numbers[0],
            }),
            _ => Err(CommandError::Misused(text::cli::malformed_target(typed))),
        }
    }

    /// Where it is said on the admin address what would come of it.
    pub(super) fn plan(&self) -> String {
        format!("/api/v1/tasks/{}/{}/plan", self.repository, self.number)
    }

    /// Where orders for it go on the admin address.
    pub(super) fn orders(&self) -> String {
        format!("/api/v1/tasks/{}/{}/orders", self.repository, self.number)
    }
}

impl std::fmt::Display for Issue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}#{}", self.repository, self.number)
    }
}
