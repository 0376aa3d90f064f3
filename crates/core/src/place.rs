//! Where work happens and who acts: the nouns that events, tasks and effects share.

use serde::{Deserialize, Serialize};

use super::ids::{InstallationId, IssueNumber, RepositoryId, RepositoryName, TaskKey, UserId};

/// One issue, with all that is needed to act on it. The numbers are its identity; `name` is what it was called last.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// The installation through which we may act.
    pub installation: InstallationId,
    /// The repository.
    pub repository: RepositoryId,
    /// Its name when last heard of.
    pub name: RepositoryName,
    /// The issue.
    pub issue: IssueNumber,
}

impl Place {
    /// The key of the task at this place.
    pub fn task(&self) -> TaskKey {
        TaskKey::new(self.repository, self.issue)
    }
}

/// GitHub's `type` of an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AccountKind {
    /// A person.
    User,
    /// An App's bot or a machine account marked as such.
    Bot,
    /// Anything else GitHub may name; treated like a bot.
    Other,
}

/// An account that acted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// Its number, which stays.
    pub id: UserId,
    /// Its name, which may change.
    pub login: String,
    /// Person or bot.
    pub kind: AccountKind,
}

/// Who asked for work.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "who")]
pub enum Actor {
    /// Somebody on GitHub; their permission is asked for at the start and before the push.
    Person(Account),
    /// Somebody with access to this machine (`skep dispatch`): allowed by that access.
    Operator,
}

impl Actor {
    /// The login, where there is one.
    pub fn login(&self) -> Option<&str> {
        match self {
            Self::Person(account) => Some(&account.login),
            Self::Operator => None,
        }
    }
}

/// What a person may do in a repository, after `GET /repos/{owner}/{repo}/collaborators/{username}/permission`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Permission {
    /// No access beyond what everybody has.
    None,
    /// May read.
    Read,
    /// May label and triage, not write.
    Triage,
    /// May push.
    Write,
    /// May manage without access to sensitive settings.
    Maintain,
    /// May do everything.
    Admin,
}

impl Permission {
    /// Write access and above may start and steer agents.
    pub fn may_start(self) -> bool {
        self >= Self::Write
    }
}

/// A comment as it stood when work was asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quoted {
    /// Who wrote it.
    pub author: String,
    /// When, epoch milliseconds.
    pub at: i64,
    /// What.
    pub body: String,
}

/// The words of an issue at the moment somebody asked for work; later edits do not reach the agent by this way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Snapshot {
    /// The title.
    pub title: String,
    /// The body, Markdown.
    pub body: String,
    /// Who opened it.
    pub author: Account,
    /// All labels.
    pub labels: Vec<String>,
    /// Comments up to then, oldest first.
    pub comments: Vec<Quoted>,
    /// GitHub's time of the trigger, epoch milliseconds.
    pub at: i64,
}
