//! The shapes of GitHub's webhook payloads, with the fields skep uses and no others.
//!
//! What is not named here is skipped, however deep it nests; a field named twice is an error. Nothing here decides what
//! an event means. <https://docs.github.com/en/webhooks/webhook-events-and-payloads>

use serde::de::{Error, IgnoredAny};
use serde::{Deserialize, Deserializer};

use crate::core::actor::{Account, AccountKind};
use crate::core::ids::{RepositoryName, UserId};
use crate::core::time::parse_rfc3339;

/// What tells one payload of an event from another.
#[derive(Deserialize)]
pub(super) struct Head {
    pub action: Option<String>,
}

/// `installation`.
#[derive(Deserialize)]
pub(super) struct Opened {
    pub action: String,
    pub installation: Installation,
}

/// `installation` and `installation_repositories`.
/// <https://docs.github.com/webhooks/webhook-events-and-payloads#installation>
#[derive(Deserialize)]
pub(super) struct Installed {
    pub action: String,
    pub installation: InstalledOn,
    pub repositories: Option<Vec<IgnoredAny>>,
    pub repositories_added: Option<Vec<IgnoredAny>>,
    pub repositories_removed: Option<Vec<IgnoredAny>>,
}

#[derive(Deserialize)]
pub(super) struct InstalledOn {
    pub account: Option<Owner>,
}

/// A person's or an organisation's `login`, an enterprise's `slug`.
#[derive(Deserialize)]
pub(super) struct Owner {
    #[serde(alias = "slug")]
    pub login: String,
}

/// `installation_repositories`.
#[derive(Deserialize)]
pub(super) struct Selection {
    pub installation: Installation,
    pub repositories_removed: Vec<Numbered>,
}

/// A repository of which only the number counts.
#[derive(Deserialize)]
pub(super) struct Numbered {
    pub id: Positive,
}

/// `repository`.
#[derive(Deserialize)]
pub(super) struct Repositories {
    pub repository: Numbered,
    pub installation: Option<Installation>,
}

#[derive(Deserialize)]
pub(super) struct Issues {
    pub issue: Issue,
    pub label: Option<Label>,
    pub changes: Option<Changes>,
    pub repository: Repository,
    pub installation: Option<Installation>,
    pub sender: User,
}

