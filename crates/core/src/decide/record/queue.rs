//! What the scheduler and our own clock say. Which task gets a slot is `core::schedule`'s choice.

use serde_json::json;

use super::Recording;
use crate::event::Timer;
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
pub(super) fn waiting(
    on: &mut Recording<'_>,
    task: &mut Task,
    place: (i64, i64),
    short: bool,
) -> String {
    let Stage::Queued { told, .. } = &mut task.stage else {
        return "it does not wait any more".into();
    };
    if *told == Some(place) && task.short == short {
        return "its place is known".into();
    }
    (*told, task.short) = (Some(place), short);
    let (position, total) = place;
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
    match alarm {
        Timer::Park => "nobody waits with a process, or not long enough",
        Timer::Remind => "nobody has to be reminded now",
        Timer::Expire => "no question is over",
        Timer::Look => "no pull request of ours waits for review",
        Timer::Again => "no session waits for its model",
    }
    .into()
}
