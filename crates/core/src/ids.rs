//! The identities everything else is keyed by. Numbers are GitHub's own and never change when things are renamed; names
//! are for display and for building addresses only.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A value that did not have the shape its type promises.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{value:?} is not {wanted}")]
pub struct Malformed {
    /// What was given, cut to 100 characters.
    pub value: String,
    /// The shape that was wanted.
    pub wanted: &'static str,
}

impl Malformed {
    /// Names the value and the shape it should have had.
    pub fn new(value: &str, wanted: &'static str) -> Self {
        Self {
            value: value.chars().take(100).collect(),
            wanted,
        }
    }
}

macro_rules! number {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub i64);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl From<$name> for i64 {
            fn from(id: $name) -> Self {
                id.0
            }
        }
    };
}

number!(
    /// GitHub's numeric repository id; stays when the repository is renamed or transferred.
    RepositoryId
);
number!(
    /// GitHub's numeric installation id of our App on one account.
    InstallationId
);
number!(
    /// GitHub's numeric user id.
    UserId
);
number!(
    /// GitHub's numeric comment id.
    CommentId
);
number!(
    /// The number people see: `#12`.
    IssueNumber
);

impl IssueNumber {
    /// No issue, but the repository itself: what is done for a whole task list has no issue of its own.
    pub const REPOSITORY: Self = Self(0);
}

/// What one piece of work is known by: repository id and issue number. Shown and stored as `1296269#12`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct TaskKey {
    /// The repository.
    pub repository: RepositoryId,
    /// The issue in it.
    pub issue: IssueNumber,
}

impl TaskKey {
    /// Puts the two halves together.
    pub fn new(repository: RepositoryId, issue: IssueNumber) -> Self {
        Self { repository, issue }
    }
}

impl fmt::Display for TaskKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}#{}", self.repository, self.issue)
    }
}

impl From<TaskKey> for String {
    fn from(key: TaskKey) -> Self {
        key.to_string()
    }
}

impl FromStr for TaskKey {
    type Err = Malformed;
    fn from_str(text: &str) -> Result<Self, Malformed> {
        let wrong = || Malformed::new(text, "a task key such as 1296269#12");
        let (repository, issue) = text.split_once('#').ok_or_else(wrong)?;
        let number = |half: &str, least: i64| {
            half.parse::<i64>()
                .ok()
                .filter(|n| *n >= least)
                .ok_or_else(wrong)
        };
        Ok(Self::new(
            RepositoryId(number(repository, 1)?),
            IssueNumber(number(issue, IssueNumber::REPOSITORY.0)?),
        ))
    }
}

impl TryFrom<String> for TaskKey {
    type Error = Malformed;
    fn try_from(text: String) -> Result<Self, Malformed> {
        text.parse()
    }
}

/// One run of an agent for a task: `1296269-12-1` is the first for that issue. Safe as a file name and in a URL.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct SessionId(String);

impl SessionId {
    /// The `number`th session (from 1) of a task.
    pub fn new(task: TaskKey, number: u32) -> Self {
        Self(format!("{}-{}-{}", task.repository, task.issue, number))
    }

    /// What marks the processes with which the server verifies the work of a task: the number of no session.
    pub fn of_verification(task: TaskKey) -> Self {
        Self::new(task, u32::MAX)
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Its number among the sessions of its task, from 1.
    pub fn number(&self) -> u32 {
        self.0
            .rsplit('-')
            .next()
            .and_then(|part| part.parse().ok())
            .unwrap_or_default()
    }

    /// The task it belongs to.
    pub fn task(&self) -> TaskKey {
        let mut parts = self
            .0
            .split('-')
            .map(|part| part.parse::<i64>().unwrap_or_default());
        TaskKey::new(
            RepositoryId(parts.next().unwrap_or_default()),
            IssueNumber(parts.next().unwrap_or_default()),
        )
    }
}

impl fmt::Display for SessionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<SessionId> for String {
    fn from(id: SessionId) -> Self {
        id.0
    }
}

impl FromStr for SessionId {
    type Err = Malformed;
    fn from_str(text: &str) -> Result<Self, Malformed> {
        let parts: Vec<&str> = text.split('-').collect();
        let positive = |part: &&str| part.parse::<i64>().is_ok_and(|n| n > 0);
        if parts.len() == 3 && parts.iter().all(positive) {
            return Ok(Self(text.to_owned()));
        }
        Err(Malformed::new(text, "a session id such as 1296269-12-1"))
    }
}

impl TryFrom<String> for SessionId {
    type Error = Malformed;
    fn try_from(text: String) -> Result<Self, Malformed> {
        text.parse()
    }
}

/// A git object name: 40 (SHA-1) or 64 (SHA-256) lower-case hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Sha(String);

impl Sha {
    /// The digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The first ten digits, for people.
    pub fn short(&self) -> &str {
        &self.0[..10]
    }
}

impl fmt::Display for Sha {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<Sha> for String {
    fn from(sha: Sha) -> Self {
        sha.0
    }
}

impl FromStr for Sha {
    type Err = Malformed;
    fn from_str(text: &str) -> Result<Self, Malformed> {
        let digits = text
            .bytes()
            .all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
        if digits && (text.len() == 40 || text.len() == 64) {
            return Ok(Self(text.to_owned()));
        }
        Err(Malformed::new(text, "a git object name"))
    }
}

impl TryFrom<String> for Sha {
    type Error = Malformed;
    fn try_from(text: String) -> Result<Self, Malformed> {
        text.parse()
    }
}

/// `owner/name`, as GitHub spells it: a display name and part of addresses, never an identity.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct RepositoryName {
    owner: String,
    name: String,
}

impl RepositoryName {
    /// The account.
    pub fn owner(&self) -> &str {
        &self.owner
    }

