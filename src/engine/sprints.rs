//! Sprints and their issues: which sprint has to hear of which issue is kept in memory, in step with what is decided, and each
//! is told by a fact of its own. Pull requests at the gate stand in the same index, by the issues that they name (`gate`).
//!
//! The tasks are the truth; the index (`parts`) only finds whom to tell.

use std::collections::BTreeSet;

use super::Engine;
use super::error::EngineError;
use super::open::Open;
use super::relation::{News, Relation};
use super::settle::read_stored;
use crate::core::decide::{Decision, Tell};
use crate::core::dependency;
use crate::core::event::{Event, Fact};
use crate::core::ids::TaskKey;
use crate::core::label;
use crate::core::policy::{CHECKPOINT_LABEL, GO_LABEL, SPRINT_LABEL};
use crate::core::sprint::{SprintNews, Work};
use crate::core::task::Task;

/// So many issues that another one waits for are told to its sprint.
const WAITS_FOR: usize = 20;

impl Open<'_> {
    /// A task was decided on: the index follows, and whom that concerns will be told.
    pub(super) async fn sprint(
        &mut self,
        before: &Task,
        decision: &Decision,
        (event, cause): (&Event, i64),
    ) -> Result<(), EngineError> {
        let (after, key) = (&decision.task, before.key());
        self.keep_parts(before, after, cause).await?;
        for tell in &decision.tells {
            self.push(tell.place.task(), News::Said(Box::new(tell.clone())), cause);
            if matches!(&tell.event, Event::Sprint(SprintNews::Start { .. })) {
                // Also where nothing came of it: the sprint waits for an answer.
                self.push(key, News::Work(tell.place.task()), cause);
            }
        }
        let same = before.work() == after.work()
            && before.dependencies.blockers == after.dependencies.blockers;
        for sprint in self.watching(key) {
            if !same && sprint != key {
                self.push(sprint, News::Work(key), cause);
            }
            if may_change(event, sprint == key) {
                self.push(sprint, News::Part(key), cause);
            }
        }
        Ok(())
    }

    /// The index follows what a sprint consists of; of what is new in it, it is told how far the work is.
    async fn keep_parts(
        &mut self,
        before: &Task,
        after: &Task,
        cause: i64,
    ) -> Result<(), EngineError> {
        let key = after.key();
        let watched = |task: &Task| {
            let sprint = task.sprint.as_ref();
            let gate = || {
                let gate = task.pull_gate.as_ref();
                gate.map_or_else(Vec::new, |gate| gate.named.clone())
            };
            sprint.map_or_else(gate, |sprint| sprint.watched(key))
        };
        let (was, is) = (watched(before), watched(after));
        if was == is {
            return Ok(());
        }
        self.transition.replace_sprint_parts(key, &is).await?;
        let parts = &mut self.slots.parts;
        for part in &was {
            if let Some(sprints) = parts.get_mut(part) {
                sprints.remove(&key);
            }
        }
        for part in &is {
            parts.entry(*part).or_default().insert(key);
        }
        parts.retain(|_, sprints| !sprints.is_empty());
        let known: BTreeSet<TaskKey> = was.into_iter().chain([key]).collect();
        let new = is.into_iter().filter(|part| !known.contains(part));
        let new: Vec<TaskKey> = new.collect();
        self.transition.look_up(&new).await?;
        for part in new {
            self.push(key, News::Work(part), cause);
        }
        Ok(())
    }

    /// An issue stands otherwise: the sprints that it concerns read what they consist of.
    pub(super) fn part_changed(&mut self, issue: TaskKey, cause: i64) {
        for sprint in self.watching(issue) {
            self.push(sprint, News::Part(issue), cause);
        }
    }

    /// The tasks that have to hear of an issue.
    pub(super) fn watching(&self, issue: TaskKey) -> Vec<TaskKey> {
        let sprints = self.slots.parts.get(&issue);
        sprints.into_iter().flatten().copied().collect()
    }

    fn push(&mut self, task: TaskKey, news: News, cause: i64) {
        let told = |one: &Relation| one.task == task && one.news == news;
        if !self.relations.iter().any(told) {
            self.relations.push_back(Relation { cause, task, news });
        }
    }
}

/// Whether a sprint has to look again for what happened to an issue; `is_own`: to the sprint's own.
fn may_change(event: &Event, is_own: bool) -> bool {
    match event {
        Event::DependenciesChanged { .. } | Event::IssueEdited { .. } => true,
        Event::Labeled { label, .. } | Event::Unlabeled { label, .. } => {
            let own = [GO_LABEL, SPRINT_LABEL];
            label::same(label, CHECKPOINT_LABEL)
                || dependency::is_label(label)
                || is_own && own.iter().any(|one| label::same(label, one))
        }
        _ => false,
    }
}

impl Engine {
    /// Tells a sprint, or an issue of one.
    pub(super) async fn tell_sprint(
        &self,
        open: &mut Open<'_>,
        told: Relation,
        number: u32,
    ) -> Result<(), EngineError> {
        let Relation { cause, task, news } = told;
        let name = format!("sprint-{cause}-{number}");
        let row = open.task(task).await?;
        let news = match news {
            News::Said(tell) => {
                let Tell { place, event } = *tell;
                let version = row.map_or(0, |row| row.version);
                return self
                    .tell_fact(open, (&Fact { place, event }, version), &name)
                    .await;
            }
            News::Part(issue) => SprintNews::Changed { issue },
            News::Work(issue) => match self.work(open, issue).await? {
                Some((work, waits_for)) => SprintNews::Work {
                    issue,
                    work,
                    waits_for,
                },
                None => return Ok(()),
            },
            News::Blocker(..) | News::Cycle | News::Released(_) | News::Pull(_) => return Ok(()),
        };
        match row {
            Some(row) if read_stored(&row)?.sprint.is_some() => {
                let event = Event::Sprint(news);
                self.tell(open, &row, event, &name).await
            }
            Some(_) | None => Ok(()),
        }
    }

    /// How far the work on an issue is, and what it waits for; `None` where nobody worked on it.
    async fn work(
        &self,
        open: &mut Open<'_>,
        issue: TaskKey,
    ) -> Result<Option<(Work, Vec<TaskKey>)>, EngineError> {
        let Some(row) = open.task(issue).await? else {
            return Ok(None);
        };
        let task = read_stored(&row)?;
        let open_blockers = task.dependencies.open().take(WAITS_FOR);
        let waits_for = open_blockers.map(|one| one.issue.key).collect();
        Ok(Some((task.work(), waits_for)))
    }
}
