//! Who acts, and what they may do.

use serde::{Deserialize, Serialize};

use super::ids::UserId;

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