    /// The repository below the account.
    pub fn name(&self) -> &str {
        &self.name
    }
}

impl fmt::Display for RepositoryName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.owner, self.name)
    }
}

impl From<RepositoryName> for String {
    fn from(name: RepositoryName) -> Self {
        name.to_string()
    }
}

impl FromStr for RepositoryName {
    type Err = Malformed;
    fn from_str(text: &str) -> Result<Self, Malformed> {
        let wrong = || Malformed::new(text, "a repository such as octocat/hello-world");
        let (owner, name) = text.split_once('/').ok_or_else(wrong)?;
        let plain = |part: &str| {
            (1..=100).contains(&part.len())
                && part != "."
                && part != ".."
                && part
                    .bytes()
                    .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'))
        };
        if !plain(owner) || !plain(name) {
            return Err(wrong());
        }
        Ok(Self {
            owner: owner.to_owned(),
            name: name.to_owned(),
        })
    }
}

impl TryFrom<String> for RepositoryName {
    type Error = Malformed;
    fn try_from(text: String) -> Result<Self, Malformed> {
        text.parse()
    }
}

/// The longest part of our branches behind `agent/`, bytes.
const BRANCH_REST: usize = 61;

/// A branch that is ours to write: `agent/<issue>-<slug>`, at most 68 bytes, always a valid ref
/// (`^agent/[a-z0-9][a-z0-9-]{0,60}$`).
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct AgentBranch(String);

impl AgentBranch {
    /// Makes the branch of an issue from its title; whatever the title holds, the result is a valid ref.
    pub fn new(issue: IssueNumber, title: &str) -> Self {
        let mut slug = String::new();
        for c in title.chars().take(400) {
            let c = c.to_ascii_lowercase();
            if c.is_ascii_lowercase() || c.is_ascii_digit() {
                slug.push(c);
            } else if !slug.is_empty() && !slug.ends_with('-') {
                slug.push('-');
            }
            if slug.len() >= 40 {
                break;
            }
        }
        let slug = slug.trim_end_matches('-');
        let slug = if slug.is_empty() { "work" } else { slug };
        Self(format!("agent/{issue}-{slug}"))
    }

    /// The same with a number at its end: the second, third … branch of an issue.
    #[must_use]
    pub fn numbered(&self, number: u32) -> Self {
        let tail = format!("-{number}");
        let room = "agent/".len() + BRANCH_REST - tail.len();
        let stem = self.0.get(..room).unwrap_or(&self.0).trim_end_matches('-');
        Self(format!("{stem}{tail}"))
    }

    /// The branch name without `refs/heads/`.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The full ref.
    pub fn full_ref(&self) -> String {
        format!("refs/heads/{}", self.0)
    }
}

impl fmt::Display for AgentBranch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<AgentBranch> for String {
    fn from(branch: AgentBranch) -> Self {
        branch.0
    }
}

impl FromStr for AgentBranch {
    type Err = Malformed;
    fn from_str(text: &str) -> Result<Self, Malformed> {
        let wrong = || Malformed::new(text, "a branch such as agent/12-add-a-page");
        let rest = text.strip_prefix("agent/").ok_or_else(wrong)?;
        let allowed = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        if rest.is_empty()
            || rest.len() > BRANCH_REST
            || rest.starts_with('-')
            || !rest.bytes().all(allowed)
        {
            return Err(wrong());
        }
        Ok(Self(text.to_owned()))
    }
}

impl TryFrom<String> for AgentBranch {
    type Error = Malformed;
    fn try_from(text: String) -> Result<Self, Malformed> {
        text.parse()
    }
}
