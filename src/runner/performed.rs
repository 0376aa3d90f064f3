//! What performing an effect came to. It must never say what follows from it: that is decided elsewhere.

use crate::core::event::Event;

/// What performing came to.
pub(super) enum Performed {
    /// Done; nothing follows.
    Done,
    /// Done; this is known now.
    Known(Box<Event>),
    /// Interrupted by the service's own stop: to be taken up again at the next start.
    Interrupted,
}

impl Performed {
    /// Done, with news.
    pub(super) fn known(event: Event) -> Self {
        Self::Known(Box::new(event))
    }
}
