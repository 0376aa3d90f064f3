//! Spans on their way out: one queue for the process, with a bound. Nobody waits for room in it.

use std::sync::OnceLock;

use tokio::sync::mpsc;

use super::span::Span;
use crate::meter;

/// So many spans wait at most; an issue makes some hundred.
const ROOM: usize = 8_192;

static OUT: OnceLock<mpsc::Sender<Span>> = OnceLock::new();

/// Where spans come out.
pub type Spans = mpsc::Receiver<Span>;

/// Spans are recorded from now on; answers where they come out. Nothing where somebody opened it before.
pub fn open() -> Option<Spans> {
    let (sender, receiver) = mpsc::channel(ROOM);
    OUT.set(sender).ok().map(|()| receiver)
}

/// Whether spans are recorded: where not, nobody need make one.
pub fn is_on() -> bool {
    OUT.get().is_some()
}

/// Tells of a span that is over. Where there is no room for it, it is counted and lost.
pub fn record(span: Span) {
    let Some(out) = OUT.get() else { return };
    if out.try_send(span).is_err() {
        meter::SPANS_DROPPED.add(&["queue"], 1);
    }
}
