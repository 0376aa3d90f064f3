//! Everything of one decision in one transaction: the task's new version, its sessions, effects, events and the mark that
//! the inbox row was handled. All of it becomes true at once, or none.
//!
//! Nothing may be awaited between [`Store::begin`] and [`Transition::commit`] but the store itself: on SQLite an open
//! transition is the only writer. Dropping one rolls it back.

use std::collections::HashMap;

use sqlx::AnyConnection;

use super::Store;
use super::audit::{self, NewAudit};
use super::connect::{Turn, Writing, take_turn};
use super::dependency::{self, DependencyRow};
use super::error::StoreError;
use super::event::{NewEvent, insert_events};
use super::inbox_row::{Accepted, Handled, NewInbox, Ready, insert_inbox, mark_handled};
use super::memory::{self, MemoryNeedRow};
use super::outbox::{
    Added, NewEffect, Withdrawal, Withdrawn, insert_effect, note_so_far, withdraw,
};
use super::outcome::{OutcomeRow, write_outcome};
use super::repository;
use super::schedule::{self, ClosedAgentRow, PauseRow, ScheduleRows};
use super::sprint;
use super::task::{self, SessionRow, TaskRow};
use crate::core::ids::{InstallationId, RepositoryId, TaskKey};
use crate::core::location::Place;

/// An open decision.
#[derive(Debug)]
pub struct Transition {
    store: Store,
    writing: Writing,
    events: Vec<NewEvent>,
    audit: Vec<NewAudit>,
    handled: Vec<Handled>,
    /// Tasks looked up together and not written since.
    known: HashMap<TaskKey, Option<TaskRow>>,
    rings_inbox: bool,
    rings_effect: bool,
}

impl Store {
    /// Opens a decision.
    pub async fn begin(&self) -> Result<Transition, StoreError> {
        let writing = self.pools().begin().await?;
        let store = self.clone();
        let (events, audit) = (Vec::new(), Vec::new());
        let (handled, known) = (Vec::new(), HashMap::new());
        Ok(Transition {
            store,
            writing,
            events,
            audit,
            handled,
            known,
            rings_inbox: false,
            rings_effect: false,
        })
    }
}

/// One statement (or a few) under the store's patience.
macro_rules! within {
    ($self:ident, $call:expr) => {{
        let patience = $self.store.pools().patience;
        super::connect::within(patience, $call).await
    }};
}

impl Transition {
    fn connection(&mut self) -> &mut AnyConnection {
        &mut self.writing
    }

    /// Looks several tasks up at once, so that [`Transition::task`] need not ask for each of them.
    pub async fn look_up(&mut self, keys: &[TaskKey]) -> Result<(), StoreError> {
        let found = within!(self, task::find_tasks(self.connection(), keys))?;
        self.known.extend(keys.iter().map(|key| (*key, None)));
        self.known
            .extend(found.into_iter().map(|row| (row.key, Some(row))));
        Ok(())
    }

    /// The task as it is now.
    pub async fn task(&mut self, key: TaskKey) -> Result<Option<TaskRow>, StoreError> {
        match self.known.get(&key) {
            Some(known) => Ok(known.clone()),
            None => within!(self, task::find_task(self.connection(), key)),
        }
    }

    /// Writes a task as version `expected + 1` (whatever `row.version` says) and answers that version.
    /// `expected` 0 means: there is none yet. [`StoreError::Conflict`]: somebody was quicker.
    pub async fn put_task(&mut self, row: &TaskRow, expected: i64) -> Result<i64, StoreError> {
        self.known.remove(&row.key);
        if within!(self, task::write_task(self.connection(), row, expected))? {
            return Ok(expected + 1);
        }
        Err(StoreError::Conflict(format!(
            "task {} is not at version {expected}",
            row.key
        )))
    }

    /// Writes a session, new or not. [`StoreError::Conflict`]: the task has another live one.
    pub async fn put_session(&mut self, row: &SessionRow) -> Result<(), StoreError> {
        within!(self, task::write_session(self.connection(), row))
    }

    /// Writes down what became of a pull request, known or not.
    pub async fn put_outcome(&mut self, row: &OutcomeRow) -> Result<(), StoreError> {
        within!(self, write_outcome(self.connection(), row))
    }

