//! A mirror is fetched by one at a time, and all who wait for it see how far it is.

use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use tokio::sync::{OwnedMutexGuard, watch};

use super::error::GitError;
use super::per_repository::PerRepository;
use super::pipe::Told;
use crate::core::event::FetchProgress;

/// One for each repository whose mirror somebody is at.
pub(super) type FetchLocks = PerRepository<Fetching>;

/// One repository's.
pub(super) type FetchLock = Arc<Fetching>;

/// Why a fetch was given up that others were waiting for.
type GivenUp = Arc<OnceLock<GitError>>;

/// Whose turn it is, and how far they are.
#[derive(Debug, Default)]
pub(super) struct Fetching {
    turn: Arc<tokio::sync::Mutex<()>>,
    /// Of the next fetch that is given up: whoever begins to wait holds it.
    next: Mutex<GivenUp>,
    told: Told,
}

/// Nobody else is at the mirror as long as it is held.
pub(super) type Alone = Arc<OwnedMutexGuard<()>>;

/// A turn at the mirror.
#[derive(Debug)]
pub(super) struct Turn<'a> {
    alone: Alone,
    fetching: &'a Fetching,
    given_up: GivenUp,
}

impl Turn<'_> {
    /// For what outlives this turn and still wants the mirror for itself.
    pub(super) fn alone(&self) -> Alone {
        Arc::clone(&self.alone)
    }

    /// Where progress is told.
    pub(super) fn told(&self) -> &Told {
        &self.fetching.told
    }

    /// Whether a fetch may begin. Errors: how one ended that took all of its time while this turn was waited for. With a
    /// time of its own for each who waits, one large repository would keep all who wait for hours.
    pub(super) fn may_fetch(&self) -> Result<(), GitError> {
        self.given_up.get().map_or(Ok(()), |why| Err(why.clone()))
    }

    /// Passes on how a fetch of this turn ended; one that took all of its time has ended for all who wait.
    pub(super) fn ended(&self, how: Result<(), GitError>) -> Result<(), GitError> {
        if let Err(error @ GitError::FirstFetch { .. }) = &how {
            let given_up = std::mem::take(&mut *self.fetching.next());
            // Nobody else sets it: it was the next one until now.
            let _ = given_up.set(error.clone());
        }
        how
    }
}

impl Fetching {
    fn next(&self) -> MutexGuard<'_, GivenUp> {
        self.next.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for its turn at the mirror, which lasts as long as it is held.
    pub(super) async fn turn(&self) -> Turn<'_> {
        let given_up = self.next().clone();
        Turn {
            alone: Arc::new(Arc::clone(&self.turn).lock_owned().await),
            fetching: self,
            given_up,
        }
    }
}

/// Sees how far the long fetches of one repository are.
#[derive(Debug)]
pub struct FetchWatch {
    /// As long as it is held, whoever fetches tells it here.
    _fetching: FetchLock,
    seen: watch::Receiver<Option<FetchProgress>>,
}

impl FetchWatch {
    pub(super) fn of(fetching: FetchLock) -> Self {
        let mut seen = fetching.told.subscribe();
        // Whoever comes late sees how far it is by then.
        seen.mark_changed();
        Self {
            seen,
            _fetching: fetching,
        }
    }

    /// Waits until a fetch is further than it was seen last.
    pub async fn next(&mut self) -> FetchProgress {
        loop {
            if self.seen.changed().await.is_err() {
                // Not while the other end is held here.
                std::future::pending::<()>().await;
            }
            if let Some(progress) = *self.seen.borrow_and_update() {
                return progress;
            }
        }
    }
}
