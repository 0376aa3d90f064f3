//! Bells: something was committed that somebody may be waiting for.
//!
//! A bell carries nothing and may ring for nothing. Whoever hears it looks into the database; whoever must not miss
//! anything also looks from time to time, because another process rings no bell here.

use tokio::sync::watch;

/// A bell with any number of listeners.
#[derive(Debug, Clone)]
pub(super) struct Wake(watch::Sender<u64>);

impl Wake {
    pub(super) fn new() -> Self {
        Self(watch::Sender::new(0))
    }

    /// Rings it. Never waits.
    pub(super) fn ring(&self) {
        self.0.send_modify(|rung| *rung = rung.wrapping_add(1));
    }

    /// A listener that hears every ring from now on (several in a row may be heard as one).
    pub(super) fn listen(&self) -> watch::Receiver<u64> {
        self.0.subscribe()
    }
}
