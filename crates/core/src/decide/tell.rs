//! What a decision on one task has other tasks told: each becomes a fact of theirs, in the same transaction.

use crate::dependency::Named;
use crate::event::Event;
use crate::location::Place;
use crate::sprint::SprintNews;

/// Something that another task is told.
#[derive(Debug, Clone, PartialEq)]
pub struct Tell {
    /// Which.
    pub place: Place,
    /// What.
    pub event: Event,
}

impl Tell {
    /// News of a sprint, for an issue of the same installation.
    pub(super) fn of_sprint(from: &Place, to: &Named, news: SprintNews) -> Self {
        Self::new(from, to, Event::Sprint(news))
    }

    /// News for an issue of the same installation.
    pub(super) fn new(from: &Place, to: &Named, event: Event) -> Self {
        let place = Place {
            installation: from.installation,
            repository: to.key.repository,
            name: to.name.clone(),
            issue: to.key.issue,
        };
        Self { place, event }
    }
}
