//! What the App covers: its installations and their repositories, as GitHub listed them last, and what of that changed since.
//!
//! Values alone. A repository that is not listed any more is told as removed, and what becomes of the work there is decided elsewhere,
//! after another look.

use std::collections::BTreeMap;

use super::told::Told;
use crate::core::ids::{InstallationId, RepositoryId};
use crate::github::{At, Repository};

/// The lists are asked for as often as this, milliseconds.
const LISTED: i64 = 5 * 60_000;
/// A list that is older than this, milliseconds, is asked for again where something says that it is wrong.
const DOUBTED: i64 = 60_000;

/// As it was listed.
#[derive(Debug, Clone, Default)]
pub(super) struct Coverage {
    /// Epoch milliseconds; `None` before the first time, and when something says that it is otherwise by now.
    pub(super) listed_at: Option<i64>,
    pub(super) installations: BTreeMap<InstallationId, Covered>,
}

#[derive(Debug, Clone, Default)]
pub(super) struct Covered {
    pub(super) suspended: bool,
    pub(super) repositories: BTreeMap<RepositoryId, Repository>,
}

impl Coverage {
    /// The list is asked for again the next time.
    pub(super) fn is_stale(&mut self) {
        self.listed_at = None;
    }

    /// Something says that it is otherwise by now; a list that is fresh stands all the same.
    pub(super) fn doubt(&mut self, now: i64) {
        self.listed_at = self.listed_at.filter(|at| now - at < DOUBTED);
    }

    pub(super) fn is_due(&self, now: i64) -> bool {
        let listed = self.listed_at.filter(|_| !self.installations.is_empty());
        listed.is_none_or(|at| now - at >= LISTED || at > now)
    }

    /// What can be worked on, by installation.
    pub(super) fn repositories(&self) -> Vec<(InstallationId, Vec<At>)> {
        let open = self.installations.iter().filter(|(_, one)| !one.suspended);
        // Without issues there is nothing that a label could start, and GitHub answers 410.
        let usable = |repository: &&Repository| {
            !repository.archived && !repository.disabled && repository.has_issues
        };
        open.map(|(installation, one)| {
            let all = one.repositories.values().filter(usable);
            (
                *installation,
                all.map(|found| place(*installation, found)).collect(),
            )
        })
        .collect()
    }

    pub(super) fn holds(&self, repository: RepositoryId) -> bool {
        let mut all = self.installations.values();
        all.any(|one| one.repositories.contains_key(&repository))
    }

    /// What is otherwise now.
    pub(super) fn told_since(&self, before: &Self, now: i64) -> Vec<Told> {
        let mut told = Vec::new();
        for (id, one) in &self.installations {
            let was_open = before.installations.get(id).map(|former| !former.suspended);
            match was_open {
                None => told.push(Told::installation(*id, "created", now)),
                Some(false) if !one.suspended => {
                    told.push(Told::installation(*id, "unsuspend", now));
                }
                Some(_) => {}
            }
        }
        for (id, former) in &before.installations {
            let Some(one) = self.installations.get(id) else {
                told.push(Told::installation(*id, "deleted", now));
                continue;
            };
            for (repository, was) in &former.repositories {
                match one.repositories.get(repository) {
                    None if one.suspended || self.holds(*repository) => {}
                    None => told.push(Told::removed(*id, *repository, now)),
                    Some(is) if is.archived != was.archived => {
                        told.push(Told::archived(&place(*id, is), is.archived, now));
                    }
                    Some(_) => {}
                }
            }
        }
        told
    }
}

fn place(installation: InstallationId, repository: &Repository) -> At {
    At {
        installation,
        repository: repository.id,
        name: repository.name.clone(),
    }
}
