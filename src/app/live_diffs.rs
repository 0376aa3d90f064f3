//! What sessions at work have changed so far, for all who look at their pages.
//!
//! To compare a whole working copy costs something: it is done for one session at a time, rests many times as long as it took, and
//! what came of it is shared. It must never hold a page up for longer than [`PATIENCE`]: while another one is compared, a page shows what
//! was found before.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Semaphore;
use tokio::time::{Instant, timeout};

use crate::core::ids::SessionId;
use crate::core::task::Task;
use crate::core::text::pages::Diff;
use crate::git::UnfinishedSpec;
use crate::runner::Services;

/// What was found holds at least so long, …
const HOLDS: Duration = Duration::from_secs(2);
/// … and so many times as long as it took.
const REST: u32 = 20;
/// How long one comparison may take.
const PATIENCE: Duration = Duration::from_secs(6);
/// What nobody has looked at for so long is forgotten.
const KEPT: Duration = Duration::from_secs(120);

struct Held {
    found: Instant,
    until: Instant,
    diff: Option<Diff>,
}

/// By session.
pub(super) struct LiveDiffs {
    held: Mutex<HashMap<SessionId, Held>>,
    /// Whoever compares.
    turn: Semaphore,
}

impl Default for LiveDiffs {
    fn default() -> Self {
        Self {
            held: Mutex::default(),
            turn: Semaphore::new(1),
        }
    }
}

impl LiveDiffs {
    /// What the working copy of the session in hand differs in from where it began; `None` where there is none, or it takes too long.
    pub(super) async fn of(&self, services: &Services, task: &Task) -> Option<Diff> {
        let job = task.job()?;
        let base = job.workspace.as_ref().map(|laid_out| &laid_out.from)?;
        let now = Instant::now();
        let known = self.known(&job.session, now);
        let turn = match &known {
            Some(_) => self.turn.try_acquire().ok(),
            None => timeout(PATIENCE, self.turn.acquire()).await.ok()?.ok(),
        };
        let Some(_turn) = turn else {
            return known.and_then(|(diff, _)| diff);
        };
        if let Some((diff, true)) = known {
            return diff;
        }
        let spec = UnfinishedSpec {
            session: job.session.clone(),
            repository: task.place.repository,
            base: base.clone(),
            workspace: services.folders.workspace(&job.session),
            ignore: services.ignore.clone(),
        };
        let diff = look(services, &spec).await;
        let took = now.elapsed();
        let one = Held {
            found: now,
            until: Instant::now() + HOLDS.max(took * REST),
            diff: diff.clone(),
        };
        self.held().insert(job.session.clone(), one);
        diff
    }

    /// What was found last, and whether it holds still.
    fn known(&self, session: &SessionId, now: Instant) -> Option<(Option<Diff>, bool)> {
        let mut held = self.held();
        held.retain(|_, one| now.saturating_duration_since(one.found) < KEPT);
        let known = held.get(session)?;
        Some((known.diff.clone(), now < known.until))
    }

    fn held(&self) -> MutexGuard<'_, HashMap<SessionId, Held>> {
        // Every change is complete when the lock is released.
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn look(services: &Services, spec: &UnfinishedSpec) -> Option<Diff> {
    let found = timeout(PATIENCE, services.git.unfinished(spec)).await;
    let found = match found {
        Ok(Ok(found)) => found,
        Ok(Err(error)) => {
            tracing::debug!(session = %spec.session, %error, "what a session has changed so far could not be read");
            return None;
        }
        Err(_) => {
            tracing::debug!(session = %spec.session, "what a session has changed so far takes too long to read");
            return None;
        }
    };
    let patch = String::from_utf8_lossy(&found.patch);
    let mut diff = Diff::of(&services.redactor.redact(&patch), !found.cut);
    diff.more += found.more;
    Some(diff)
}
