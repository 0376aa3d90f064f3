//! Asks GitHub what the App covers, and tells what of that changed. The lists are asked for now and then: they do not fit into what
//! costs nothing.

use std::collections::BTreeSet;

use super::super::found::Stated;
use super::super::sweeper::{Sweep, SweepError};
use super::super::tasks;
use super::coverage::{Coverage, Covered};
use super::told::Told;
use crate::core::ids::{InstallationId, RepositoryId, TaskKey};
use crate::github::Installation;

impl Sweep {
    /// Lists again what is covered, where it is time, and tells what changed.
    pub(super) async fn look_over_coverage(
        &self,
        watched: &[TaskKey],
    ) -> Result<Stated, SweepError> {
        let Some(polling) = &self.polling else {
            return Ok(Stated::default());
        };
        let (now, before) = (self.now(), polling.known().coverage.clone());
        if !before.is_due(now) {
            return Ok(Stated::default());
        }
        let first = before.listed_at.is_none() && before.installations.is_empty();
        let mut incomplete = false;
        let mut is = Coverage {
            listed_at: Some(now),
            ..Coverage::default()
        };
        for installation in self.services.github.installations().await? {
            let former = before.installations.get(&installation.id);
            let one = self.covered(&installation, former).await;
            let one = one.unwrap_or_else(|error| {
                tracing::warn!(installation = %installation.id, %error, "its repositories could not be listed");
                incomplete = true;
                former.cloned().unwrap_or_default()
            });
            is.installations.insert(installation.id, one);
        }
        let mut told = match first {
            true => Vec::new(),
            false => is.told_since(&before, now),
        };
        if first && !incomplete {
            told.extend(self.lost(&is, watched).await?);
        }
        self.turn(&before, &is);
        let mut stated = self.tell("the installations", told).await;
        if incomplete {
            is.is_stale();
        }
        stated.incomplete |= incomplete;
        polling.known().coverage = is;
        Ok(stated)
    }

    async fn covered(
        &self,
        installation: &Installation,
        former: Option<&Covered>,
    ) -> Result<Covered, SweepError> {
        if installation.suspended {
            // Nothing can be asked; it is as it was until it is open again.
            return Ok(Covered {
                suspended: true,
                ..former.cloned().unwrap_or_default()
            });
        }
        if former.is_some_and(|former| former.suspended) {
            self.services.github.wake(installation.id);
        }
        let found = self.services.github.repositories(installation.id).await?;
        Ok(Covered {
            suspended: false,
            repositories: found.into_iter().map(|one| (one.id, one)).collect(),
        })
    }

    /// What was worked on at the end of another life and is covered no more.
    async fn lost(&self, is: &Coverage, watched: &[TaskKey]) -> Result<Vec<Told>, SweepError> {
        let mut lost = BTreeSet::new();
        let mut uncovered = watched.to_vec();
        uncovered.retain(|key| !is.holds(key.repository));
        for key in &uncovered {
            if let Some((_, task)) = tasks::read(&self.services.store, *key).await? {
                lost.insert((task.place.installation, key.repository));
            }
        }
        let suspended = |id: &InstallationId| {
            let one = is.installations.get(id);
            one.is_some_and(|one| one.suspended)
        };
        let now = self.now();
        let all = lost.into_iter().filter(|(id, _)| !suspended(id));
        Ok(all
            .map(|(id, repository)| Told::removed(id, repository, now))
            .collect())
    }

    /// What is shut is left alone, and what moved is followed, before anything is asked there.
    fn turn(&self, before: &Coverage, is: &Coverage) {
        let github = &self.services.github;
        for (id, one) in &is.installations {
            if one.suspended {
                github.suspended(*id);
            }
            let former = before.installations.get(id);
            let known = |repository: &RepositoryId| {
                former.is_some_and(|former| former.repositories.contains_key(repository))
            };
            let arrived = one
                .repositories
                .keys()
                .filter(|repository| !known(repository));
            for repository in arrived.filter(|repository| before.holds(**repository)) {
                github.moved(*repository, *id);
            }
        }
        for id in before.installations.keys() {
            if !is.installations.contains_key(id) {
                github.uninstalled(*id);
            }
        }
    }
}