    /// Adds an effect.
    pub async fn add_effect(&mut self, new: &NewEffect) -> Result<Added, StoreError> {
        self.rings_effect = true;
        within!(self, insert_effect(self.connection(), new))
    }

    /// Writes down what has happened to a task's open effects of a kind, as JSON, for another try of them.
    pub async fn note_so_far(
        &mut self,
        task: TaskKey,
        kind: &str,
        so_far: &str,
    ) -> Result<(), StoreError> {
        within!(self, note_so_far(self.connection(), task, kind, so_far))
    }

    /// Closes a task's open effects of some kinds, and asks for the end of those that somebody is performing.
    pub async fn withdraw(&mut self, what: Withdrawal<'_>) -> Result<Withdrawn, StoreError> {
        self.rings_effect = true;
        within!(self, withdraw(self.connection(), what))
    }

    /// Frees the parked effects of an installation's tasks; answers how many.
    pub async fn unpark(
        &mut self,
        installation: InstallationId,
        now: i64,
    ) -> Result<u64, StoreError> {
        self.rings_effect = true;
        let sql = "UPDATE effect SET not_before = $2 WHERE closed_at IS NULL AND owner IS NULL AND not_before > $2 \
                   AND parked = 1 AND task IN (SELECT key FROM task WHERE installation = $1)";
        let query = sqlx::query(sql).bind(installation.0).bind(now);
        within!(self, query.execute(self.connection())).map(|done| done.rows_affected())
    }

    /// Adds an event; it is written at the commit, so that numbers follow the order of commits.
    pub fn add_event(&mut self, event: NewEvent) {
        self.events.push(event);
    }

    /// Adds a row to the audit; it is written at the commit, after the events.
    pub fn add_audit(&mut self, new: NewAudit) {
        self.audit.push(new);
    }

    /// Marks an inbox row as handled; it is written at the commit. Marking it again keeps the first mark.
    pub fn mark_handled(&mut self, seq: i64, at: i64, result: impl Into<String>) {
        self.handled.push(Handled {
            seq,
            at,
            result: result.into(),
            keeps_body: true,
        });
    }

    /// [`Transition::mark_handled`] for a row that concerns nobody: its body goes.
    pub fn mark_ignored(&mut self, seq: i64, at: i64, result: impl Into<String>) {
        self.handled.push(Handled {
            seq,
            at,
            result: result.into(),
            keeps_body: false,
        });
    }

    /// Puts a fact into the inbox as part of this decision.
    pub async fn accept_inline(&mut self, fact: NewInbox) -> Result<Accepted, StoreError> {
        self.rings_inbox = true;
        let accepted = within!(self, insert_inbox(self.connection(), &[Ready::of(fact)]))?;
        Ok(accepted.first().copied().unwrap_or(Accepted::Duplicate))
    }

    /// What the schedule is made of; who began what counts from `since` on, epoch milliseconds.
    pub async fn schedule(&mut self, since: i64) -> Result<ScheduleRows, StoreError> {
        // As long as it takes: it is read once, and nothing goes on without it.
        Ok(schedule::read(&mut self.writing, since).await?)
    }

    /// Which issue waits for which.
    pub async fn dependencies(&mut self) -> Result<Vec<DependencyRow>, StoreError> {
        // As long as it takes, like the schedule.
        Ok(dependency::read(&mut self.writing).await?)
    }

    /// Replaces what an issue waits for; each row is of that issue.
    pub async fn replace_dependencies(
        &mut self,
        task: TaskKey,
        rows: &[DependencyRow],
    ) -> Result<(), StoreError> {
        within!(self, dependency::replace(self.connection(), task, rows))
    }

    /// Every sprint with each issue that it has to hear of.
    pub async fn sprint_parts(&mut self) -> Result<Vec<(TaskKey, TaskKey)>, StoreError> {
        // As long as it takes, like the schedule.
        Ok(sprint::read(&mut self.writing).await?)
    }

    /// Replaces the issues that a sprint has to hear of.
    pub async fn replace_sprint_parts(
        &mut self,
        sprint: TaskKey,
        parts: &[TaskKey],
    ) -> Result<(), StoreError> {
        within!(self, sprint::replace(self.connection(), sprint, parts))
    }

    /// Notes what the repository of a place is called now (epoch milliseconds).
    pub async fn put_repository(&mut self, place: &Place, now: i64) -> Result<(), StoreError> {
        within!(
            self,
            repository::write_repository(self.connection(), place, now)
        )
    }

