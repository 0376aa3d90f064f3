//! Reads about issues.

use serde::Deserialize;

use super::at::At;
use super::client::GitHub;
use super::error::GitHubError;
use super::request::{ApiRequest, escape};
use super::values::millis;
use crate::core::actor::{self, AccountKind};
use crate::core::ids::{IssueNumber, UserId};
use crate::core::snapshot::{Milestone, Snapshot};

/// Somebody, as GitHub names them in what they wrote.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Account {
    /// The present login.
    pub login: String,
    /// The identity.
    pub id: UserId,
    /// `User`, `Bot`, `Organization`, `Mannequin`.
    #[serde(rename = "type", default)]
    pub kind: String,
}

impl Account {
    /// The account as the core knows accounts.
    pub fn known(&self) -> actor::Account {
        let kind = match self.kind.as_str() {
            "User" => AccountKind::User,
            "Bot" => AccountKind::Bot,
            _ => AccountKind::Other,
        };
        actor::Account {
            id: self.id,
            login: self.login.clone(),
            kind,
        }
    }

    /// Who stands in for deleted accounts: GitHub sends `null` for them.
    pub(super) fn ghost() -> Self {
        Self {
            login: "ghost".into(),
            id: UserId(10_137),
            kind: "User".into(),
        }
    }
}

/// An issue (or a pull request seen as one). <https://docs.github.com/rest/issues/issues#get-an-issue>
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issue {
    /// The number people see.
    pub number: IssueNumber,
    /// The identity.
    pub id: i64,
    /// The title.
    pub title: String,
    /// The text, empty if there is none.
    pub body: String,
    /// Whether it is open.
    pub open: bool,
    /// `completed`, `not_planned`, `reopened`, `duplicate`.
    pub state_reason: Option<String>,
    /// The names of its labels.
    pub labels: Vec<String>,
    /// The name of its type, where its organization has types and it has one.
    pub issue_type: Option<String>,
    /// Its milestone, if it has one.
    pub milestone: Option<Milestone>,
    /// Who opened it.
    pub author: Account,
    /// The logins of those who shall do it.
    pub assignees: Vec<String>,
    /// Whether it is a pull request.
    pub is_pull_request: bool,
    /// Whether its conversation is locked.
    pub locked: bool,
    /// Epoch milliseconds.
    pub created_at: i64,
    /// Epoch milliseconds.
    pub updated_at: i64,
    /// How many comments it has.
    pub comments: u64,
    /// Whether one of them is pinned to its top; `None` where this GitHub pins none.
    pub has_pinned: Option<bool>,
    /// How many issues block it by GitHub's own count, those we do not see included; `None` where GitHub does not count.
    pub blockers: Option<u64>,
    /// How many sub-issues it has; `None` where GitHub does not count.
    pub sub_issues: Option<u64>,
    /// Whether it is a sub-issue.
    pub has_parent: bool,
    /// Its fields, where its organization has some: each with its name, and its option's name or its text.
    pub fields: Vec<(String, String)>,
}

impl Issue {
    /// Its words and labels as they are now, without comments. Their time is that of the issue's last change, so that no
    /// webhook of anything before it counts after them.
    pub fn words(&self) -> Snapshot {
        Snapshot {
            title: self.title.clone(),
            body: self.body.clone(),
            author: self.author.known(),
            labels: self.labels.clone(),
            issue_type: self.issue_type.clone(),
            milestone: self.milestone.clone(),
            comments: Vec::new(),
            at: self.updated_at,
        }
    }
}

#[derive(Deserialize)]
pub(super) struct LabelShape {
    pub(super) name: String,
}

#[derive(Deserialize)]
struct MilestoneShape {
    title: String,
    description: Option<String>,
}

impl From<MilestoneShape> for Milestone {
    fn from(shape: MilestoneShape) -> Self {
        Self {
            title: shape.title,
            description: shape.description.unwrap_or_default(),
        }
    }
}

#[derive(Deserialize)]
pub(super) struct IssueShape {
    number: IssueNumber,
    id: i64,
    title: String,
    body: Option<String>,
    state: String,
    state_reason: Option<String>,
    #[serde(default)]
    labels: Vec<LabelShape>,
    /// Null without a type, not there on servers that know none.
    #[serde(rename = "type", default)]
    issue_type: Option<LabelShape>,
    milestone: Option<MilestoneShape>,
    user: Option<Account>,
    #[serde(default)]
    assignees: Vec<Account>,
    pull_request: Option<serde::de::IgnoredAny>,
    #[serde(default)]
    locked: bool,
    #[serde(deserialize_with = "millis")]
    created_at: i64,
    #[serde(deserialize_with = "millis")]
    updated_at: i64,
    #[serde(default)]
    comments: u64,
    /// Null without one, not there on servers that know none.
    #[serde(default, deserialize_with = "there")]
    pinned_comment: Option<bool>,
    issue_dependencies_summary: Option<BlockersShape>,
    sub_issues_summary: Option<PartsShape>,
    parent_issue_url: Option<serde::de::IgnoredAny>,
    /// <https://docs.github.com/rest/issues/issue-field-values>
    #[serde(default)]
    issue_field_values: Option<Vec<FieldShape>>,
}

