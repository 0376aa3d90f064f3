//! Sprints: labels that nobody told us of, and now and then all of them anew, because deliveries about sub-issues are lost as well.

use super::downtime;
use super::found::{Found, Stated};
use super::issue::History;
use super::repository::BEFORE_US;
use super::sweeper::{Sweep, SweepError};
use crate::core::event::Event;
use crate::core::ids::TaskKey;
use crate::core::label;
use crate::core::policy::SPRINT_LABEL;
use crate::core::snapshot::Snapshot;
use crate::core::sprint::SprintNews;
use crate::core::task::Task;
use crate::github::{At, Issue, IssueEvent};

/// Each is read again as often as this, milliseconds.
const READ_AGAIN: i64 = 6 * 3_600_000;

impl Sweep {
    /// Has all of them read again whose time has come.
    pub(super) async fn sprints(&self) -> Stated {
        let found = self.all_sprints().await;
        self.settle("the sprints", found).await
    }

    async fn all_sprints(&self) -> Result<Vec<Found>, SweepError> {
        let turn = self.now() / READ_AGAIN;
        let mut found = Vec::new();
        for key in self.services.store.sprints().await? {
            let Some(task) = self.known(key).await? else {
                continue;
            };
            if task.sprint.as_ref().is_some_and(|sprint| sprint.is_on()) {
                found.push(Found {
                    kind: "sprints",
                    id: format!("sprint again:{key}:{turn}"),
                    place: task.place,
                    event: Event::Sprint(SprintNews::Changed { issue: key }),
                });
            }
        }
        Ok(found)
    }

    /// The label of a sprint, where the task knows of none that was put there then. An issue with the switch as well is that of
    /// a session.
    pub(super) async fn unheard_sprint(
        &self,
        at: &At,
        issue: &Issue,
    ) -> Result<Option<Found>, SweepError> {
        let key = TaskKey::new(at.repository, issue.number);
        let place = at.place(key.issue);
        let task = self.known(key).await?;
        let task = task.unwrap_or_else(|| Task::new(place.clone()));
        let of_sprint = |event: &IssueEvent| {
            let label = event.label.as_deref();
            event.event == "labeled" && label.is_some_and(|label| label::same(label, SPRINT_LABEL))
        };
        let put = History::new(self, &task).last(of_sprint).await?;
        let first = self.recall(downtime::FIRST).await.unwrap_or_default();
        let known = task
            .sprint
            .as_ref()
            .map_or(first - BEFORE_US, |sprint| sprint.at);
        let me = &self.services.policy.me.login;
        let Some(put) = put.filter(|put| put.at > known && put.actor.login != *me) else {
            return Ok(None);
        };
        let event = Event::Labeled {
            label: SPRINT_LABEL.into(),
            sender: put.actor.known(),
            snapshot: Snapshot {
                at: put.at,
                ..issue.words()
            },
        };
        Ok(Some(Found {
            kind: "labels",
            id: format!("sprint:{key}:{}", put.at),
            place,
            event,
        }))
    }
}
