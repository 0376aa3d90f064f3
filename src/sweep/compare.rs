//! Tasks held against GitHub, and how what differs gets into the inbox.

use futures::StreamExt;

use super::found::{Found, News, Stated};
use super::sweeper::{Sweep, SweepError};
use super::tasks::{self, has_open_pull, may_be_reopened};
use super::{issue, pull};
use crate::core::event::Fact;
use crate::core::ids::TaskKey;
use crate::core::task::Task;
use crate::github::GitHubError;
use crate::store::{Accepted, InboxKind, NewInbox, StoreError, TaskRow};

/// Tasks that are looked at at once.
const AT_ONCE: usize = 8;

/// How much of a task is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Look {
    /// The issue: is it open, labeled, worded as the session knows it?
    Issue,
    /// Its pull request as well.
    All,
}

impl Sweep {
    /// Compares tasks with GitHub, some at once, and states what differs.
    pub(super) async fn compare(&self, tasks: Vec<TaskKey>, look: Look) -> Stated {
        let looked = futures::stream::iter(tasks).map(|key| async move {
            let found = self.look_at(key, look).await;
            self.settle(key, found).await
        });
        let sum = |mut all: Stated, one| async {
            all.add(one);
            all
        };
        looked
            .buffer_unordered(AT_ONCE)
            .fold(Stated::default(), sum)
            .await
    }

    async fn look_at(&self, key: TaskKey, look: Look) -> Result<Vec<Found>, SweepError> {
        match tasks::read(&self.services.store, key).await? {
            Some((row, task)) if tasks::is_watched(&task, self.now()) => {
                self.differences(&row, &task, look).await
            }
            _ => Ok(Vec::new()),
        }
    }

    async fn differences(
        &self,
        row: &TaskRow,
        task: &Task,
        look: Look,
    ) -> Result<Vec<Found>, SweepError> {
        if may_be_reopened(task, self.now()) {
            return pull::reopened(self, task).await;
        }
        let mut found = issue::differences(self, row, task).await?;
        if look == Look::All && has_open_pull(task) {
            found.extend(pull::differences(self, row, task).await?);
        }
        Ok(found)
    }

    /// States what was found; what could not be read is for the next time, unless GitHub will never show it.
    pub(super) async fn settle(
        &self,
        what: impl std::fmt::Display,
        found: Result<Vec<Found>, SweepError>,
    ) -> Stated {
        let stated = match found {
            Ok(found) => self.state(found).await.map_err(SweepError::from),
            Err(error) => Err(error),
        };
        stated.unwrap_or_else(|error| {
            let never = matches!(&error, SweepError::GitHub(error) if is_shut(error));
            if never {
                tracing::warn!(%what, %error, "GitHub does not show it, now or later");
            } else {
                tracing::warn!(%what, %error, "could not be compared with GitHub; the next look tries again");
            }
            Stated { incomplete: !never, ..Stated::default() }
        })
    }

    async fn state(&self, found: Vec<Found>) -> Result<Stated, StoreError> {
        let mut stated = Stated::default();
        for Found {
            kind,
            id,
            place,
            event,
        } in found
        {
            let id = format!("sweep:{id}");
            let (task, at) = (place.task(), event.happened_at().map(|(_, at)| at));
            let fact = NewInbox {
                id: id.clone(),
                kind: InboxKind::Sweep,
                name: kind.into(),
                task: Some(task),
                body: Fact { place, event }.to_json(),
                received_at: self.now(),
            };
            if let Accepted::New { .. } = self.services.store.accept(fact).await? {
                tracing::info!(%task, fact = id, "nobody told us");
                stated.news.push(News { id, kind, at });
            }
        }
        Ok(stated)
    }
}

/// Whether asking again is of no use.
fn is_shut(error: &GitHubError) -> bool {
    use GitHubError as E;
    matches!(
        error,
        E::NotInstalled { .. }
            | E::Suspended
            | E::Uninstalled
            | E::NotCovered { .. }
            | E::NotPermitted { .. }
            | E::Gone { .. }
            | E::NotFound { .. }
            | E::Archived { .. }
    )
}
