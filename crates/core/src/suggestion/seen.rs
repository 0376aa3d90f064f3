//! How an issue and its suggestions stand on GitHub, and what follows from it for what is proposed: before anything is sent,
//! and after it was. What the issue has, what waits and what a person said no to is never sent.

use super::change::{Change, Suggestion};
use super::state::{Fate, Why};
use crate::label;

/// How things stood when they were read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Seen {
    /// Whether the issue is open.
    pub open: bool,
    /// The labels that it has.
    pub labels: Vec<String>,
    /// The type that it has.
    pub kind: Option<String>,
    /// The labels that the repository has.
    pub known_labels: Vec<String>,
    /// The types that there are.
    pub known_types: Vec<String>,
    /// The suggestions on the issue, in whatever state; `None` where GitHub takes none.
    pub held: Option<Vec<Held>>,
}

/// A suggestion that is on the issue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// What it proposes.
    pub change: Change,
    /// How it stands.
    pub state: HeldState,
}

/// How a suggestion stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HeldState {
    /// It waits for a person.
    Pending,
    /// It was done at once, without a person.
    Applied,
    /// A person approved it.
    Approved,
    /// A person said no.
    Dismissed,
    /// It counts no more, without anybody having said no.
    Void,
}

impl HeldState {
    /// A state in GitHub's words. One that is not known is taken for a no: in doubt nothing is proposed again.
    pub fn of(state: &str) -> Self {
        match state {
            "pending" => Self::Pending,
            "applied" => Self::Applied,
            "approved" => Self::Approved,
            "replaced" | "invalidated" => Self::Void,
            _ => Self::Dismissed,
        }
    }
}

/// What GitHub answered when a suggestion was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sent {
    /// It was taken, and the issue is as it was.
    Taken,
    /// It was left aside, because the issue has it already.
    Ignored,
    /// The issue has it now: it was done at once, or a person did it in the same moment.
    Done,
    /// It was refused.
    Refused(String),
}

impl Seen {
    fn has(&self, change: &Change) -> bool {
        match change {
            Change::Label { name } => label::has(&self.labels, name),
            Change::Type { name } => label::has(self.kind.as_slice(), name),
            Change::Duplicate { .. } => false,
        }
    }

    fn knows(&self, change: &Change) -> bool {
        match change {
            Change::Label { name } => label::has(&self.known_labels, name),
            Change::Type { name } => label::has(&self.known_types, name),
            Change::Duplicate { .. } => true,
        }
    }

    fn stands(&self, change: &Change, state: HeldState) -> bool {
        let held = self.held.iter().flatten();
        held.filter(|one| one.change.same(change))
            .any(|one| one.state == state)
    }
}

/// What becomes of a suggestion without anything being sent; `None`: it is to be sent.
pub fn before(suggestion: &Suggestion, seen: &Seen) -> Option<Fate> {
    let change = &suggestion.change;
    if matches!(change, Change::Duplicate { .. }) {
        return Some(Fate::Words(Why::OnlyPeople));
    }
    if seen.has(change) {
        // An earlier try of ours may have sent it.
        let at_once = seen.stands(change, HeldState::Applied);
        return Some(if at_once { Fate::Done } else { Fate::There });
    }
    if !seen.open {
        return Some(Fate::Closed);
    }
    if !seen.knows(change) {
        return Some(Fate::Words(Why::Unknown));
    }
    if seen.held.is_none() {
        return Some(Fate::Words(Why::NoSuggestions));
    }
    if seen.stands(change, HeldState::Pending) {
        return Some(Fate::Pending);
    }
    // Done and not there any more: a person took it off again.
    let refused = [
        HeldState::Dismissed,
        HeldState::Approved,
        HeldState::Applied,
    ];
    let refused = refused.into_iter().any(|state| seen.stands(change, state));
    refused.then_some(Fate::Dismissed)
}

/// What became of a suggestion that was sent, by what was read after it; `None`: nothing is to be seen of it.
pub fn after(suggestion: &Suggestion, sent: &Sent, seen: &Seen) -> Option<Fate> {
    let change = &suggestion.change;
    match sent {
        Sent::Refused(say) => return Some(Fate::Words(Why::Refused { say: say.clone() })),
        Sent::Ignored => return Some(Fate::There),
        Sent::Taken | Sent::Done => {}
    }
    if seen.stands(change, HeldState::Pending) {
        return Some(Fate::Pending);
    }
    if seen.has(change) || *sent == Sent::Done {
        return Some(Fate::Done);
    }
    let refused = seen.stands(change, HeldState::Dismissed);
    refused.then_some(Fate::Dismissed)
}
