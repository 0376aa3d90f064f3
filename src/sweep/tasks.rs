//! Which tasks are watched. Their keys alone are listed, and each is read when its turn comes: thousands of tasks whole are a
//! burden.

use crate::core::ids::TaskKey;
use crate::core::task::{End, Stage, Task};
use crate::store::{Store, StoreError, TaskRow};

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
pub(super) async fn live(store: &Store) -> Result<Vec<TaskKey>, StoreError> {
    of_states(store, &LIVE).await
}

/// The tasks that people may still say something to, and some more of their states: [`is_watched`] tells.
pub(super) async fn watched(store: &Store) -> Result<Vec<TaskKey>, StoreError> {
    let mut keys = live(store).await?;
    keys.extend(of_states(store, &RESTING).await?);
    Ok(keys)
}

/// Whether people may still say something to a task: it is live, its pull request is open, or was closed and may be open again.
pub(super) fn is_watched(task: &Task, now: i64) -> bool {
    LIVE.contains(&task.state()) || has_open_pull(task) || may_be_reopened(task, now)
}

/// A task as it is now.
pub(super) async fn read(
    store: &Store,
    key: TaskKey,
) -> Result<Option<(TaskRow, Task)>, StoreError> {
    let Some(row) = store.task(key).await? else {
        return Ok(None);
    };
    match serde_json::from_str(&row.body) {
        Ok(task) => Ok(Some((row, task))),
        Err(error) => {
            tracing::error!(task = %row.key, %error, "a task does not read back");
            Ok(None)
        }
    }
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

async fn of_states(store: &Store, states: &[&str]) -> Result<Vec<TaskKey>, StoreError> {
    let mut keys = Vec::new();
    for state in states {
        keys.extend(store.task_keys(state, WATCHED).await?);
    }
    Ok(keys)
}
