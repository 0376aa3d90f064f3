//! Lets go of what was kept long enough: bodies of deliveries, lines of logs, and what tasks leave once work on them is over.
//!
//! It goes in small steps and pauses between them, so that nothing waits for it. It must never touch what is still on: that a
//! task is being forgotten is written down first, and each step asks whether it still is. A session's files go before the
//! rows that tell of them: killed in between, it finds them again.

use std::collections::HashSet;
use std::fmt::Display;
use std::time::Duration;

use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use super::Runner;
use crate::core::failure::Failure;
use crate::core::ids::{SessionId, TaskKey};
use crate::core::task::Task;
use crate::store::{SessionFilter, StoreError};

/// How often it is looked.
const EVERY: Duration = Duration::from_secs(10 * 60);
/// The pause between two steps, in which others write.
const PAUSE: Duration = Duration::from_millis(20);
/// In milliseconds.
const DAY: i64 = 24 * 3_600_000;
/// Tasks of one step.
const TASKS: i64 = 20;
/// More sessions than any task has.
const SESSIONS: i64 = 1_000;

/// What is removed row by row; moments are epoch milliseconds.
#[derive(Clone, Copy)]
enum Old {
    /// What was handled before, as of now.
    Deliveries { before: i64, now: i64 },
    /// Lines of all session logs from before.
    Lines(i64),
    /// Entries of the audit from before, as of now.
    Audit { before: i64, now: i64 },
}

impl Runner {
    /// Lets go of what is old, from time to time, until cancelled.
    pub async fn keep_tidy(self, cancel: CancellationToken) {
        let rounds = async {
            loop {
                sleep(EVERY).await;
                self.forget_old().await;
            }
        };
        cancel.run_until_cancelled(rounds).await;
    }

    /// Lets go of all that is old now.
    pub async fn forget_old(&self) {
        let (now, kept) = ((self.services.clock)(), self.services.retention);
        let before = now - kept.deliveries_ms;
        let deliveries = Old::Deliveries { before, now };
        say("deliveries", self.prune(deliveries).await);
        say("log", self.prune(Old::Lines(now - kept.logs_ms)).await);
        say("audit", self.forget_audit(now).await);
        say("tasks", self.forget_past(now - kept.sessions_ms).await);
    }

    /// Takes steps until none is left; answers how many rows went.
    async fn prune(&self, old: Old) -> Result<u64, StoreError> {
        let (store, mut rows) = (&self.services.store, 0);
        loop {
            let done = match old {
                Old::Deliveries { before, now } => store.prune_inbox(before, now).await?,
                Old::Lines(before) => store.prune_log(before).await?,
                Old::Audit { before, now } => store.prune_audit(before, now).await?,
            };
            rows += done.rows;
            if !done.more {
                return Ok(rows);
            }
            sleep(PAUSE).await;
        }
    }

    /// Once the oldest entry is a day too old: each time leaves an entry of its own.
    async fn forget_audit(&self, now: i64) -> Result<u64, StoreError> {
        let before = now - self.services.retention.audit_ms;
        let oldest = self.services.store.audit_rows(0, 1).await?;
        match oldest.first().is_some_and(|row| row.at < before - DAY) {
            true => self.prune(Old::Audit { before, now }).await,
            false => Ok(0),
        }
    }

    /// One task that cannot be forgotten does not keep the others.
    async fn forget_past(&self, before: i64) -> Result<u64, Failure> {
        let store = &self.services.store;
        let (mut forgotten, mut left) = (0, HashSet::new());
        loop {
            let limit = TASKS.saturating_add_unsigned(left.len() as u64);
            let mut tasks = store.past_tasks(before, limit).await?;
            tasks.retain(|key| !left.contains(key));
            if tasks.is_empty() {
                return Ok(forgotten);
            }
            for key in tasks {
                match self.forget_task(key, before).await {
                    Ok(true) => forgotten += 1,
                    Ok(false) => {
                        left.insert(key);
                    }
                    Err(error) => {
                        tracing::warn!(task = %key, %error, "what its sessions left cannot be removed");
                        left.insert(key);
                    }
                }
                sleep(PAUSE).await;
            }
        }
    }

    /// Removes what a task's sessions have left, and its past. False when work on it is not over, or it has changed since
    /// `before` (epoch milliseconds), which may be found at any step.
    ///
    /// # Errors
    /// What the database or the disk says; the next round goes on where this one ended.
    pub async fn forget_task(&self, key: TaskKey, before: i64) -> Result<bool, Failure> {
        let store = &self.services.store;
        if self.has_open_pull(key).await? || !store.begin_forgetting(key, before).await? {
            return Ok(false);
        }
        let of_task = SessionFilter {
            task: Some(key),
            live: Some(false),
            ..SessionFilter::default()
        };
        for row in store.sessions(&of_task, SESSIONS).await? {
            if !self.forget_session(&row.id, before).await? {
                return Ok(false);
            }
        }
        Ok(store.forget_past(key, before).await?)
    }

    /// Whether people may go on with the task by its pull request: a review sends its agent back to work.
    async fn has_open_pull(&self, key: TaskKey) -> Result<bool, Failure> {
        let row = self.services.store.task(key).await?;
        let task = row.and_then(|row| serde_json::from_str::<Task>(&row.body).ok());
        Ok(task.is_some_and(|task| task.has_open_pull()))
    }

    /// Removes what one session has on the disk, and its log. While a step asks and removes no effect is begun: one of a task
    /// that was taken up again since would work in what is being removed.
    async fn forget_session(&self, session: &SessionId, before: i64) -> Result<bool, Failure> {
        let (services, key) = (&self.services, session.task());
        let removing = self.removing.lock().await;
        if !services.store.begin_forgetting(key, before).await? {
            return Ok(false);
        }
        let workspace = services.folders.workspace(session);
        let git = &services.git;
        git.remove_session(key.repository, session, &workspace)
            .await?;
        git.discard(&services.folders.session(session)).await?;
        drop(removing);
        loop {
            let removing = self.removing.lock().await;
            if !services.store.begin_forgetting(key, before).await? {
                return Ok(false);
            }
            let done = services.store.prune_log_of(session).await?;
            drop(removing);
            if !done.more {
                return Ok(true);
            }
            sleep(PAUSE).await;
        }
    }
}

fn say(what: &str, done: Result<u64, impl Display>) {
    match done {
        Ok(0) => {}
        Ok(count) => tracing::info!(what, count, "what was kept long enough is gone"),
        Err(error) => {
            tracing::warn!(what, %error, "what was kept long enough could not be removed")
        }
    }
}
