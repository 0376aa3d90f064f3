//! Where a call goes: which repository, by which installation's token.

use super::purpose::{Purpose, Scope};
use crate::core::ids::{InstallationId, IssueNumber, RepositoryId, RepositoryName};
use crate::core::location::Place;

/// Where a call goes.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct At {
    /// The installation whose token is used.
    pub installation: InstallationId,
    /// The repository the token is narrowed to.
    pub repository: RepositoryId,
    /// Its present name, for the address.
    pub name: RepositoryName,
}

impl At {
    /// Where a place is asked for.
    pub fn of(place: &Place) -> Self {
        Self {
            installation: place.installation,
            repository: place.repository,
            name: place.name.clone(),
        }
    }

    /// An issue there.
    pub fn place(&self, issue: IssueNumber) -> Place {
        Place {
            installation: self.installation,
            repository: self.repository,
            name: self.name.clone(),
            issue,
        }
    }

    pub(super) fn path(&self, rest: &str) -> String {
        format!("/repos/{}{rest}", self.name)
    }

    pub(super) fn scope(&self, purpose: Purpose) -> Scope {
        Scope {
            installation: self.installation,
            repository: Some(self.repository),
            purpose,
        }
    }
}
