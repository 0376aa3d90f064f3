//! How a fact gets into the inbox, and which tasks are watched.

use futures::StreamExt;

use super::{Sweep, SweepError, issue, pull};
use crate::core::downtime::DownTime;
use crate::core::event::{Event, Fact};
use crate::core::ids::{InstallationId, RepositoryId, RepositoryName, TaskKey};
use crate::core::place::Place;
use crate::core::task::{End, Stage, Task};
use crate::github::GitHubError;
use crate::store::{Accepted, InboxKind, NewInbox, Store, StoreError, TaskFilter, TaskRow};

/// The last complete look at tasks and repositories.
pub(super) const FACTS_SINCE: &str = "sweep-facts";
/// So many tasks of one state are watched, those that changed last.
const WATCHED: i64 = 1_000;
/// What is known of the last moment of a life is that coarse, milliseconds.
const GRAIN: i64 = 60_000;
/// Tasks that are looked at at once.
const AT_ONCE: usize = 8;
/// The states of tasks whose sessions are not over.
const LIVE: [&str; 6] = [
    "checking",
    "queued",
    "working",
    "needs-you",
    "waiting",
    "paused",
];
/// The states in which a pull request of ours may be open besides.
const RESTING: [&str; 3] = ["in-review", "failed", "cancelled"];

/// So long after its session's end a closed pull request is looked at for being open again, milliseconds. Later only the
/// webhook tells of it.
const REOPENED_WITHIN: i64 = 90 * 24 * 3_600_000;

/// A fact on its way into the inbox.
pub(super) struct Found {
    /// What it counts as in a report; also its name in the inbox.
    pub(super) kind: &'static str,
    /// Unique for this very fact: stated again, it is known.
    pub(super) id: String,
    pub(super) place: Place,
    pub(super) event: Event,
}

/// How much of a task is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Look {
    /// The issue: is it open, labeled, worded as the session knows it?
    Issue,
    /// Its pull request as well.
    All,
}

/// A fact that was new.
#[derive(Debug)]
struct News {
    /// Of its row in the inbox.
    id: String,
    kind: &'static str,
    /// GitHub's time of it, where there is one.
    at: Option<i64>,
}

/// What was stated.
#[derive(Debug, Default)]
pub struct Stated {
    news: Vec<News>,
    /// Something could not be read: the next look begins where this one did.
    pub(super) incomplete: bool,
}

impl Stated {
    /// The inbox ids of what was new.
    pub fn ids(&self) -> Vec<String> {
        self.news.iter().map(|news| news.id.clone()).collect()
    }

    /// Adds what happened in a time without skep to its report.
    pub fn count(&self, down: &mut DownTime) {
        let then = |news: &&News| {
            news.kind != pull::LOOKED && news.at.is_none_or(|at| at >= down.from - GRAIN)
        };
        let kinds: Vec<&str> = self
            .news
            .iter()
            .filter(then)
            .map(|news| news.kind)
            .collect();
        kinds.into_iter().for_each(|kind| down.found(kind));
    }

    pub(super) fn add(&mut self, other: Self) {
        self.news.extend(other.news);
        self.incomplete |= other.incomplete;
    }
}

/// A place in a repository.
pub(super) fn place(
    (installation, repository, name): (InstallationId, RepositoryId, &RepositoryName),
    key: TaskKey,
) -> Place {
    Place {
        installation,
        repository,
        name: name.clone(),
        issue: key.issue,
    }
}

/// The tasks whose sessions are not over.
pub(super) async fn live(store: &Store) -> Result<Vec<(TaskRow, Task)>, StoreError> {
    of_states(store, &LIVE).await
}

/// The tasks that people may still say something to: live ones, those with an open pull request, and those whose pull request
/// was closed and may be open again.
pub(super) async fn watched(store: &Store, now: i64) -> Result<Vec<(TaskRow, Task)>, StoreError> {
    let mut tasks = live(store).await?;
    let resting = of_states(store, &RESTING).await?;
    tasks.extend(
        resting
            .into_iter()
            .filter(|(_, task)| has_open_pull(task) || may_be_reopened(task, now)),
    );
    Ok(tasks)
}

/// Whether a pull request of ours is open, as far as the task knows.
pub(super) fn has_open_pull(task: &Task) -> bool {
    let over = matches!(
        &task.stage,
        Stage::Ended {
            end: End::Merged | End::PullClosed,
            ..
        }
    );
    task.pull.is_some() && !over
}

/// Whether somebody may have opened our pull request again: it was closed without merging, and not too long ago.
pub(super) fn may_be_reopened(task: &Task, now: i64) -> bool {
    let closed = matches!(&task.stage, Stage::Ended { end: End::PullClosed, at, .. } if *at >= now - REOPENED_WITHIN);
    task.pull.is_some() && closed
}

async fn of_states(store: &Store, states: &[&str]) -> Result<Vec<(TaskRow, Task)>, StoreError> {
    let mut tasks = Vec::new();
    for state in states {
        let filter = TaskFilter {
            state: Some((*state).to_owned()),
        };
        for row in store.tasks(&filter, WATCHED).await? {
            match serde_json::from_str(&row.body) {
                Ok(task) => tasks.push((row, task)),
                Err(error) => tracing::error!(task = %row.key, %error, "a task does not read back"),
            }
        }
    }
    Ok(tasks)
}

impl Sweep {
    /// Compares tasks with GitHub, some at once, and states what differs.
    pub(super) async fn compare(&self, tasks: Vec<(TaskRow, Task)>, look: Look) -> Stated {
        let looked = futures::stream::iter(tasks).map(|(row, task)| async move {
            let found = self.differences(&row, &task, look).await;
            self.settle(row.key, found).await
        });
        let all: Vec<Stated> = looked.buffer_unordered(AT_ONCE).collect().await;
        let mut stated = Stated::default();
        all.into_iter().for_each(|one| stated.add(one));
        stated
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
