//! What sessions of a task have proposed about its issue, and what became of it.

use serde::{Deserialize, Serialize};

use super::LABELS;
use super::change::{Change, Suggestion};
use crate::ids::SessionId;

/// So many are kept of those that are over.
const MOST: usize = 30;

/// All of it, the oldest first.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Suggested {
    /// The suggestions; each change is there once.
    pub all: Vec<Made>,
}

/// One of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Made {
    /// The session that made it.
    pub session: SessionId,
    /// What is proposed.
    pub suggestion: Suggestion,
    /// What became of it.
    pub fate: Fate,
}

/// What became of a suggestion.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fate {
    /// Nothing yet.
    Waiting,
    /// It is being brought to GitHub.
    Asking,
    /// It waits on GitHub for a person.
    Pending,
    /// The issue had it already.
    There,
    /// A person had said no to it, or taken it off again.
    Dismissed,
    /// The issue was closed.
    Closed,
    /// The issue has it now, though it was only to be proposed: GitHub did it at once, or a person did.
    Done,
    /// It is told in words alone.
    Words(Why),
}

/// Why a suggestion is told in words alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// GitHub lets nobody propose that.
    OnlyPeople,
    /// This GitHub, or this repository, takes no suggestions.
    NoSuggestions,
    /// Label or type are not there any more.
    Unknown,
    /// It was sent, and nothing is to be seen of it.
    NotTaken,
    /// It was not sent, because another one was done at once instead of being kept for a person.
    NotSafe,
    /// GitHub refused it, or could not be reached.
    Refused {
        /// In words for people.
        say: String,
    },
}

impl Suggested {
    /// Whether nothing was ever proposed.
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// Takes in what a session proposes; answers how many were left out, because the session has proposed enough labels.
    /// A change that was proposed before is proposed anew, unless it is just under way.
    pub fn add(&mut self, session: &SessionId, suggestions: &[Suggestion]) -> usize {
        let mut left_out = 0;
        for suggestion in suggestions {
            let same = |one: &Made| one.suggestion.change.same(&suggestion.change);
            if self
                .all
                .iter()
                .any(|one| same(one) && one.fate == Fate::Asking)
            {
                continue;
            }
            self.all.retain(|one| !same(one));
            let is_label = |change: &Change| matches!(change, Change::Label { .. });
            let of_it = self.all.iter().filter(|one| one.session == *session);
            let labels = of_it.filter(|one| is_label(&one.suggestion.change)).count();
            if is_label(&suggestion.change) && labels >= LABELS {
                left_out += 1;
                continue;
            }
            self.all.push(Made {
                session: session.clone(),
                suggestion: suggestion.clone(),
                fate: match suggestion.change {
                    Change::Duplicate { .. } => Fate::Words(Why::OnlyPeople),
                    Change::Label { .. } | Change::Type { .. } => Fate::Waiting,
                },
            });
        }
        let mut surplus = self.all.len().saturating_sub(MOST);
        self.all.retain(|one| {
            let goes = surplus > 0 && one.is_over();
            surplus -= usize::from(goes);
            !goes
        });
        left_out
    }

    /// Those that can be brought to GitHub now, which are under way from here on; none while others are.
    pub fn begin(&mut self) -> Vec<Suggestion> {
        if self.all.iter().any(|one| one.fate == Fate::Asking) {
            return Vec::new();
        }
        let waiting = self.all.iter_mut().filter(|one| one.fate == Fate::Waiting);
        let begin = |one: &mut Made| {
            one.fate = Fate::Asking;
            one.suggestion.clone()
        };
        waiting.map(begin).collect()
    }

    /// Writes down what became of those under way; answers whether there were any.
    pub fn end(&mut self, fate: impl Fn(&Change) -> Fate) -> bool {
        let mut any = false;
        for one in self.all.iter_mut().filter(|one| one.fate == Fate::Asking) {
            one.fate = fate(&one.suggestion.change);
            any = true;
        }
        any
    }

    /// The repository is not ours any more.
    pub fn give_up(&mut self, say: &str) {
        let open = self.all.iter_mut().filter(|one| !one.is_over());
        for one in open {
            let say = say.to_owned();
            one.fate = Fate::Words(Why::Refused { say });
        }
    }
}

impl Made {
    fn is_over(&self) -> bool {
        !matches!(self.fate, Fate::Waiting | Fate::Asking)
    }
}
