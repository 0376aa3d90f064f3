//! The queue as the admin address shows it.

use std::collections::HashMap;

use super::lookup::unread;
use crate::core::ids::{RepositoryName, TaskKey};
use crate::core::schedule::Told;
use crate::core::task::Task;
use crate::core::text::pages::Line;
use crate::core::text::{gate, waiting};
use crate::engine::{Engine, EngineError, MemoryView};
use crate::http::ApiError;
use crate::http::types::{MemoryAnswer, PauseLine, QueueAnswer, QueueLine};
use crate::store::{PauseRow, Store};

/// What waits, in order, at most `limit`.
pub(super) async fn queue(
    engine: &Engine,
    store: &Store,
    limit: usize,
    now: i64,
) -> Result<QueueAnswer, ApiError> {
    let view = engine.queue(limit).await.map_err(|error| failed(&error))?;
    let listed = view.listed.iter().map(|(task, _)| *task);
    let keys: Vec<TaskKey> = listed.chain(view.held_back.iter().copied()).collect();
    let rows = store.tasks(&keys).await.map_err(|error| unread(&error))?;
    let tasks: HashMap<TaskKey, Task> = rows
        .iter()
        .filter_map(|row| Some((row.key, serde_json::from_str(&row.body).ok()?)))
        .collect();
    let pause = |pause: &PauseRow| PauseLine {
        repository: pause.repository.as_ref().map(|(_, name)| name.clone()),
        since: pause.at,
    };
    let paused = view.paused.iter().map(pause).collect();
    let lines = view
        .listed
        .iter()
        .filter_map(|(key, told)| line(tasks.get(key)?, told, now));
    let held = view
        .held_back
        .iter()
        .filter_map(|key| held(tasks.get(key)?));
    Ok(QueueAnswer {
        at_work: view.at_work,
        slots: engine.slots_in_all(),
        waiting: view.waiting,
        held: view.held,
        paused,
        memory: view.memory.as_ref().map(memory),
        queue: lines.chain(held).collect(),
    })
}

/// What of the queue is of one repository, with how many of its sessions are at work; at most so many lines. Of the machine and of
/// other repositories it says nothing.
pub(super) fn only(
    all: QueueAnswer,
    repository: &RepositoryName,
    (at_work, limit): (usize, usize),
) -> QueueAnswer {
    let name = repository.to_string();
    let is_its = |other: Option<&str>| other.is_some_and(|other| other.eq_ignore_ascii_case(&name));
    let its = |line: &QueueLine| is_its(line.repository.as_deref());
    let mut queue: Vec<QueueLine> = all.queue.into_iter().filter(its).collect();
    let held = queue.iter().filter(|line| line.state == "held").count();
    let waiting = queue.len() - held;
    queue.truncate(limit);
    let applies =
        |pause: &PauseLine| pause.repository.is_none() || is_its(pause.repository.as_deref());
    QueueAnswer {
        at_work: u32::try_from(at_work).unwrap_or(u32::MAX),
        slots: all.slots,
        waiting,
        held,
        paused: all.paused.into_iter().filter(applies).collect(),
        memory: None,
        queue,
    }
}

fn memory(view: &MemoryView) -> MemoryAnswer {
    MemoryAnswer {
        free_bytes: view.left.free,
        reserved_bytes: view.promised,
        reserve_bytes: view.left.reserve,
    }
}

/// One that waits for a slot.
fn line(task: &Task, told: &Told, now: i64) -> Option<QueueLine> {
    Some(QueueLine {
        place: told.place.map(|(position, _)| position),
        state: match told.place {
            Some(_) => "ready",
            None => "waiting",
        }
        .to_owned(),
        starts_at: told.within.map(|within| now.saturating_add(within)),
        reason: waiting::words(&told.reason),
        ..of(task)?
    })
}

/// One that waits for something of its own.
fn held(task: &Task) -> Option<QueueLine> {
    let held = task.gate()?;
    Some(QueueLine {
        state: "held".to_owned(),
        reason: gate::words(task, &held),
        ..of(task)?
    })
}

fn of(task: &Task) -> Option<QueueLine> {
    let job = task.job()?;
    Some(QueueLine {
        repository: Some(task.place.name.to_string()),
        issue: Some(task.place.issue.0),
        title: Line::new(&job.snapshot.title).to_string(),
        session: Some(job.session.to_string()),
        role: Some(job.role.name.to_string()),
        queued_at: job.queued_at,
        ..QueueLine::default()
    })
}

pub(super) fn failed(error: &EngineError) -> ApiError {
    tracing::error!(%error, "the queue could not be read");
    ApiError::internal()
}
