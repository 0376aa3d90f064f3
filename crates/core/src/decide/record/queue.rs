//! What the scheduler and our own clock say. Which task gets a slot is `core::schedule`'s choice.

use serde_json::json;

use super::recording::Recording;
use crate::event::{Event, Timer};
use crate::event_name::DomainEvent;
use crate::task::{Stage, Task};

/// A slot is free for this task.
pub(super) fn granted(task: &mut Task) -> String {
    let Stage::Queued { slot, .. } = &mut task.stage else {
        return "a slot for a task that does not wait".into();
    };
    *slot = true;
    "a slot is free".into()
}

/// No slot yet, or no room on the machine.
pub(super) fn waiting(on: &mut Recording<'_>, task: &mut Task, event: &Event) -> String {
    let Event::Waiting {
        position,
        total,
        short,
    } = *event
    else {
        return "it says no place".into();
    };
    let Stage::Queued { told, .. } = &mut task.stage else {
        return "it does not wait any more".into();
    };
    let place = Some((position, total));
    if *told == place && task.short == short {
        return "its place is known".into();
    }
    (*told, task.short) = (place, short);
    on.notes.note(
        DomainEvent::TaskWaiting,
        json!({ "position": position, "total": total }),
    );
    format!("waits as {position} of {total}")
}

/// A moment came: its row is closed, and if it is still waited for it is planned anew. What is due is for the rules, which
/// look at the time by themselves.
pub(super) fn timer_fired(timers: &mut Vec<(Timer, i64)>, alarm: &Timer) -> String {
    timers.retain(|(other, _)| other != alarm);
    "nothing is due for that moment".into()
}
