//! Holds a statement against what GitHub says, and what was recorded of commands against what they do now.

use super::Ran;
use super::statement::Statement;
use crate::ids::{RepositoryId, Sha};
use crate::verification::RunEnd;

/// The pull request as GitHub has it.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// The repository, by what stays.
    pub repository: RepositoryId,
    /// Its branch.
    pub branch: &'a str,
    /// The head of that.
    pub head: &'a Sha,
    /// The tree of the head, where it was asked for.
    pub tree: Option<&'a str>,
    /// The branch that it is for.
    pub base_branch: &'a str,
}

/// In what a statement is not about this pull request as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Departure {
    /// It is of another repository.
    Repository {
        /// Which.
        said: String,
    },
    /// It is of another branch.
    Branch {
        /// Which.
        said: String,
    },
    /// The commit has another tree than it says.
    Tree,
    /// The branch has moved on since.
    Head {
        /// The commit that it is of; none is named.
        said: Option<String>,
    },
    /// The pull request goes elsewhere by now.
    Base {
        /// Where it went.
        said: String,
    },
}

impl Departure {
    /// It was true once, and is overtaken.
    pub fn is_overtaken(&self) -> bool {
        matches!(self, Self::Head { .. } | Self::Base { .. })
    }
}

/// The first thing in which a statement whose signature is right is not about this; what makes it another's comes before what has merely
/// moved on.
pub fn held_against(statement: &Statement, asked: &Asked<'_>) -> Option<Departure> {
    let place = &statement.predicate.place;
    if place.repository_id != asked.repository.0 {
        return Some(Departure::Repository {
            said: place.repository.clone(),
        });
    }
    if place.branch != asked.branch {
        return Some(Departure::Branch {
            said: place.branch.clone(),
        });
    }
    let commit = statement.digest("commit", "gitCommit");
    if commit != Some(asked.head.as_str()) {
        return Some(Departure::Head {
            said: commit.map(str::to_owned),
        });
    }
    let tree = statement.digest("tree", "gitTree");
    if let (Some(said), Some(is)) = (tree, asked.tree)
        && said != is
    {
        return Some(Departure::Tree);
    }
    (place.base_branch != asked.base_branch).then(|| Departure::Base {
        said: place.base_branch.clone(),
    })
}

/// A recorded command beside what it did when it was run again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replayed {
    /// The command.
    pub command: String,
    /// How it ended then.
    pub then: RunEnd,
    /// How it ended now.
    pub now: RunEnd,
}

impl Replayed {
    /// Whether it ended as it had. What was killed for what it took may have been killed for something else; that it was not run
    /// says nothing.
    pub fn agrees(&self) -> bool {
        match (&self.then, &self.now) {
            (RunEnd::Exit { code: then }, RunEnd::Exit { code: now }) => then == now,
            (RunEnd::TimedOut, RunEnd::TimedOut)
            | (RunEnd::Killed { .. }, RunEnd::Killed { .. })
            | (RunEnd::NotRun, _) => true,
            _ => false,
        }
    }
}

/// Puts both beside each other, in order.
pub fn replayed(recorded: &[Ran], now: Vec<RunEnd>) -> Vec<Replayed> {
    let pairs = recorded.iter().zip(now);
    pairs
        .map(|(ran, now)| Replayed {
            command: ran.command.clone(),
            then: ran.end.clone(),
            now,
        })
        .collect()
}
