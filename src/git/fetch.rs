//! The fetch itself: all branches, with a time limit that fits how much there is to come, and without leftovers when it
//! fails.
//!
//! The first fetch of a large repository takes long and is told as it goes; it may be slow, but not silent. It must never
//! run twice at once on one mirror: what an interrupted one left is cleared by the next.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::Git;
use super::disk::on_disk;
use super::error::GitError;
use super::fetch_locks::{Alone, FetchWatch, Turn};
use super::leftovers::{clear_leftovers, clear_packs, half_fetched, is_at_work};
use super::partial::is_partial;
use super::process::{Call, OWING};
use super::refs::is_any_below;
use super::remote::{Fetch, classify};
use crate::core::ids::RepositoryId;

/// Every branch, under its own name.
const BRANCHES: &str = "+refs/heads/*:refs/heads/*";

impl Git {
    /// How far the long fetches of a repository are, whoever asked for them.
    pub fn watch_fetch(&self, repository: RepositoryId) -> FetchWatch {
        FetchWatch::of(self.inner.fetches.of(repository))
    }

    /// How much a fetch that is under way has brought so far, bytes.
    pub async fn half_fetched(&self, repository: RepositoryId) -> u64 {
        let mirror = self.mirror_path(repository);
        let looked = on_disk("look at the mirror", move || Ok(half_fetched(&mirror)));
        looked.await.unwrap_or(0)
    }

    /// Fetches all branches into the mirror, in a turn of its own.
    pub(super) async fn fetch_branches(&self, fetch: Fetch<'_>) -> Result<(), GitError> {
        let call = Call::new("fetch").arg("--prune");
        let partial = is_partial(fetch.mirror);
        let from = if partial { OWING } else { &fetch.remote.url };
        if partial || !is_any_below(fetch.mirror, "refs/heads") {
            let call = call.arg("--progress").told(fetch.turn.told());
            return self.fetch_long(fetch, call, &[from, BRANCHES]).await;
        }
        self.run_fetch(fetch, call.arg("--quiet"), &[from, BRANCHES])
            .await
    }

    /// A fetch that may take as long as the first of a repository.
    pub(super) async fn fetch_long(
        &self,
        fetch: Fetch<'_>,
        call: Call,
        what: &[&str],
    ) -> Result<(), GitError> {
        let limit = self.inner.first_fetch;
        let fetched = self.run_fetch(fetch, call.timeout(limit), what).await;
        fetched.map_err(|error| match error {
            GitError::Timeout { .. } => GitError::FirstFetch { after: limit },
            other => other,
        })
    }

    async fn run_fetch(&self, fetch: Fetch<'_>, call: Call, what: &[&str]) -> Result<(), GitError> {
        let Fetch {
            remote,
            mirror,
            turn,
        } = fetch;
        let unfinished = Unfinished::of(mirror, turn);
        clear(mirror, clear_packs).await?;
        let mut call = call
            .args([
                "--no-tags",
                "--no-write-fetch-head",
                "--no-auto-maintenance",
            ])
            .arg("--no-recurse-submodules");
        if is_partial(mirror) {
            call = call
                .arg("--filter=blob:none")
                .config(format!("remote.{OWING}.url={}", remote.url));
        }
        // What the host serves and every clone takes is not ours to refuse: one flawed object of long ago would shut the whole
        // repository out. That all is there is still proved, a checkout still refuses paths that attack it, and what an agent
        // hands in is held to the full rules (see `bundle`).
        let call = call
            .config("fetch.fsckObjects=false")
            .arg("--end-of-options")
            .args(what);
        let ended = self.run_remote(remote, mirror, call).await;
        unfinished.has_ended();
        let error = match ended {
            Ok(outcome) if outcome.success => return Ok(()),
            Ok(outcome) => classify(&outcome),
            Err(error) => error,
        };
        clear(mirror, clear_packs).await?;
        if matches!(error, GitError::Locked { .. }) {
            // Whoever made a lock this old was killed: no process of ours lives longer than the longest timeout. Where none is at
            // work any more, that is so of every lock: one that a dying process made after the start had cleared them.
            let long = self.inner.program.timeout.max(self.inner.first_fetch);
            let work = move |mirror: &Path| match is_at_work(mirror) {
                true => clear_leftovers(mirror, long),
                false => clear_leftovers(mirror, Duration::ZERO),
            };
            clear(mirror, work).await?;
        }
        Err(error)
    }
}

/// A fetch that is under way. Given up, it leaves half a pack, which may be what fills the disk: that goes at once, and the
/// turn lasts until it has.
struct Unfinished(Option<(PathBuf, Alone)>);

impl Unfinished {
    fn of(mirror: &Path, turn: &Turn<'_>) -> Self {
        Self(Some((mirror.to_owned(), turn.alone())))
    }

    /// It was not given up: whoever ran it clears what is left.
    fn has_ended(mut self) {
        self.0 = None;
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        let (Some((mirror, alone)), Ok(runtime)) =
            (self.0.take(), tokio::runtime::Handle::try_current())
        else {
            return;
        };
        // The git that wrote it is gone: this was made before the call, so it is dropped after it.
        runtime.spawn_blocking(move || {
            clear_packs(&mirror);
            drop(alone);
        });
    }
}

async fn clear(mirror: &Path, work: impl FnOnce(&Path) + Send + 'static) -> Result<(), GitError> {
    let mirror = mirror.to_owned();
    on_disk("clear the mirror", move || {
        work(&mirror);
        Ok(())
    })
    .await
}
