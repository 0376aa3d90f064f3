//! An open decision, and the schedule in memory, which is kept in step with what is committed.
//!
//! The database is the truth. The schedule is told of every task that a decision changes; while it is not known whether the
//! decision comes true, nobody has it, and if it does not, it is read again.

use std::collections::{BTreeMap, VecDeque};
use std::ops::{Deref, DerefMut};

use tokio::sync::MutexGuard;

use super::counted::Counted;
use super::error::EngineError;
use super::parts::Parts;
use super::relation::Relation;
use crate::core::decide::{AgentIs, Took};
use crate::core::graph::Graph;
use crate::core::ids::{RepositoryId, TaskKey};
use crate::core::schedule::{Memory, Pick, Room, Schedule, Standing, Told};
use crate::store::{ClosedAgentRow, MemoryNeedRow, PauseRow, Transition};

/// How far back in the queue people are told their place in one go.
const TOLD_AT_ONCE: usize = 20;

/// The schedule, and what the machine has room for.
#[derive(Default)]
pub(super) struct Slots {
    /// `None` when it has to be read again.
    pub(super) schedule: Option<Schedule>,
    /// Which issue waits for which; read with the schedule.
    pub(super) graph: Graph,
    /// Which sprints have to hear of an issue; read with the schedule.
    pub(super) parts: Parts,
    pub(super) room: Room,
    /// What agents called themselves when they were tried last.
    pub(super) names: BTreeMap<String, String>,
}

impl Slots {
    /// Whether something may start now for no other reason than that it is time.
    pub(super) fn is_due(&self, now: i64) -> bool {
        self.schedule
            .as_ref()
            .is_some_and(|schedule| schedule.due(now))
    }

    /// What sessions take was measured; whether something may start now.
    pub(super) fn measured(&mut self, taken: BTreeMap<TaskKey, u64>, now: i64) -> bool {
        let room = self.room;
        self.schedule.as_mut().is_some_and(|schedule| {
            schedule.measured(taken);
            schedule.starts_any(room, now)
        })
    }

    /// The memory, as it is shown.
    pub(super) fn memory(&self) -> Option<MemoryView> {
        Some(MemoryView {
            left: self.room.memory?,
            promised: self.schedule.as_ref()?.may_grow(),
        })
    }
}

/// The memory, as it is shown. All in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MemoryView {
    /// What is left of it, and what of that is kept free.
    pub left: Memory,
    /// What the sessions at work may still take.
    pub promised: u64,
}

/// The queue, as it is shown.
#[derive(Debug, Default)]
pub struct QueueView {
    /// Sessions at work.
    pub at_work: u32,
    /// How many wait.
    pub waiting: usize,
    /// Those that wait, and what for.
    pub listed: Vec<(TaskKey, Told)>,
    /// How many wait for something of their own.
    pub held: usize,
    /// Some of those.
    pub held_back: Vec<TaskKey>,
    /// Where the operator lets nothing start.
    pub paused: Vec<PauseRow>,
    /// The memory; `None` before it was measured.
    pub memory: Option<MemoryView>,
}

/// An open decision, and the schedule, which is told of each task that it changes.
pub(super) struct Open<'a> {
    pub(super) transition: Transition,
    pub(super) slots: MutexGuard<'a, Slots>,
    /// Whom something concerns that was decided, and is not told yet.
    pub(super) relations: VecDeque<Relation>,
    /// What of it counts once it is true.
    pub(super) counted: Counted,
}

impl Deref for Open<'_> {
    type Target = Transition;

    fn deref(&self) -> &Transition {
        &self.transition
    }
}

impl DerefMut for Open<'_> {
    fn deref_mut(&mut self) -> &mut Transition {
        &mut self.transition
    }
}

impl Open<'_> {
    /// A task stands where it stands now.
    pub(super) fn place(&mut self, task: TaskKey, standing: Standing, now: i64) {
        if let Some(schedule) = &mut self.slots.schedule {
            schedule.place(task, standing, now);
        }
    }

    /// Starts in a repository (`None`: everywhere) are paused, or go on.
    pub(super) fn hold_starts(&mut self, repository: Option<RepositoryId>, paused: bool) {
        match (&mut self.slots.schedule, repository) {
            (Some(schedule), Some(repository)) => schedule.pause_repository(repository, paused),
            (Some(schedule), None) => schedule.pause(paused),
            (None, _) => {}
        }
    }

    /// What is new of an agent as a whole; it is kept over a restart.
    pub(super) async fn agent(
        &mut self,
        agent: &str,
        is: AgentIs,
        now: i64,
    ) -> Result<(), EngineError> {
        let Some(schedule) = &mut self.slots.schedule else {
            return Ok(());
        };
        match is {
            AgentIs::Refused { class, until } => {
                let shut = schedule.refused(agent, (class, until), now);
                tracing::warn!(agent, %class, until = shut.until, "the agent's provider lets nobody in; nothing starts with it until then");
                let row = ClosedAgentRow {
                    agent: agent.to_owned(),
                    class: class.to_string(),
                    until: shut.until,
                    strikes: i64::from(shut.strikes),
                };
                self.transition.close_agent(&row).await?;
            }
            AgentIs::Working { since } if schedule.works(agent, since) => {
                tracing::info!(agent, "the agent's provider lets sessions in again");
                self.transition.open_agent(agent).await?;
            }
            AgentIs::Working { .. } => {}
            AgentIs::Wanted => schedule.try_now(agent, now),
        }
        Ok(())
    }

    /// A turn took so much of the memory: the next session of its agent there is expected to need it. It is kept over a restart.
    pub(super) async fn took(
        &mut self,
        took: &Took,
        repository: RepositoryId,
    ) -> Result<(), EngineError> {
        let Some(schedule) = &mut self.slots.schedule else {
            return Ok(());
        };
        let bytes = schedule.needs().saw(&took.agent, repository, took.memory);
        let row = MemoryNeedRow {
            agent: took.agent.clone(),
            repository,
            bytes,
        };
        Ok(self.transition.put_memory_need(&row).await?)
    }

    pub(super) fn picks(&mut self, now: i64) -> Vec<Pick> {
        let room = self.slots.room;
        let schedule = self.slots.schedule.as_mut();
        schedule.map_or_else(Vec::new, |schedule| schedule.picks(room, now))
    }

    /// Whether anything waits.
    pub(super) fn waits(&self) -> bool {
        let schedule = self.slots.schedule.as_ref();
        schedule.is_some_and(|schedule| schedule.waiting() > 0)
    }

    pub(super) fn news(&self, now: i64) -> Vec<(TaskKey, Told)> {
        let schedule = self.slots.schedule.as_ref();
        schedule.map_or_else(Vec::new, |schedule| {
            schedule.news(self.slots.room, TOLD_AT_ONCE, now)
        })
    }

    pub(super) fn knows(&mut self, task: TaskKey, told: Told) {
        if let Some(schedule) = &mut self.slots.schedule {
            schedule.knows(task, told);
        }
    }

    /// Makes all of it true. When that fails, the schedule is read again before it is asked.
    pub(super) async fn commit(self) -> Result<(), EngineError> {
        let Self {
            transition,
            mut slots,
            counted,
            ..
        } = self;
        let known = slots.schedule.take();
        transition.commit().await?;
        slots.schedule = known;
        counted.count();
        Ok(())
    }
}
