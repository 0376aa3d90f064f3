//! What performing an effect came to. It must never say what follows from it: that is decided elsewhere.

use crate::core::agent::ErrorClass;
use crate::core::event::Event;
use crate::core::ids::SessionId;
use crate::core::usage::Report;

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

    /// There was nothing to do it with: the session's working copy is not there any more.
    pub(super) fn workspace_gone(session: &SessionId) -> Self {
        Self::known(Event::TurnFailed {
            session: session.clone(),
            class: ErrorClass::Workspace,
            say: String::new(),
            tail: Vec::new(),
            usage: Report::nothing(),
        })
    }
}
