//! The way from an issue to the dashboard, where people reach it.

use crate::policy::Context;
use crate::task::{Job, Task};

/// The session's line in the status comment, with the page of its task behind it.
pub(super) fn session_line(task: &Task, job: &Job, cx: Context<'_>) -> String {
    let session = format!("- Session `{}`", job.session);
    let place = &task.place;
    match &cx.policy.issues.dashboard {
        Some(dashboard) => format!(
            "{session}, [on the dashboard]({dashboard}/tasks/{}/{})",
            place.name, place.issue
        ),
        None => session,
    }
}
