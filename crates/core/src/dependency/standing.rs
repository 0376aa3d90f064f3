//! How the issues stand that others wait for, and all that was read of one issue's dependencies.

use serde::{Deserialize, Serialize};

use super::found::Source;
use super::named::Named;
use crate::ids::{IssueNumber, RepositoryName, TaskKey};
use crate::overlap::OverlapNews;
use crate::stack::{PullBelow, Restacked};

/// How an issue or pull request stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// It is open.
    Open,
    /// It was closed as completed, or merged.
    Completed,
    /// It was closed as not planned; a pull request: without a merge.
    NotPlanned,
    /// It was closed as a duplicate.
    Duplicate,
    /// It was closed for a reason that GitHub did not have when this was written.
    Other,
}

impl Standing {
    /// From GitHub's `state` and `state_reason`. Issues that were closed before there were reasons have none, and were
    /// completed. <https://docs.github.com/rest/issues/issues#get-an-issue>
    pub fn of(state: &str, reason: Option<&str>) -> Self {
        match (state, reason) {
            ("open", _) => Self::Open,
            (_, None | Some("completed")) => Self::Completed,
            (_, Some("not_planned")) => Self::NotPlanned,
            (_, Some("duplicate")) => Self::Duplicate,
            (_, Some(_)) => Self::Other,
        }
    }
}

/// What became of an issue, as a delivery tells it: of use to all that wait for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NewStanding {
    /// It was closed, or opened again.
    Is(Standing),
    /// It was deleted.
    Deleted,
    /// It lives in another repository now.
    Moved {
        /// Where, if the delivery says so.
        to: Option<Named>,
    },
}

/// What became of an issue, to those that wait for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BlockerNews {
    /// It stands otherwise.
    Is(Standing),
    /// It was deleted.
    Deleted,
    /// It lives elsewhere now: what is said of it has to be read again.
    Moved,
    /// skep's work on it failed, or is not failed any more.
    Failed(bool),
    /// How our pull request for it stands.
    Pull(PullBelow),
}

/// What concerns an issue about another one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "about")]
pub enum RelatedNews {
    /// An issue that it waits for stands otherwise.
    Blocker {
        /// Which.
        issue: TaskKey,
        /// How.
        news: BlockerNews,
    },
    /// It waits for itself by a way that was not known, or does not any more.
    Cycle {
        /// The way: the issue waits for the second, each for the next, the last for the first; empty if there is none.
        path: Vec<Named>,
    },
    /// Its branch was put onto another commit, because it stands on the pull request of another issue.
    Restacked(Restacked),
    /// Work on both probably changes the same files, or does not any more.
    Overlap {
        /// What is so.
        news: OverlapNews,
    },
}

impl From<&NewStanding> for BlockerNews {
    fn from(standing: &NewStanding) -> Self {
        match standing {
            NewStanding::Is(standing) => Self::Is(*standing),
            NewStanding::Deleted => Self::Deleted,
            NewStanding::Moved { .. } => Self::Moved,
        }
    }
}

/// An issue that another one waits for, as it stood when it was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Blocker {
    /// Which.
    pub issue: Named,
    /// How it stands.
    pub standing: Standing,
    /// Whether the number is a pull request's.
    pub is_pull: bool,
    /// Its title; empty where it is in a private repository other than the issue's own, whose readers may not know it.
    pub title: String,
    /// Where the dependency was stated.
    pub source: Source,
    /// The words that state it; empty for GitHub's own.
    pub evidence: String,
    /// Whether skep's own work on it failed, so that it will not come by itself.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub failed: bool,
}

impl Blocker {
    /// Whether it holds what waits for it.
    pub fn holds(&self) -> bool {
        self.standing != Standing::Completed
    }
}

/// Something an issue says it waits for, of which nothing is known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unresolved {
    /// The repository, where another one than the issue's own was named.
    pub repository: Option<RepositoryName>,
    /// The number in it.
    pub number: IssueNumber,
    /// Why nothing is known.
    pub why: Unknown,
    /// Where the dependency was stated.
    pub source: Source,
    /// The words that state it.
    pub evidence: String,
}

/// Why nothing is known of an issue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unknown {
    /// There is no such issue, or not any more.
    Missing,
    /// The App may not see it: its repository is not in the same installation, or issues may not be read there.
    Unreadable,
    /// The issue names more other repositories than are looked into.
    TooMany,
}

/// All that was read of what an issue waits for, and of what it is part.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dependencies {
    /// What it waits for, each once, in the order of their keys. One of them may be the issue itself.
    pub blockers: Vec<Blocker>,
    /// What it says it waits for and of which nothing is known.
    pub unresolved: Vec<Unresolved>,
    /// How many more GitHub counts as blocking it than it shows us: in repositories that we do not reach. The count is
    /// known to lag behind changes by seconds.
    pub hidden: u32,
    /// How many references were left out because there are more than are kept of one issue.
    pub cut: u32,
    /// What it is a sub-issue of.
    pub parent: Option<Named>,
    /// How many sub-issues it has.
    pub sub_issues: u32,
    /// When it was read, epoch milliseconds; `None` before that.
    #[serde(default)]
    pub read_at: Option<i64>,
}

impl Dependencies {
    /// Nothing was read, or there is nothing.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// What it waits for that is open.
    pub fn open(&self) -> impl Iterator<Item = &Blocker> {
        let is_open = |blocker: &&Blocker| blocker.standing == Standing::Open;
        self.blockers.iter().filter(is_open)
    }
}

#[cfg(test)]
mod tests {
    use super::Standing;

    #[test]
    fn a_reason_says_how_it_ended() {
        for (state, reason, expected) in [
            ("open", None, Standing::Open),
            ("open", Some("reopened"), Standing::Open),
            ("closed", None, Standing::Completed),
            ("closed", Some("completed"), Standing::Completed),
            ("closed", Some("not_planned"), Standing::NotPlanned),
            ("closed", Some("duplicate"), Standing::Duplicate),
            ("closed", Some("merged_into_discussion"), Standing::Other),
        ] {
            assert_eq!(Standing::of(state, reason), expected, "{state} {reason:?}");
        }
    }
}