/// Whether a field that is there has a value.
fn there<'de, D: serde::Deserializer<'de>>(given: D) -> Result<Option<bool>, D::Error> {
    let value = Option::<serde::de::IgnoredAny>::deserialize(given)?;
    Ok(Some(value.is_some()))
}

#[derive(Deserialize)]
struct FieldShape {
    issue_field_name: Option<String>,
    value: Option<serde_json::Value>,
    single_select_option: Option<LabelShape>,
}

impl FieldShape {
    fn named(self) -> Option<(String, String)> {
        let text = match (self.single_select_option, self.value) {
            (Some(option), _) => option.name,
            (None, Some(serde_json::Value::String(text))) => text,
            (None, _) => return None,
        };
        Some((self.issue_field_name?, text))
    }
}

#[derive(Deserialize)]
struct BlockersShape {
    total_blocked_by: u64,
}

#[derive(Deserialize)]
struct PartsShape {
    total: u64,
}

impl From<IssueShape> for Issue {
    fn from(shape: IssueShape) -> Self {
        Self {
            number: shape.number,
            id: shape.id,
            title: shape.title,
            body: shape.body.unwrap_or_default(),
            open: shape.state == "open",
            state_reason: shape.state_reason,
            labels: shape.labels.into_iter().map(|label| label.name).collect(),
            issue_type: shape.issue_type.map(|issue_type| issue_type.name),
            milestone: shape.milestone.map(Milestone::from),
            author: shape.user.unwrap_or_else(Account::ghost),
            assignees: shape
                .assignees
                .into_iter()
                .map(|account| account.login)
                .collect(),
            is_pull_request: shape.pull_request.is_some(),
            locked: shape.locked,
            created_at: shape.created_at,
            updated_at: shape.updated_at,
            comments: shape.comments,
            has_pinned: shape.pinned_comment,
            blockers: shape
                .issue_dependencies_summary
                .map(|counts| counts.total_blocked_by),
            sub_issues: shape.sub_issues_summary.map(|counts| counts.total),
            has_parent: shape.parent_issue_url.is_some(),
            fields: shape
                .issue_field_values
                .into_iter()
                .flatten()
                .filter_map(FieldShape::named)
                .collect(),
        }
    }
}

/// Something that happened to an issue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IssueEvent {
    /// `labeled`, `unlabeled`, `closed`, `reopened`, `renamed`, …
    pub event: String,
    /// Who did it.
    pub actor: Account,
    /// The label, where it is about one.
    pub label: Option<String>,
    /// Whom it assigned or took off, and who did that.
    pub assignment: Option<(Account, Account)>,
    /// Epoch milliseconds.
    pub at: i64,
}

#[derive(Deserialize)]
struct EventShape {
    event: String,
    actor: Option<Account>,
    label: Option<LabelShape>,
    assignee: Option<Account>,
    assigner: Option<Account>,
    #[serde(deserialize_with = "millis")]
    created_at: i64,
}

impl From<EventShape> for IssueEvent {
    fn from(shape: EventShape) -> Self {
        Self {
            event: shape.event,
            actor: shape.actor.unwrap_or_else(Account::ghost),
            label: shape.label.map(|label| label.name),
            assignment: shape.assignee.zip(shape.assigner),
            at: shape.created_at,
        }
    }
}

impl GitHub {
    /// An issue with its labels as they are known inside.
    pub(super) fn issue_of(&self, shape: IssueShape) -> Issue {
        let mut issue = Issue::from(shape);
        for label in &mut issue.labels {
            *label = self.0.words.inward(label);
        }
        issue
    }

    /// What happened to an issue, oldest first: who put a label on, who closed it.
    /// <https://docs.github.com/rest/issues/events#list-issue-events>
    pub async fn issue_events(
        &self,
        at: &At,
        number: IssueNumber,
    ) -> Result<Vec<IssueEvent>, GitHubError> {
        let ask = ApiRequest::get(
            "list what happened",
            at.path(&format!("/issues/{number}/events?per_page=100")),
        );
        let found: Vec<EventShape> = self.read_all(at, &ask).await?;
        let known = |mut event: IssueEvent| {
            event.label = event.label.map(|label| self.0.words.inward(&label));
            event
        };
        Ok(found.into_iter().map(IssueEvent::from).map(known).collect())
    }

    /// An issue as it is now. <https://docs.github.com/rest/issues/issues#get-an-issue>
    pub async fn issue(&self, at: &At, number: IssueNumber) -> Result<Issue, GitHubError> {
        let ask = ApiRequest::get("read the issue", at.path(&format!("/issues/{number}")));
        self.read::<IssueShape>(at, &ask)
            .await
            .map(|shape| self.issue_of(shape))
    }

    /// Every open issue with a label, oldest first; pull requests are left out.
    /// <https://docs.github.com/rest/issues/issues#list-repository-issues>
    pub async fn open_issues_with_label(
        &self,
        at: &At,
        label: &str,
    ) -> Result<Vec<Issue>, GitHubError> {
        let query = format!(
            "/issues?state=open&labels={}&sort=created&direction=asc&per_page=100",
            escape(&self.0.words.outward(label))
        );
        let found: Vec<IssueShape> = self
            .read_all(at, &ApiRequest::get("list the issues", at.path(&query)))
            .await?;
        Ok(found
            .into_iter()
            .map(|shape| self.issue_of(shape))
            .filter(|issue| !issue.is_pull_request)
            .collect())
    }
}
