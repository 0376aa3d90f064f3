//! Who gets a slot, and what the others are told: the schedule is read from the database, asked, and what it says becomes a
//! fact of each task.

use std::collections::{BTreeSet, VecDeque};

use super::Engine;
use super::counted::Counted;
use super::error::EngineError;
use super::open::{Open, QueueView};
use super::parts;
use super::relations;
use super::settle::read_stored;
use crate::core::agent::ErrorClass;
use crate::core::command::Priority;
use crate::core::event::{Event, Wait};
use crate::core::ids::{TaskKey, UserId};
use crate::core::policy::Readiness;
use crate::core::schedule::{Live, Needs, OnFault, Pick, Queued, Schedule, Shut, Standing, Told};
use crate::store::{QueuedRow, ScheduleRows, Transition};

/// A day, milliseconds.
const DAY: i64 = 24 * 3_600_000;

impl Engine {
    /// Opens a decision, with the schedule as the database has it.
    pub(super) async fn begin(&self) -> Result<Open<'_>, EngineError> {
        let mut slots = self.slots.lock().await;
        let mut transition = self.store.begin().await?;
        // What is decided may not come true, and then the schedule is wrong: it is put back with the commit.
        let schedule = match slots.schedule.take() {
            Some(schedule) => schedule,
            None => {
                slots.graph = relations::read(&mut transition).await?;
                slots.parts = parts::read(&mut transition).await?;
                self.read_schedule(&mut transition).await?
            }
        };
        slots.schedule = Some(schedule);
        let relations = VecDeque::new();
        Ok(Open {
            transition,
            slots,
            relations,
            counted: Counted::default(),
        })
    }

    async fn read_schedule(&self, transition: &mut Transition) -> Result<Schedule, EngineError> {
        let now = (self.clock)();
        let rows = transition.schedule(now.saturating_sub(DAY)).await?;
        let mut schedule = Schedule::new(self.policy.caps());
        for row in &rows.queued {
            let standing = match queued(row) {
                Some(standing) => standing,
                // Written by a skep that knew no columns for it.
                None => match transition.task(row.key).await? {
                    Some(stored) => {
                        let task = read_stored(&stored)?;
                        task.standing(&task, now)
                    }
                    None => Standing::Away,
                },
            };
            schedule.place(row.key, standing, now);
        }
        fill(&mut schedule, &rows, now);
        for pause in transition.pauses().await? {
            match pause.repository {
                None => schedule.pause(true),
                Some((repository, _)) => schedule.pause_repository(repository, true),
            }
        }
        for row in transition.closed_agents().await? {
            let shut = Shut {
                class: ErrorClass::named(&row.class).unwrap_or(ErrorClass::Unknown),
                // When that was nobody knows any more; whatever was at work then is not.
                since: now,
                until: row.until,
                strikes: u32::try_from(row.strikes).unwrap_or(u32::MAX),
                tried: false,
            };
            schedule.remember_shut(&row.agent, shut);
        }
        match self.policy.readiness {
            Readiness::Block => schedule.looks_for_faults(OnFault::Hold),
            Readiness::Warn => schedule.looks_for_faults(OnFault::Tell),
            Readiness::Off => {}
        }
        *schedule.needs() = Needs::expecting(self.policy.agent_memory.clone());
        for row in transition.memory_needs().await? {
            schedule
                .needs()
                .remember(&row.agent, row.repository, row.bytes);
        }
        Ok(schedule)
    }

    /// Starts as many waiting tasks as may start, and tells the others what they wait for.
    pub(super) async fn give_slots(&self, open: &mut Open<'_>) -> Result<(), EngineError> {
        // Whatever becomes of a start, it is not tried again at once.
        let mut tried = BTreeSet::new();
        loop {
            let mut picks = open.picks((self.clock)());
            picks.retain(|pick| tried.insert(pick.task));
            if picks.is_empty() {
                break;
            }
            for Pick { task, agent } in picks {
                let agent = Some(agent);
                let told = self.tell_key(open, task, Event::SlotGranted { agent });
                told.await?;
            }
        }
        for (task, told) in open.news((self.clock)()) {
            self.tell_key(open, task, waiting(&told)).await?;
            open.knows(task, told);
        }
        if open.waits() {
            self.asked.notify_one();
        }
        Ok(())
    }

    async fn tell_key(
        &self,
        open: &mut Open<'_>,
        task: TaskKey,
        event: Event,
    ) -> Result<(), EngineError> {
        let Some(row) = open.task(task).await? else {
            open.place(task, Standing::Away, (self.clock)());
            return Ok(());
        };
        let name = match event {
            Event::SlotGranted { .. } => "slot",
            _ => "waiting",
        };
        self.tell(open, &row, event, name).await
    }

    /// The queue as it is now: at most `most` of those that wait, in the order in which they would start.
    pub async fn queue(&self, most: usize) -> Result<QueueView, EngineError> {
        let mut open = self.begin().await?;
        let now = (self.clock)();
        let paused = open.pauses().await?;
        let (room, memory) = (open.slots.room, open.slots.memory());
        let view = open.slots.schedule.as_ref().map(|schedule| {
            let listed = schedule.listed(room, most, now);
            let (held, held_back) = schedule.held_back();
            QueueView {
                at_work: schedule.at_work(),
                waiting: schedule.waiting(),
                held,
                held_back: held_back.take(most.saturating_sub(listed.len())).collect(),
                listed,
                paused,
                memory,
            }
        });
        open.commit().await?;
        Ok(view.unwrap_or_default())
    }
}

/// What a waiting task hears.
fn waiting(told: &Told) -> Event {
    let (position, total) = told.place.unwrap_or_default();
    Event::Waiting(Wait {
        position,
        total,
        reason: told.reason.clone(),
        within: told.within,
    })
}

fn queued(row: &QueuedRow) -> Option<Standing> {
    let waits = row.waits.as_ref()?;
    if waits.held {
        return Some(Standing::Held);
    }
    Some(Standing::Queued(Queued {
        installation: row.installation,
        role: waits.role.clone(),
        agents: serde_json::from_str(&waits.agents).ok()?,
        person: waits.person.map(UserId),
        priority: match row.priority {
            1.. => Priority::High,
            0 => Priority::Medium,
            _ => Priority::Low,
        },
        queued_at: row.queued_at,
        told: None,
    }))
}

/// The sessions at work, who began how many lately, and how long the last ones took.
fn fill(schedule: &mut Schedule, rows: &ScheduleRows, now: i64) {
    for row in &rows.live {
        let live = Live {
            installation: row.installation,
            role: row.role.clone(),
            agent: row.agent.clone(),
            since: now,
            began: None,
        };
        schedule.place(row.task, Standing::Live(live), now);
    }
    for (person, at) in &rows.begun {
        schedule.began(UserId(*person), *at);
    }
    for body in &rows.over {
        let body: serde_json::Value = serde_json::from_str(body).unwrap_or_default();
        if let Some(worked) = body["worked_ms"].as_i64().filter(|worked| *worked > 0) {
            schedule.remember(worked);
        }
    }
}
