//! What is wrong with a proposed issue. Each is said exactly to whoever proposed it, by `text::discovery`.

use crate::ids::IssueNumber;

/// What is wrong with one issue of a batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    /// Its place, from 0.
    pub at: usize,
    /// What is wrong.
    pub wrong: Wrong,
}

/// What is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wrong {
    /// It has no title.
    NoTitle,
    /// Its title has more characters than it may.
    LongTitle(usize),
    /// Its text has more bytes than it may.
    LongBody(usize),
    /// Another issue of the batch, at this place, has the same title.
    SameTitle(usize),
    /// An issue of that title is there.
    IsThere(IssueNumber),
    /// An issue of that title is on its way already.
    OnItsWay,
    /// There is no such role; these are known.
    Role(String, Vec<String>),
    /// There is no such priority.
    Priority(String),
    /// A label that says something to skep.
    OwnLabel(String),
    /// More labels than it may have.
    TooManyLabels(usize),
    /// No reference to an issue.
    NoReference(String),
    /// There is no such issue.
    Missing(String),
    /// The App does not see such an issue.
    Unreadable(String),
    /// More repositories are named than are looked into.
    TooManyRepositories(String),
    /// It is a pull request.
    Pull(String),
    /// The session has promised as many as it may: so many, and no more than this.
    TooMany(usize, usize),
}

impl Wrong {
    pub(super) fn at(self, at: usize) -> Mistake {
        Mistake { at, wrong: self }
    }
}
