//! Which tasks are watched.

use crate::core::task::{End, Stage, Task};
use crate::store::{Store, StoreError, TaskFilter, TaskRow};

/// So many tasks of one state are watched, those that changed last.
const WATCHED: i64 = 1_000;
/// The states of tasks whose sessions are not over.
const LIVE: [&str; 6] = [
    "checking",
    "queued",
    "working",
    "needs-you",
    "waiting",
    "paused",
];
/// The states in which a pull request of ours may be open besides.
const RESTING: [&str; 3] = ["in-review", "failed", "cancelled"];

/// So long after its session's end a closed pull request is looked at for being open again, milliseconds. Later only the
/// webhook tells of it.
const REOPENED_WITHIN: i64 = 90 * 24 * 3_600_000;

/// The tasks whose sessions are not over.
pub(super) async fn live(store: &Store) -> Result<Vec<(TaskRow, Task)>, StoreError> {
    of_states(store, &LIVE).await
}

/// The tasks that people may still say something to: live ones, those with an open pull request, and those whose pull request
/// was closed and may be open again.
pub(super) async fn watched(store: &Store, now: i64) -> Result<Vec<(TaskRow, Task)>, StoreError> {
    let mut tasks = live(store).await?;
    let resting = of_states(store, &RESTING).await?;
    tasks.extend(
        resting
            .into_iter()
            .filter(|(_, task)| has_open_pull(task) || may_be_reopened(task, now)),
    );
    Ok(tasks)
}

/// Whether a pull request of ours is open, as far as the task knows.
pub(super) fn has_open_pull(task: &Task) -> bool {
    let over = matches!(
        &task.stage,
        Stage::Ended {
            end: End::Merged | End::PullClosed,
            ..
        }
    );
    task.pull.is_some() && !over
}

/// Whether somebody may have opened our pull request again: it was closed without merging, and not too long ago.
pub(super) fn may_be_reopened(task: &Task, now: i64) -> bool {
    let closed = matches!(&task.stage, Stage::Ended { end: End::PullClosed, at, .. } if *at >= now - REOPENED_WITHIN);
    task.pull.is_some() && closed
}

async fn of_states(store: &Store, states: &[&str]) -> Result<Vec<(TaskRow, Task)>, StoreError> {
    let mut tasks = Vec::new();
    for state in states {
        let filter = TaskFilter {
            state: Some((*state).to_owned()),
        };
        for row in store.tasks(&filter, WATCHED).await? {
            match serde_json::from_str(&row.body) {
                Ok(task) => tasks.push((row, task)),
                Err(error) => tracing::error!(task = %row.key, %error, "a task does not read back"),
            }
        }
    }
    Ok(tasks)
}
