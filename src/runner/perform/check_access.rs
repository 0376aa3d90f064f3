//! Asks which installation covers the repository now.

use crate::core::event::Event;
use crate::core::failure::Failure;
use crate::github::{GitHub, GitHubError};
use crate::runner::lease::Lease;
use crate::runner::performed::Performed;

/// Another repository under its old name is not it.
pub(super) async fn perform(lease: &Lease, github: &GitHub) -> Result<Performed, Failure> {
    let place = lease.place();
    let installation = match github.locate(&place.name).await {
        Ok(found) => Some(found.installation).filter(|_| found.repository == place.repository),
        Err(
            GitHubError::NotInstalled { .. }
            | GitHubError::NotFound { .. }
            | GitHubError::NotCovered { .. }
            | GitHubError::Uninstalled
            | GitHubError::Suspended,
        ) => None,
        Err(error) => return Err(error.into()),
    };
    Ok(Performed::known(Event::AccessRead { installation }))
}
