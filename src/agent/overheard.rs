//! What the sandbox of a command refused it, all at once when the command is gone: by its proxy and by the kernel.
//!
//! For a session each refusal is told as it comes; it must never be what an agent's own attempts are told by.

use std::sync::Arc;

use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use crate::core::containment::Attempt;
use crate::core::egress::Denial;
use crate::gateway::{News, Tell};

/// What has been told so far and is not looked at yet.
#[derive(Default)]
pub(super) struct Overheard {
    /// By the proxy.
    pub(super) denials: Option<UnboundedReceiver<Denial>>,
    /// By the kernel and at decoys.
    pub(super) attempts: Option<UnboundedReceiver<(Attempt, u64)>>,
}

/// Keeps what is told until the command is gone.
pub(super) fn keeping() -> (Tell, UnboundedReceiver<(Attempt, u64)>) {
    let (keep, kept) = unbounded_channel();
    let tell: Tell = Arc::new(move |news| {
        if let News::Attempted(attempt, count) = news {
            // Whoever does not look any more misses nothing.
            let _kept = keep.send((attempt, count));
        }
    });
    (tell, kept)
}

impl Overheard {
    /// All of it, each as often as it was told, with how often it had happened by then.
    pub(super) fn all(mut self) -> Vec<(Attempt, u64)> {
        let denial = || self.denials.as_mut()?.try_recv().ok();
        let denied = std::iter::from_fn(denial).map(|denial| (denial.attempt(), denial.count));
        let mut all: Vec<(Attempt, u64)> = denied.collect();
        let attempt = || self.attempts.as_mut()?.try_recv().ok();
        all.extend(std::iter::from_fn(attempt));
        all
    }
}
