//! What people hear of a task that waits.

use super::reason::Reason;

/// What people are told of a task that waits.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Told {
    /// Its place, from 1, among all that wait; `None` when it is not in line for a slot.
    pub place: Option<(i64, i64)>,
    /// What it waits for.
    pub reason: Reason,
    /// In how long it may start, milliseconds; `None` when nobody can tell.
    pub within: Option<i64>,
}

impl Told {
    /// Held back, for a reason.
    pub fn held(reason: Reason) -> Self {
        Self {
            place: None,
            reason,
            within: None,
        }
    }

    /// Whether it is news for people who were told something else before. That the end of a long queue moves up is none.
    pub(super) fn is_news(&self, before: Option<&Self>) -> bool {
        let Some(before) = before else {
            return true;
        };
        match self.place {
            _ if before.reason != self.reason => true,
            Some((position, _)) => super::worth_telling(before.place, position),
            None => before.place.is_some(),
        }
    }
}