#[derive(Deserialize)]
pub(super) struct Issue {
    pub number: Positive,
    pub title: String,
    pub body: Option<String>,
    /// Null once the account is deleted.
    pub user: Option<User>,
    pub labels: Option<Vec<Label>>,
    /// Null without a type, not there on servers that know none.
    #[serde(rename = "type")]
    pub issue_type: Option<Label>,
    /// Null without one.
    pub milestone: Option<Milestone>,
    #[serde(deserialize_with = "epoch_ms")]
    pub updated_at: i64,
    /// Only there when the number is a pull request's.
    pub pull_request: Option<IgnoredAny>,
    /// Why it is closed, where GitHub says so.
    pub state_reason: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct Milestone {
    pub title: String,
    pub description: Option<String>,
}

/// What an edit changed: only what is named was. A transfer names where the issue lives now.
#[derive(Default, Deserialize)]
pub(super) struct Changes {
    pub title: Option<Change>,
    pub body: Option<Change>,
    pub new_issue: Option<Thread>,
    pub new_repository: Option<Repository>,
}

/// `issue_dependencies` and `sub_issues`: GitHub promises none of the issues.
#[derive(Deserialize)]
pub(super) struct Related {
    pub blocked_issue: Option<Thread>,
    pub sub_issue: Option<Thread>,
    pub parent_issue: Option<Thread>,
    pub repository: Repository,
    pub installation: Option<Installation>,
    pub sender: User,
}

#[derive(Deserialize)]
pub(super) struct Change {
    /// Null where there was nothing.
    pub from: Option<String>,
}

/// `issues.labeled` and `issues.unlabeled`, of which only the label counts.
#[derive(Deserialize)]
pub(super) struct Labeling {
    pub action: String,
    pub label: Option<Label>,
    pub sender: Option<User>,
}

#[derive(Deserialize)]
pub(super) struct Label {
    pub name: String,
}

/// `issue_comment`.
#[derive(Deserialize)]
pub(super) struct Comments {
    pub comment: Comment,
    pub changes: Option<Changes>,
    pub issue: Thread,
    pub repository: Repository,
    pub installation: Option<Installation>,
    pub sender: User,
}

#[derive(Deserialize)]
pub(super) struct Comment {
    pub id: Positive,
    /// Null once the account is deleted.
    pub user: Option<User>,
    pub body: Option<String>,
    #[serde(deserialize_with = "epoch_ms")]
    pub updated_at: i64,
}

/// What a comment stands under.
#[derive(Deserialize)]
pub(super) struct Thread {
    pub number: Positive,
    /// Only there when the number is a pull request's.
    pub pull_request: Option<IgnoredAny>,
}

#[derive(Clone, Deserialize)]
pub(super) struct Repository {
    pub id: Positive,
    pub full_name: RepositoryName,
}

#[derive(Deserialize)]
pub(super) struct Installation {
    pub id: Positive,
}

#[derive(Deserialize)]
pub(super) struct User {
    pub id: i64,
    pub login: String,
    #[serde(rename = "type")]
    pub kind: Option<String>,
}

/// What an edit of a pull request changed, as far as it matters.
#[derive(Deserialize)]
pub(super) struct PullChanges {
    pub base: Option<IgnoredAny>,
}

/// `pull_request`.
#[derive(Deserialize)]
pub(super) struct Pulls {
    pub changes: Option<PullChanges>,
    pub pull_request: Pull,
    pub repository: Repository,
    pub installation: Option<Installation>,
    pub sender: User,
}

/// `pull_request_review`.
#[derive(Deserialize)]
pub(super) struct Reviews {
    pub review: Review,
    pub pull_request: Pull,
    pub repository: Repository,
    pub installation: Option<Installation>,
    pub sender: User,
}

#[derive(Deserialize)]
pub(super) struct Review {
    pub id: Positive,
    /// Null once the account is deleted.
    pub user: Option<User>,
    #[serde(deserialize_with = "epoch_ms")]
    pub submitted_at: i64,
}

#[derive(Deserialize)]
pub(super) struct Pull {
    pub number: Positive,
    pub merged: Option<bool>,
    pub head: PullHead,
}

#[derive(Deserialize)]
pub(super) struct PullHead {
    #[serde(rename = "ref")]
    pub branch: String,
    /// Null once the fork is deleted.
    pub repo: Option<HeadRepository>,
}

#[derive(Deserialize)]
pub(super) struct HeadRepository {
    pub id: i64,
}

/// `check_suite`.
#[derive(Deserialize)]
pub(super) struct Suites {
    pub check_suite: Suite,
    pub repository: Repository,
    pub installation: Option<Installation>,
    pub sender: User,
}

#[derive(Deserialize)]
pub(super) struct Suite {
    /// Null when the commit is on no branch of the repository.
    pub head_branch: Option<String>,
}

/// `check_run`.
#[derive(Deserialize)]
pub(super) struct CheckRuns {
    pub check_run: CheckRun,
    pub repository: Repository,
    pub installation: Option<Installation>,
}

#[derive(Deserialize)]
pub(super) struct CheckRun {
    /// What the App it belongs to knows it by.
    pub external_id: Option<String>,
}

/// `workflow_run`.
#[derive(Deserialize)]
pub(super) struct Runs {
    pub workflow_run: Run,
    pub repository: Repository,
    pub installation: Option<Installation>,
    pub sender: User,
}

#[derive(Deserialize)]
pub(super) struct Run {
    pub head_branch: Option<String>,
    /// Null once the fork is deleted.
    pub head_repository: Option<HeadRepository>,
}

#[derive(Deserialize)]
pub(super) struct Status {
    /// At most ten of those that hold the commit.
    pub branches: Vec<Branch>,
    pub repository: Repository,
    pub installation: Option<Installation>,
    pub sender: User,
}

#[derive(Deserialize)]
pub(super) struct Branch {
    pub name: String,
}

#[derive(Deserialize)]
pub(super) struct Push {
    #[serde(rename = "ref")]
    pub git_ref: String,
    pub deleted: bool,
    pub repository: Repository,
    pub installation: Option<Installation>,
    /// GitHub does not promise it for this event.
    pub sender: Option<User>,
}

impl From<User> for Account {
    fn from(user: User) -> Self {
        let kind = match user.kind.as_deref() {
            Some("User") => AccountKind::User,
            Some("Bot") => AccountKind::Bot,
            _ => AccountKind::Other,
        };
        Self {
            id: UserId(user.id),
            login: user.login,
            kind,
        }
    }
}

/// A number as GitHub counts: from 1.
#[derive(Clone, Copy)]
pub(super) struct Positive(pub i64);

impl<'de> Deserialize<'de> for Positive {
    fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
        match i64::deserialize(input)? {
            number if number > 0 => Ok(Self(number)),
            number => Err(Error::custom(format_args!(
                "{number} is not a number GitHub gives"
            ))),
        }
    }
}

/// RFC 3339 to milliseconds since 1970.
fn epoch_ms<'de, D: Deserializer<'de>>(input: D) -> Result<i64, D::Error> {
    let text = String::deserialize(input)?;
    parse_rfc3339(&text).ok_or_else(|| Error::custom("a time is not RFC 3339"))
}
