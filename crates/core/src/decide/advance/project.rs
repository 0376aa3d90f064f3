//! A repository that says of itself that no work starts there: it is looked at again while that holds something.

use super::state::{Advance, Fired, because};
use crate::effect;
use crate::event::Timer;
use crate::project_status::ProjectStatus;
use crate::task::{Gate, OnHold, Task};

/// How often, milliseconds.
const AGAIN: i64 = 5 * 60_000;

/// What holds a start, if it does.
pub(in crate::decide) fn on_hold(is: &ProjectStatus, now: i64) -> Option<OnHold> {
    (!is.is_active()).then(|| OnHold {
        is: is.clone(),
        look_at: now + AGAIN,
    })
}

/// The moment that it waits for.
pub(super) fn wanted(task: &Task) -> Option<(Timer, i64)> {
    let held = matches!(task.gate(), Some(Gate::Project(_)));
    let on_hold = task.gates.project.as_ref().filter(|_| held)?;
    Some((Timer::Project, on_hold.look_at))
}

/// It is looked at again.
pub(super) fn look(on: &mut Advance<'_>) -> Option<Fired> {
    let now = on.cx.now;
    on.task.gates.project.as_mut()?.look_at = now + AGAIN;
    on.plan(effect::ReadProject {});
    because("it is looked whether the repository lets work start")
}
