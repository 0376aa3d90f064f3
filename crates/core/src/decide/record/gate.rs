//! A person agrees to a start, or says that what holds it does not count.

use super::recording::Recording;
use super::sprint;
use crate::actor::Actor;
use crate::event::{ApprovalsRead, Asking, ProjectRead};
use crate::task::{Gates, OnHold, Stage, Task, Trigger};
use crate::text;

/// A person agrees to the start, if one has to; whether that was waited for.
pub(super) fn agree(gates: &mut Gates, by: &str) -> bool {
    let waits = gates.waits_for_approval();
    if let Some(approval) = gates.approval.as_mut().filter(|_| waits) {
        approval.by = Some(by.to_owned());
        approval.void = None;
    }
    waits
}

/// What holds the task now does not count.
pub(super) fn waive(task: &mut Task) {
    let reading = task.gates.reading;
    task.gates.waived.add(&task.dependencies, reading);
    task.gates.cycle.clear();
    task.overlaps.waits = false;
    task.gates.project = None;
}

/// It was looked for those who agree by a reaction: the first of them who may counts, unless the words were changed since.
pub(super) fn reacted(on: &mut Recording<'_>, task: &mut Task, read: &ApprovalsRead) -> String {
    let Some(approval) = on.known.gates.approval.as_ref() else {
        return sprint::reacted(on, task, read);
    };
    let counts = |at: i64| at >= approval.counts_from;
    let may = read
        .found
        .iter()
        .find(|one| counts(one.at) && one.permission.may_start());
    // Read for a wait that is over: who agreed to that has not agreed to what came after it.
    let waits = on.known.gates.waits_for_approval() && is_queued(&on.known.stage);
    let Some(one) = may.filter(|_| waits) else {
        return format!("{} reactions, none of which counts", read.found.len());
    };
    let login = one.actor.login.clone();
    if approval.stale {
        task.options.approved_by = Some(login);
        task.wanted.trigger = Some(Trigger {
            actor: Actor::Person(one.actor.clone()),
            asking: Asking::Command,
            snapshot: None,
        });
        return "a person agreed to the words as they are now, by a reaction".into();
    }
    agree(&mut task.gates, &login);
    on.notes.tell(text::gate::agreed(&login));
    "a person agreed to its start by a reaction".into()
}

/// Whether it waits to start, also while what was asked for is judged anew.
fn is_queued(stage: &Stage) -> bool {
    match stage {
        Stage::Checking {
            before: Some(before),
            ..
        } => is_queued(before),
        other => matches!(other, Stage::Queued { .. }),
    }
}

/// It was read how the repository says it stands.
pub(super) fn project(on: &mut Recording<'_>, task: &mut Task, read: &ProjectRead) -> String {
    let Some(on_hold) = &on.known.gates.project else {
        return "nothing is held by that any more".into();
    };
    task.gates.project = (!read.is.is_active()).then(|| OnHold {
        is: read.is.clone(),
        look_at: on_hold.look_at,
    });
    match &task.gates.project {
        Some(_) => "the repository still lets no work start".into(),
        None => "the repository lets work start".into(),
    }
}
