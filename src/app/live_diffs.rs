//! What sessions at work have changed so far, for all who look at their pages.
//!
//! To compare a whole working copy costs something: it is done for one session after the other, rests many times as long as it took,
//! and what came of it is shared. It must never hold a page up for longer than [`PATIENCE`].

use std::collections::HashMap;
use std::time::Duration;

use tokio::sync::Mutex;
use tokio::time::Instant;

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
#[derive(Default)]
pub(super) struct LiveDiffs(Mutex<HashMap<SessionId, Held>>);

impl LiveDiffs {
    /// What the working copy of the session in hand differs in from where it began; `None` where there is none, or it takes too long.
    pub(super) async fn of(&self, services: &Services, task: &Task) -> Option<Diff> {
        let job = task.job()?;
        let base = job.workspace.as_ref().map(|laid_out| &laid_out.from)?;
        let mut held = self.0.lock().await;
        let now = Instant::now();
        held.retain(|_, one| now.saturating_duration_since(one.found) < KEPT);
        let known = held.get(&job.session);
        if let Some(known) = known.filter(|known| now < known.until) {
            return known.diff.clone();
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
        held.insert(job.session.clone(), one);
        diff
    }
}

async fn look(services: &Services, spec: &UnfinishedSpec) -> Option<Diff> {
    let found = tokio::time::timeout(PATIENCE, services.git.unfinished(spec)).await;
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
