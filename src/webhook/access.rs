//! What an owner does with the App and with repositories: installed, suspended, taken away, archived, moved.

use super::outcome::{Found, Parsed, installed};
use super::payload::{Numbered, Opened, Repositories, Selection};
use crate::core::event::{Event, Loss};
use crate::core::ids::{InstallationId, RepositoryId};

/// What becomes of an installation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turned {
    /// It is open to us (again): un-suspended, or made anew.
    Open(InstallationId),
    /// It is suspended.
    Suspended(InstallationId),
    /// It is gone.
    Uninstalled(InstallationId),
    /// A repository is covered by this installation from now on: it was renamed, or moved to another owner.
    Moved(RepositoryId, InstallationId),
}

pub(super) fn turned(action: &str, installation: InstallationId) -> Option<Turned> {
    match action {
        "unsuspend" | "created" => Some(Turned::Open(installation)),
        "suspend" => Some(Turned::Suspended(installation)),
        "deleted" => Some(Turned::Uninstalled(installation)),
        _ => None,
    }
}

pub(super) fn uninstalled(payload: Opened) -> Found {
    let event = Event::TakenAway { how: Loss::Uninstalled };
    Ok(Parsed::OfRepositories { installation: InstallationId(payload.installation.id.0), repositories: None, event })
}

pub(super) fn removed(payload: Selection) -> Found {
    let installation = InstallationId(payload.installation.id.0);
    let repositories = payload.repositories_removed.into_iter().map(|Numbered { id }| RepositoryId(id.0)).collect();
    let event = Event::TakenAway { how: Loss::Removed };
    Ok(Parsed::OfRepositories { installation, repositories: Some(repositories), event })
}

pub(super) fn of_repository(payload: Repositories, event: Event) -> Found {
    let repositories = Some(vec![RepositoryId(payload.repository.id.0)]);
    Ok(Parsed::OfRepositories { installation: installed(payload.installation)?, repositories, event })
}
