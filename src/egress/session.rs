//! What belongs to one session: its list, its book, its bounds.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::bounds::Bounds;
use super::resolver::Resolve;
use super::upstream::Upstream;
use crate::core::egress::{
    AllowList, Denial, Denied, Ledger, Outcome, Report, Rule, Sighting, Target,
};
use crate::core::time::Clock;

/// Names looked up at once; the system's way holds a thread for each.
const RESOLVING: usize = 4;

/// What all sessions have in common.
#[derive(Clone)]
pub(super) struct Parts {
    pub(super) clock: Clock,
    pub(super) bounds: Bounds,
    pub(super) resolver: Arc<dyn Resolve>,
    pub(super) upstream: Arc<Upstream>,
}

/// One session.
pub(super) struct Session {
    pub(super) parts: Parts,
    pub(super) resolving: Semaphore,
    list: Mutex<Arc<AllowList>>,
    ledger: Mutex<Ledger>,
    // Bounded by the book: it tells of no more than it keeps, and of each a few times.
    tell: UnboundedSender<Denial>,
    room: Arc<Semaphore>,
    moved: AtomicU64,
}

impl Session {
    pub(super) fn new(parts: Parts, list: AllowList) -> (Arc<Self>, UnboundedReceiver<Denial>) {
        let (tell, told) = unbounded_channel();
        let session = Self {
            room: Arc::new(Semaphore::new(parts.bounds.connections)),
            parts,
            resolving: Semaphore::new(RESOLVING),
            list: Mutex::new(Arc::new(list)),
            ledger: Mutex::default(),
            tell,
            moved: AtomicU64::new(0),
        };
        (Arc::new(session), told)
    }

    pub(super) fn list(&self) -> Arc<AllowList> {
        Arc::clone(&lock(&self.list))
    }

    pub(super) fn allow(&self, rules: impl IntoIterator<Item = Rule>) {
        Arc::make_mut(&mut lock(&self.list)).extend(rules);
    }

    pub(super) fn report(&self) -> Report {
        lock(&self.ledger).report()
    }

    /// A connection's place, if there is one.
    pub(super) fn enter(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.room).try_acquire_owned().ok()
    }

    /// Writes a request down, and tells of a refusal that is new.
    pub(super) fn note(&self, target: Option<&Target>, outcome: Outcome) -> Sighting {
        let sighting = Sighting {
            target: target.cloned(),
            outcome,
        };
        let told = lock(&self.ledger).note(sighting.clone(), (self.parts.clock)());
        if let Some(denial) = told {
            // Nobody may be listening any more.
            let _ = self.tell.send(denial);
        }
        sighting
    }

    /// Writes a refusal down.
    pub(super) fn deny(&self, target: Option<&Target>, why: &Denied) {
        self.note(target, Outcome::Denied(why.clone()));
    }

    /// Adds bytes to what a request moved.
    pub(super) fn moved(&self, sighting: &Sighting, bytes: (u64, u64)) {
        lock(&self.ledger).moved(sighting, bytes, (self.parts.clock)());
    }

    /// Counts bytes; false once there were too many.
    pub(super) fn count(&self, bytes: u64) -> bool {
        let before = self.moved.fetch_add(bytes, Ordering::Relaxed);
        before.saturating_add(bytes) <= self.parts.bounds.bytes
    }

    /// Whether no byte more may pass.
    pub(super) fn is_spent(&self) -> bool {
        self.moved.load(Ordering::Relaxed) > self.parts.bounds.bytes
    }
}

/// None of these locks is held while something is awaited, and nothing under them panics.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
