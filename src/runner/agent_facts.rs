//! Facts about an agent at work, on their way into the inbox. Their ids derive from the claim, so that each is stored once.

use std::sync::atomic::{AtomicUsize, Ordering};

use super::lease::Lease;
use crate::core::event::{Event, Fact};
use crate::core::location::Place;
use crate::core::time::Clock;
use crate::store::{InboxKind, NewInbox, Store, StoreError};

/// Who states facts about an agent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Source {
    /// Its tools.
    Tools,
    /// What it streams.
    Stream,
    /// Its last message.
    End,
    /// The fetch of the repository it will work in.
    Fetch,
}

impl Source {
    /// How the ids of all facts begin that it stated about an effect, in whichever try of it.
    pub(super) fn prefix(self, effect: &str) -> String {
        match self {
            Self::Tools => format!("tool:{effect}:"),
            Self::Stream => format!("agent:{effect}:"),
            Self::End => format!("end:{effect}:"),
            Self::Fetch => format!("fetch:{effect}:"),
        }
    }
}

/// States facts about one turn, or about what goes before the first.
pub(super) struct AgentFacts {
    store: Store,
    clock: Clock,
    place: Place,
    prefix: String,
    stated: AtomicUsize,
}

impl AgentFacts {
    /// For a claimed effect.
    pub(super) fn new(store: &Store, clock: &Clock, source: Source, lease: &Lease) -> Self {
        Self {
            store: store.clone(),
            clock: clock.clone(),
            place: lease.place().clone(),
            prefix: format!("{}{}", source.prefix(lease.id()), lease.row().fence()),
            stated: AtomicUsize::new(0),
        }
    }

    /// Stores a fact; it is durable when this returns.
    pub(super) async fn state(&self, event: Event, name: &str) -> Result<(), StoreError> {
        let number = self.stated.fetch_add(1, Ordering::Relaxed);
        let fact = NewInbox {
            id: format!("{}:{number}", self.prefix),
            kind: InboxKind::Agent,
            name: name.to_owned(),
            task: Some(self.place.task()),
            body: Fact {
                place: self.place.clone(),
                event,
            }
            .to_json(),
            received_at: (self.clock)(),
        };
        self.store.accept(fact).await.map(drop)
    }
}
