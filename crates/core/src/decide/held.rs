//! What holds a task before it begins, told to the world when that changes: who follows the events sees why nothing starts, as
//! whoever reads the issue does.
//!
//! It follows from the task before and after alone. It must never say that something is let go which is given up.

use serde_json::json;

use super::decision::{Decision, Noted};
use crate::event_name::DomainEvent;
use crate::task::{Gate, Stage, Task};
use crate::text;

/// What is told of a hold.
#[derive(PartialEq)]
struct Hold {
    gate: &'static str,
    why: String,
    issues: Vec<String>,
}

/// Adds to a decision that something holds the task now, something else than before, or nothing any more.
pub(super) fn note(before: &Task, decision: &mut Decision) {
    let (was, is) = (hold(before), hold(&decision.task));
    if was == is {
        return;
    }
    let queued = matches!(decision.task.stage, Stage::Queued { .. });
    let (happening, details) = match (was, is) {
        (_, Some(Hold { gate, why, issues })) => (
            DomainEvent::TaskHeld,
            json!({ "gate": gate, "why": why, "issues": issues }),
        ),
        (Some(was), None) if queued && decision.task.gate().is_none() => (
            DomainEvent::TaskReleased,
            json!({ "gate": was.gate, "was": was.why }),
        ),
        _ => return,
    };
    let session = decision.task.job().map(|job| job.session.clone());
    decision.events.push(Noted {
        happening,
        session,
        details,
    });
}

/// What holds it; while that is being read, nobody knows.
fn hold(task: &Task) -> Option<Hold> {
    let gate = task.gate().filter(|gate| *gate != Gate::Reading)?;
    Some(Hold {
        gate: gate.name(),
        why: text::gate::words(task, &gate),
        issues: text::gate::holding(task),
    })
}
