//! The way from an issue to the dashboard, where people reach it.

use crate::policy::Context;
use crate::task::{Job, Task};

/// The session's line in the status comment, with the page of its task behind it.
pub(super) fn session_line(task: &Task, job: &Job, cx: Context<'_>) -> String {
    let session = format!("- Session `{}`", job.session);
    match page(task, cx) {
        Some(page) => format!("{session}, [on the dashboard]({page})"),
        None => session,
    }
}

/// The page of a task, where people reach the dashboard.
pub(super) fn page(task: &Task, cx: Context<'_>) -> Option<String> {
    let dashboard = cx.policy.issues.dashboard.as_ref()?;
    let place = &task.place;
    Some(format!("{dashboard}/tasks/{}/{}", place.name, place.issue))
}
