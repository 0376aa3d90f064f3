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
    let event = Event::TakenAway {
        how: Loss::Uninstalled,
    };
    Ok(Parsed::OfRepositories {
        installation: InstallationId(payload.installation.id.0),
        repositories: None,
        event,
    })
}

pub(super) fn removed(payload: Selection) -> Found {
    let installation = InstallationId(payload.installation.id.0);
    let repositories = payload
        .repositories_removed
        .into_iter()
        .map(|Numbered { id }| RepositoryId(id.0))
        .collect();
    let event = Event::TakenAway { how: Loss::Removed };
    Ok(Parsed::OfRepositories {
        installation,
        repositories: Some(repositories),
        event,
    })
}

pub(super) fn of_repository(payload: Repositories, event: Event) -> Found {
    let repositories = Some(vec![RepositoryId(payload.repository.id.0)]);
    Ok(Parsed::OfRepositories {
        installation: installed(payload.installation)?,
        repositories,
        event,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::webhook::{parse, turned};

    const INSTALLATION: &str =
        r#""installation":{"id":5},"sender":{"id":1,"login":"ana","type":"User"}"#;

    fn of_repositories(event_name: &str, body: &str) -> (Option<Vec<i64>>, Event) {
        match parse(
            event_name,
            &format!("{{{body},{INSTALLATION}}}"),
            &Default::default(),
        ) {
            Parsed::OfRepositories {
                installation: InstallationId(5),
                repositories,
                event,
            } => (
                repositories.map(|all| all.iter().map(|one| one.0).collect()),
                event,
            ),
            other => panic!("{event_name}: {other:?}"),
        }
    }

    #[test]
    fn what_an_owner_takes_back_is_understood() {
        let gone = |how| Event::TakenAway { how };
        let uninstalled =
            r#""action":"deleted","repositories":[{"id":7,"name":"n","full_name":"o/n"}]"#;
        assert_eq!(
            of_repositories("installation", uninstalled),
            (None, gone(Loss::Uninstalled))
        );
        let removed = r#""action":"removed","repositories_added":[],"repositories_removed":[{"id":7,"full_name":"o/n"},{"id":8}]"#;
        assert_eq!(
            of_repositories("installation_repositories", removed),
            (Some(vec![7, 8]), gone(Loss::Removed))
        );
        let repository = |action: &str| {
            format!(r#""action":"{action}","repository":{{"id":7,"full_name":"o/n"}}"#)
        };
        assert_eq!(
            of_repositories("repository", &repository("deleted")),
            (Some(vec![7]), gone(Loss::Deleted))
        );
        for (action, on) in [("archived", true), ("unarchived", false)] {
            let expected = (Some(vec![7]), Event::Archived { on });
            assert_eq!(of_repositories("repository", &repository(action)), expected);
        }
        let added = format!(r#"{{"action":"added",{INSTALLATION}}}"#);
        assert!(matches!(
            parse("installation_repositories", &added, &Default::default()),
            Parsed::Ignored { .. }
        ));
    }

    #[test]
    fn what_becomes_of_an_installation_is_known_before_anything_is_decided() {
        let body = |action: &str| {
            format!(r#"{{"action":"{action}","repository":{{"id":7}},{INSTALLATION}}}"#)
        };
        let five = InstallationId(5);
        for (action, expected) in [
            ("created", Some(Turned::Open(five))),
            ("unsuspend", Some(Turned::Open(five))),
            ("suspend", Some(Turned::Suspended(five))),
            ("deleted", Some(Turned::Uninstalled(five))),
            ("new_permissions_accepted", None),
        ] {
            assert_eq!(turned("installation", &body(action)), expected, "{action}");
        }
        let moved = Some(Turned::Moved(RepositoryId(7), five));
        assert_eq!(turned("repository", &body("transferred")), moved);
        assert_eq!(turned("repository", &body("renamed")), moved);
        assert_eq!(turned("repository", &body("deleted")), None);
        assert_eq!(turned("issues", &body("deleted")), None);
        assert_eq!(turned("installation", "no JSON"), None);
    }
}
