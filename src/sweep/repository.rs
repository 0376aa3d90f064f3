//! Every repository the App is installed on: labels on issues nobody told us of, and comments that did not come through.

use super::downtime;
use super::found::{Found, Stated};
use super::issue::{History, is_on};
use super::sweeper::{FACTS_SINCE, LATE, Sweep, SweepError};
use crate::core::command;
use crate::core::event::Event;
use crate::core::ids::{InstallationId, IssueNumber, TaskKey};
use crate::core::policy::{GO_LABEL, SPRINT_LABEL};
use crate::core::task::{Stage, Task};
use crate::github::{At, Comment, Issue};

/// How long before the first start of all a label may have been put on and still count, milliseconds: as long as GitHub
/// itself remembers what it did not deliver.
pub(super) const BEFORE_US: i64 = 3 * 24 * 3_600_000;
/// So many labeled issues are remembered as looked at.
const REMEMBERED: usize = 10_000;

impl Sweep {
    /// Looks through every repository.
    pub(super) async fn repositories(&self) -> Stated {
        let mut stated = Stated::default();
        let installations = match self.services.github.installations().await {
            Ok(installations) => installations,
            Err(error) => return self.settle("the installations", Err(error.into())).await,
        };
        for installation in installations
            .into_iter()
            .filter(|installation| !installation.suspended)
        {
            let id = installation.id;
            match self.services.github.repositories(id).await {
                Ok(repositories) => {
                    for repository in repositories
                        .into_iter()
                        .filter(|found| !found.archived && !found.disabled)
                    {
                        let pushed = repository.pushed_at;
                        let at = At {
                            installation: id,
                            repository: repository.id,
                            name: repository.name,
                        };
                        stated.add(self.repository(&at).await);
                        stated.add(self.repository_file(&at, pushed.as_deref()).await);
                    }
                }
                Err(error) => stated.add(self.settle(of(id), Err(error.into())).await),
            }
        }
        stated
    }

    async fn repository(&self, at: &At) -> Stated {
        let labeled = self.labeled(at).await;
        let mut stated = self.settle(&at.name, labeled).await;
        let commented = self.commented(at).await;
        stated.add(self.settle(&at.name, commented).await);
        if stated.incomplete {
            let mut seen = self.seen();
            seen.comments.remove(&at.repository);
            seen.labeled
                .retain(|(repository, _), _| *repository != at.repository);
        }
        stated
    }

    pub(super) async fn known(&self, key: TaskKey) -> Result<Option<Task>, SweepError> {
        let row = self.services.store.task(key).await?;
        Ok(row.and_then(|row| serde_json::from_str(&row.body).ok()))
    }

    /// Open issues that carry the switch, or the label of a sprint, and do not know it: unknown ones, and those whose session is
    /// over.
    async fn labeled(&self, at: &At) -> Result<Vec<Found>, SweepError> {
        let github = &self.services.github;
        let mut found = Vec::new();
        for issue in github.open_issues_with_label(at, GO_LABEL).await? {
            if self.is_new(at, &issue) {
                found.extend(self.unheard_label(at, &issue).await?);
                self.looked_at(at, &issue);
            }
        }
        for issue in github.open_issues_with_label(at, SPRINT_LABEL).await? {
            if self.is_new(at, &issue) {
                found.extend(self.unheard_sprint(at, &issue).await?);
                self.looked_at(at, &issue);
            }
        }
        Ok(found)
    }

    fn is_new(&self, at: &At, issue: &Issue) -> bool {
        let place = (at.repository, issue.number);
        self.seen().labeled.get(&place) != Some(&issue.updated_at)
    }

    fn looked_at(&self, at: &At, issue: &Issue) {
        let mut seen = self.seen();
        if seen.labeled.len() >= REMEMBERED {
            seen.labeled.clear();
        }
        let place = (at.repository, issue.number);
        seen.labeled.insert(place, issue.updated_at);
    }

    pub(super) async fn unheard_label(
        &self,
        at: &At,
        issue: &Issue,
    ) -> Result<Option<Found>, SweepError> {
        let key = TaskKey::new(at.repository, issue.number);
        let place = at.place(key.issue);
        let task = self
            .known(key)
            .await?
            .unwrap_or_else(|| Task::new(place.clone()));
        let rests = matches!(task.stage, Stage::Idle | Stage::Ended { .. });
        if !rests || !is_on(issue) {
            return Ok(None);
        }
        let first = self.recall(downtime::FIRST).await.unwrap_or_default();
        let Some(turn) = History::new(self, &task)
            .turn()
            .await?
            .filter(|turn| turn.event == "labeled")
        else {
            return Ok(None);
        };
        if turn.at < first - BEFORE_US {
            tracing::debug!(task = %key, "the label is from before skep was here");
            return Ok(None);
        }
        let event = Event::Labeled {
            label: GO_LABEL.into(),
            sender: turn.actor.known(),
            snapshot: issue.words(),
        };
        Ok(Some(Found {
            kind: "labels",
            id: format!("labeled:{key}:{}", turn.at),
            place,
            event,
        }))
    }

    /// Comments of late that were not taken: on what we work on, and commands anywhere.
    pub(super) async fn commented(&self, at: &At) -> Result<Vec<Found>, SweepError> {
        let known = self.seen().comments.get(&at.repository).copied();
        let since = match known {
            Some(since) => since,
            None => self.since(FACTS_SINCE).await,
        };
        let listed = self.services.github.repository_comments(at, since).await?;
        // The same question next time, unless there is something new: GitHub answers it for nothing.
        let newest = listed.iter().map(|(_, comment)| comment.updated_at).max();
        let mut found = Vec::new();
        for (on, comment) in listed {
            found.extend(self.unheard_comment(at, on, comment).await?);
        }
        self.seen().comments.insert(
            at.repository,
            newest.map_or(since, |newest| since.max(newest - LATE)),
        );
        Ok(found)
    }

    async fn unheard_comment(
        &self,
        at: &At,
        on: IssueNumber,
        comment: Comment,
    ) -> Result<Option<Found>, SweepError> {
        let me = &self.services.policy.me;
        if comment.author.login == me.login {
            return Ok(None);
        }
        let key = match comment.on_pull {
            true => {
                self.services
                    .store
                    .task_of_pull(at.repository, on.0)
                    .await?
            }
            false => Some(TaskKey::new(at.repository, on)),
        };
        let Some(key) = key else { return Ok(None) };
        let commands = !command::read(&comment.body, self.services.policy.names())
            .lines
            .is_empty();
        let task = self.known(key).await?;
        let heard = task.as_ref().is_none_or(|task| is_known(task, &comment));
        if heard && !(task.is_none() && commands) {
            return Ok(None);
        }
        let author = comment.author.known();
        let event = Event::Commented {
            comment: comment.id,
            on,
            author: author.clone(),
            sender: author,
            body: comment.body,
            at: comment.updated_at,
            edited: comment.updated_at > comment.created_at,
        };
        let place = at.place(key.issue);
        let id = format!("comment:{}:{}", comment.id, comment.updated_at);
        Ok(Some(Found {
            kind: "comments",
            id,
            place,
            event,
        }))
    }
}

/// Whether a task has taken a comment, or its session read it with the issue.
fn is_known(task: &Task, comment: &Comment) -> bool {
    let taken = task
        .conversation
        .processed
        .iter()
        .any(|(id, at)| *id == comment.id && *at >= comment.updated_at);
    let read = task
        .job()
        .is_some_and(|job| comment.updated_at < job.snapshot.at);
    taken || read
}

fn of(installation: InstallationId) -> String {
    format!("installation {installation}")
}
