//! What the issue waits for. News of it are hints to read it again; what was read stands as it is until the next reading.

use super::recording::Recording;
pub(super) use crate::dependency::is_label;
use crate::dependency::{Dependencies, may_name};
use crate::event::Event;
use crate::task::{Read, Stage, Task};

/// Something it waits for was added or taken away, it is said.
pub(super) fn changed(on: &Recording<'_>, task: &mut Task, hint: &str) -> String {
    if matches!(on.known.stage, Stage::Idle | Stage::Ended { .. }) {
        return "nothing is to start here; what it waits for is read when something is".into();
    }
    let reads = &mut task.wanted.reads;
    if !reads.contains(&Read::Dependencies) {
        reads.push(Read::Dependencies);
    }
    format!("{hint}: what the issue waits for is read again")
}

/// Its body was changed: what it says it waits for may have.
pub(super) fn edited(on: &Recording<'_>, task: &mut Task, event: &Event) {
    let Event::IssueEdited {
        body,
        old_body: Some(old),
        ..
    } = event
    else {
        return;
    };
    if may_name(body) || may_name(old) {
        changed(on, task, "edited");
    }
}

/// GitHub said what it waits for.
pub(super) fn read(on: &Recording<'_>, task: &mut Task, found: &Dependencies) -> String {
    task.dependencies = Dependencies {
        read_at: Some(on.cx.now),
        ..found.clone()
    };
    let open = task.dependencies.open().count();
    let all = found.blockers.len() + found.unresolved.len();
    format!("it waits for {all}, of which {open} open")
}
