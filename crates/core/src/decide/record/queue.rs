//! What the scheduler and our own clock say. Which task gets a slot is `core::schedule`'s choice.

use serde_json::json;

use super::recording::Recording;
use crate::event::{Event, Timer, Wait};
use crate::event_name::DomainEvent;
use crate::task::{Stage, Task};

/// A slot is free for this task, and an agent.
pub(super) fn granted(task: &mut Task, agent: Option<&String>) -> String {
    if task.gate().is_some() {
        return "a slot for a task that something holds".into();
    }
    let Stage::Queued { job, slot, .. } = &mut task.stage else {
        return "a slot for a task that does not wait".into();
    };
    *slot = true;
    // What an agent has begun only that agent knows.
    if let Some(agent) = agent.filter(|_| job.started_at.is_none()) {
        job.agent.clone_from(agent);
    }
    "a slot is free".into()
}

/// No slot yet: its place, what it waits for, and when it may start.
pub(super) fn waiting(on: &mut Recording<'_>, task: &mut Task, event: &Event) -> String {
    let Event::Waiting(Wait {
        position,
        total,
        reason,
        within,
    }) = event
    else {
        return "it says no place".into();
    };
    let Stage::Queued { told, .. } = &mut task.stage else {
        return "it does not wait any more".into();
    };
    let place = (*position > 0).then_some((*position, *total));
    if *told == place && task.waits_for == *reason {
        return "its place is known".into();
    }
    *told = place;
    task.waits_for.clone_from(reason);
    task.may_start = within.map(|within| on.cx.now.saturating_add(within));
    on.notes.note(
        DomainEvent::TaskWaiting,
        json!({ "position": position, "total": total, "reason": reason }),
    );
    match place {
        Some(_) => format!("waits as {position} of {total}"),
        None => "it is held back".into(),
    }
}

/// A moment came: its row is closed, and if it is still waited for it is planned anew. What is due is for the rules, which
/// look at the time by themselves.
pub(super) fn timer_fired(timers: &mut Vec<(Timer, i64)>, alarm: &Timer) -> String {
    timers.retain(|(other, _)| other != alarm);
    "nothing is due for that moment".into()
}