    /// Where the operator lets nothing start.
    pub async fn pauses(&mut self) -> Result<Vec<PauseRow>, StoreError> {
        within!(self, schedule::pauses(self.connection()))
    }

    /// Lets nothing start there any more; whether it might before.
    pub async fn pause(&mut self, row: &PauseRow) -> Result<bool, StoreError> {
        within!(self, schedule::pause(self.connection(), row))
    }

    /// Lets everything start again in a repository (`None`: everywhere); whether it might not before.
    pub async fn resume(&mut self, repository: Option<RepositoryId>) -> Result<bool, StoreError> {
        within!(self, schedule::resume(self.connection(), repository))
    }

    /// The agents whose providers let nobody in for a while.
    pub async fn closed_agents(&mut self) -> Result<Vec<ClosedAgentRow>, StoreError> {
        within!(self, schedule::closed_agents(self.connection()))
    }

    /// An agent's provider lets nobody in for a while.
    pub async fn close_agent(&mut self, row: &ClosedAgentRow) -> Result<(), StoreError> {
        within!(self, schedule::close_agent(self.connection(), row))
    }

    /// An agent's provider lets everybody in again.
    pub async fn open_agent(&mut self, agent: &str) -> Result<(), StoreError> {
        within!(self, schedule::open_agent(self.connection(), agent))
    }

    /// What sessions were seen to need of the memory.
    pub async fn memory_needs(&mut self) -> Result<Vec<MemoryNeedRow>, StoreError> {
        within!(self, memory::needs(self.connection()))
    }

    /// What the next session is expected to need of the memory.
    pub async fn put_memory_need(&mut self, row: &MemoryNeedRow) -> Result<(), StoreError> {
        within!(self, memory::put_need(self.connection(), row))
    }

    /// The task whose session made a pull request.
    pub async fn task_of_pull(
        &mut self,
        repository: RepositoryId,
        pull: i64,
    ) -> Result<Option<TaskKey>, StoreError> {
        within!(
            self,
            task::find_of_pull(self.connection(), repository, pull)
        )
    }

    /// The first `limit` tasks of a repository whose pull requests wait for review.
    pub async fn in_review(
        &mut self,
        repository: RepositoryId,
        limit: i64,
    ) -> Result<Vec<TaskRow>, StoreError> {
        within!(
            self,
            task::read_in_review(self.connection(), repository, limit)
        )
    }

    /// All tasks of an installation, or of some repositories whatever installation covered them; newest first.
    pub async fn of_repositories(
        &mut self,
        installation: InstallationId,
        repositories: Option<&[RepositoryId]>,
    ) -> Result<Vec<TaskRow>, StoreError> {
        let Some(repositories) = repositories else {
            return within!(
                self,
                task::read_of_installation(self.connection(), installation)
            );
        };
        let mut all = Vec::new();
        for repository in repositories {
            all.extend(within!(
                self,
                task::read_of_repository(self.connection(), *repository)
            )?);
        }
        Ok(all)
    }

    /// Makes it all true and durable, then rings the bells. An error means that none of it is true, except
    /// [`StoreError::Busy`] and [`StoreError::Unavailable`], after which it is unknown: load again before deciding.
    pub async fn commit(mut self) -> Result<(), StoreError> {
        let pools = self.store.pools().clone();
        if !self.handled.is_empty() {
            let handled = std::mem::take(&mut self.handled);
            pools
                .within(mark_handled(&mut self.writing, handled))
                .await?;
        }
        let events = std::mem::take(&mut self.events);
        let audited = std::mem::take(&mut self.audit);
        if !events.is_empty() || !audited.is_empty() {
            let numbered = async {
                take_turn(pools.backend, &mut self.writing, Turn::Event).await?;
                insert_events(&mut self.writing, &events).await?;
                match audited.is_empty() {
                    true => Ok(()),
                    false => audit::append(&mut self.writing, &audited).await,
                }
            };
            pools.within(numbered).await?;
        }
        pools.within(self.writing.commit()).await?;
        if !events.is_empty() {
            self.store.inner.event_wake.ring();
        }
        if self.rings_inbox {
            self.store.inner.inbox_wake.ring();
        }
        if self.rings_effect {
            self.store.inner.effect_wake.ring();
        }
        Ok(())
    }
}
