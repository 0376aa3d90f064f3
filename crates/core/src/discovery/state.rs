//! What a task has promised to make, and how far that is. One is made at a time, so that it is known which of them an effect
//! that failed was for, and each behind all that it waits for, so that its text can name their numbers.

use serde::{Deserialize, Serialize};

use super::facts::Promised;
use super::issue::{Awaited, NewIssue};
use crate::actor::Actor;
use crate::ids::{IssueNumber, SessionId};

/// So many are remembered; the oldest that are over are forgotten first.
const MOST: usize = 300;

/// What a task has promised to make.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Discovered {
    /// How many batches there were.
    pub batches: u32,
    /// How many issues before this one were found one by the other; 0 for one that a person opened.
    #[serde(default)]
    pub generation: u32,
    /// The issues, in the order in which they were promised.
    pub issues: Vec<Found>,
}

/// One issue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Found {
    /// Its batch, from 1.
    pub batch: u32,
    /// Its place there, from 0.
    pub place: usize,
    /// Who found it.
    pub origin: Origin,
    /// Its title.
    pub title: String,
    /// By whose right it starts by itself, if it does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start: Option<Actor>,
    /// How far it is.
    pub state: FoundState,
}

/// Who found an issue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// A session.
    Session(SessionId),
    /// A task list.
    List,
    /// Recurring work of the repository's file, by its name there.
    Recurring(String),
}

/// How far an issue is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "is")]
pub enum FoundState {
    /// It is to be made.
    Waiting {
        /// As what.
        new: Box<NewIssue>,
    },
    /// It is being made.
    Making,
    /// It is there.
    Made {
        /// Its number.
        number: IssueNumber,
        /// Whether all that follows from that was done.
        told: bool,
    },
    /// It could not be made.
    Failed {
        /// Why, for people.
        say: String,
        /// Whether people were told.
        told: bool,
    },
}

/// What is to be done next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Next {
    /// The issue at this place of the list is made now; it waits for these, as they are written.
    Make(usize, Vec<String>),
    /// The one at the first place cannot be made, because the one at the second could not.
    GiveUp(usize, usize),
    /// The one at this place is there.
    Start(usize),
    /// People are told what of this batch could not be made.
    Tell(u32),
}

impl Found {
    /// What it is known by outside.
    pub fn key(&self) -> String {
        format!("{}.{}", self.batch, self.place.saturating_add(1))
    }

    /// Whether nothing is done about it any more.
    pub fn is_over(&self) -> bool {
        matches!(
            self.state,
            FoundState::Made { .. } | FoundState::Failed { .. }
        )
    }

    /// Its number, once it is there.
    pub fn number(&self) -> Option<IssueNumber> {
        match self.state {
            FoundState::Made { number, .. } => Some(number),
            FoundState::Waiting { .. } | FoundState::Making | FoundState::Failed { .. } => None,
        }
    }
}

impl Discovered {
    /// Whether nothing was ever found, here or on the way here.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Takes a batch in; answers its number.
    pub fn add(&mut self, issues: &[NewIssue], origin: &Origin, start: Option<&Actor>) -> u32 {
        self.batches = self.batches.saturating_add(1);
        let batch = self.batches;
        let found = issues.iter().enumerate().map(|(place, new)| Found {
            batch,
            place,
            origin: origin.clone(),
            title: new.title.clone(),
            start: start.cloned(),
            state: FoundState::Waiting {
                new: Box::new(new.clone()),
            },
        });
        self.issues.extend(found);
        let mut surplus = self.issues.len().saturating_sub(MOST);
        self.issues.retain(|one| {
            let goes = surplus > 0 && one.is_over() && one.batch != batch;
            surplus -= usize::from(goes);
            !goes
        });
        batch
    }

    /// What is to be done next, if anything.
    pub fn next(&self) -> Option<Next> {
        let started = self
            .issues
            .iter()
            .position(|one| matches!(one.state, FoundState::Made { told: false, .. }));
        if let Some(at) = started {
            return Some(Next::Start(at));
        }
        if self
            .issues
            .iter()
            .any(|one| one.state == FoundState::Making)
        {
            return None;
        }
        let next = (0..self.issues.len()).find_map(|at| self.ready(at));
        next.or_else(|| self.untold().map(Next::Tell))
    }

    /// What can be done about the one at a place that is to be made.
    fn ready(&self, at: usize) -> Option<Next> {
        let found = self.issues.get(at)?;
        let FoundState::Waiting { new } = &found.state else {
            return None;
        };
        let mut names = Vec::new();
        for awaited in &new.waits_for {
            match awaited {
                Awaited::Known(name) => names.push(name.clone()),
                Awaited::New(place) => {
                    let other = self.position(found.batch, *place)?;
                    match &self.issues.get(other)?.state {
                        FoundState::Made { number, .. } => names.push(format!("#{number}")),
                        FoundState::Failed { .. } => return Some(Next::GiveUp(at, other)),
                        FoundState::Waiting { .. } | FoundState::Making => return None,
                    }
                }
            }
        }
        Some(Next::Make(at, names))
    }

    fn position(&self, batch: u32, place: usize) -> Option<usize> {
        let mut all = self.issues.iter();
        all.position(|one| one.batch == batch && one.place == place)
    }

    /// A batch of which all is over and something failed that nobody was told of.
    fn untold(&self) -> Option<u32> {
        let untold = |one: &&Found| matches!(one.state, FoundState::Failed { told: false, .. });
        let batch = self.issues.iter().find(untold)?.batch;
        let mut of_it = self.issues.iter().filter(|one| one.batch == batch);
        of_it.all(Found::is_over).then_some(batch)
    }

    /// The one that is being made.
    pub fn making(&mut self) -> Option<&mut Found> {
        let mut all = self.issues.iter_mut();
        all.find(|one| one.state == FoundState::Making)
    }

    /// The repository is not ours any more: what is not there will not be, and nobody can be told.
    pub fn give_up(&mut self, say: &str) {
        for found in &mut self.issues {
            match &mut found.state {
                FoundState::Waiting { .. } | FoundState::Making => {
                    found.state = FoundState::Failed {
                        say: say.to_owned(),
                        told: true,
                    };
                }
                FoundState::Made { told, .. } | FoundState::Failed { told, .. } => *told = true,
            }
        }
    }

    /// All that was promised, for whoever wants to promise more.
    pub fn promised(&self) -> Vec<Promised> {
        let all = self.issues.iter().map(|one| Promised {
            session: match &one.origin {
                Origin::Session(session) => Some(session.clone()),
                Origin::List | Origin::Recurring(_) => None,
            },
            title: one.title.clone(),
            number: one.number(),
            failed: matches!(one.state, FoundState::Failed { .. }),
        });
        all.collect()
    }
}
