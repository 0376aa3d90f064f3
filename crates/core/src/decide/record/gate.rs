//! A person agrees to a start, or says that what holds it does not count.

use crate::task::{Gates, Task};

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
}
