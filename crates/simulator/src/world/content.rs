//! What happens to issues as such: opened, edited, closed, reopened.
//!
//! It exists so that people and REST change issues by the same rules. It must never check tokens: that was done before.

use serde_json::{Value, json};

use crate::api_error::ApiError;
use crate::behaviour::{Rule, on};
use crate::world::activity::Activity;
use crate::world::assignees::check_assignees;
use crate::world::facts::World;
use crate::world::issue::{Happening, Issue};
use crate::world::relation::IssueAt;
use crate::world::webhook_event::WebhookEvent;

/// Why an issue is closed, or open again.
const REASONS: [&str; 4] = ["completed", "not_planned", "duplicate", "reopened"];

/// The longest title, in characters.
const TITLE_LIMIT: usize = 256;

/// The longest body of anything, in characters.
pub const BODY_LIMIT: usize = 65_536;

/// An issue to be opened.
#[derive(Debug, Clone, Default)]
pub struct IssueDraft {
    /// Title.
    pub title: String,
    /// Body.
    pub body: Option<String>,
    /// Labels it begins with.
    pub labels: Vec<String>,
    /// Who shall do it.
    pub assignees: Vec<String>,
    /// The name of its type.
    pub kind: Option<String>,
}

/// A change of an issue or pull request; `None`: stays.
#[derive(Debug, Clone, Default)]
pub struct IssueEdit {
    /// New title.
    pub title: Option<String>,
    /// New body.
    pub body: Option<String>,
    /// Open or not.
    pub open: Option<bool>,
    /// Why it is closed.
    pub state_reason: Option<String>,
    /// All labels from now on.
    pub labels: Option<Vec<String>>,
    /// All assignees from now on.
    pub assignees: Option<Vec<String>>,
    /// The name of its type from now on; the inner `None`: without one.
    pub kind: Option<Option<String>>,
}

/// Refuses a body GitHub would refuse.
pub fn check_body(resource: &str, body: &str) -> Result<(), ApiError> {
    if body.chars().count() > BODY_LIMIT && on(Rule::BodyLimit) {
        return Err(ApiError::custom(
            resource,
            Some("body"),
            "body is too long (maximum is 65536 characters)",
        ));
    }
    Ok(())
}

/// Refuses a title GitHub would refuse.
pub fn check_title(resource: &str, title: &str) -> Result<(), ApiError> {
    if title.trim().is_empty() && on(Rule::TitleMissing) {
        return Err(ApiError::invalid(resource, "title", "missing_field"));
    }
    if title.chars().count() > TITLE_LIMIT && on(Rule::TitleLimit) {
        return Err(ApiError::custom(
            resource,
            Some("title"),
            "title is too long (maximum is 256 characters)",
        ));
    }
    Ok(())
}

fn check_reason(resource: &str, reason: Option<&str>) -> Result<(), ApiError> {
    if reason.is_some_and(|reason| !REASONS.contains(&reason)) && on(Rule::StateReason) {
        return Err(ApiError::invalid(resource, "state_reason", "invalid"));
    }
    Ok(())
}

/// The kind of payload and resource an issue is: `("pull_request", "PullRequest")` or `("issues", "Issue")`.
pub fn kind_of(issue: &Issue) -> (&'static str, &'static str) {
    if issue.pull.is_some() {
        ("pull_request", "PullRequest")
    } else {
        ("issues", "Issue")
    }
}

impl World {
    /// Opens an issue and gives its number.
    pub fn open_issue(
        &mut self,
        repository: i64,
        author: &str,
        draft: &IssueDraft,
    ) -> Result<i64, ApiError> {
        self.writable(repository)?;
        check_title("Issue", &draft.title)?;
        check_body("Issue", draft.body.as_deref().unwrap_or_default())?;
        check_assignees(&draft.assignees)?;
        self.check_kind(repository, draft.kind.as_deref())?;
        let number = self.place_issue(repository, author, draft)?;
        for label in &draft.labels {
            let name = self.ensure_label(repository, label)?;
            let issue = self.issue_mut(repository, number)?;
            if !issue.has_label(&name) {
                issue.labels.push(name);
            }
        }
        self.tell(repository, number, Activity::new("opened", author))?;
        for label in self.issue(repository, number)?.labels.clone() {
            self.announce_label(repository, number, &label, Activity::new("labeled", author))?;
        }
        Ok(number)
    }

    /// Takes the next number for an issue or pull request; tells nobody.
    pub(super) fn place_issue(
        &mut self,
        repository: i64,
        author: &str,
        draft: &IssueDraft,
    ) -> Result<i64, ApiError> {
        let (id, now) = (self.next_id(), self.now());
        let home = self.repository_mut(repository)?;
        let number = home.next_number;
        home.next_number += 1;
        let issue = Issue {
            id,
            number,
            title: draft.title.clone(),
            body: draft.body.clone(),
            author: author.to_owned(),
            open: true,
            state_reason: None,
            locked: false,
            labels: Vec::new(),
            assignees: draft.assignees.clone(),
            comments: Vec::new(),
            reactions: Vec::new(),
            timeline: Vec::new(),
            kind: draft.kind.clone(),
            fields: Vec::new(),
            milestone: None,
            created_at: now,
            updated_at: now,
            closed_at: None,
            pull: None,
        };
        home.issues.insert(number, issue);
        let place = IssueAt {
            home: repository,
            number,
        };
        self.relations.places.insert(id, place);
        Ok(number)
    }

    /// Sends the `issues` or `pull_request` webhook of what somebody did; its details are fields besides the usual ones.
    pub(super) fn tell(
        &mut self,
        home: i64,
        number: i64,
        activity: Activity<'_>,
    ) -> Result<(), ApiError> {
        let (event, _) = kind_of(self.issue(home, number)?);
        self.notify((home, number), event, &activity);
        let repository = self.repository(home)?;
        let issue = self.issue(home, number)?;
        let mut body = if issue.pull.is_some() {
            json!({ "number": number, "pull_request": self.pull_json(repository, issue) })
        } else {
            json!({ "issue": self.issue_json(repository, issue) })
        };
        if let (Value::Object(body), Value::Object(extra)) = (&mut body, activity.details) {
            body.extend(extra);
        }
        let news = WebhookEvent {
            name: event,
            action: Some(activity.action),
            repository: Some(home),
            installation: None,
            sender: activity.by,
            body,
        };
        self.emit(news);
        Ok(())
    }

    /// Writes a line into an issue's timeline and touches its time.
    pub(super) fn note(
        &mut self,
        home: i64,
        number: i64,
        activity: Activity<'_>,
    ) -> Result<(), ApiError> {
        let (id, now) = (self.next_id(), self.now());
        let issue = self.issue_mut(home, number)?;
        issue.updated_at = now;
        let happening = Happening {
            id,
            event: activity.action.to_owned(),
            actor: activity.by.to_owned(),
            details: activity.details,
            created_at: now,
        };
        issue.timeline.push(happening);
        Ok(())
    }

    /// Changes what a `PATCH` may change; every kind of change has its own webhook.
    pub fn edit_issue(
        &mut self,
        home: i64,
        number: i64,
        edit: &IssueEdit,
        by: &str,
    ) -> Result<(), ApiError> {
        self.writable(home)?;
        let (_, resource) = kind_of(self.issue(home, number)?);
        edit.title
            .as_deref()
            .map_or(Ok(()), |title| check_title(resource, title))?;
        edit.body
            .as_deref()
            .map_or(Ok(()), |body| check_body(resource, body))?;
        check_reason(resource, edit.state_reason.as_deref())?;
        edit.assignees.as_deref().map_or(Ok(()), check_assignees)?;
        if let Some(kind) = &edit.kind {
            self.check_kind(home, kind.as_deref())?;
            self.issue_mut(home, number)?.kind.clone_from(kind);
        }
        self.edit_text(home, number, edit, by)?;
        if let Some(labels) = &edit.labels {
            self.set_labels(home, number, labels, by)?;
        }
        if let Some(assignees) = &edit.assignees {
            self.assign(home, number, assignees, by)?;
        }
        match edit.open {
            Some(true) => self.reopen(home, number, by),
            Some(false) => self.close(home, number, edit.state_reason.as_deref(), by),
            None => Ok(()),
        }
    }

    fn check_kind(&self, home: i64, kind: Option<&str>) -> Result<(), ApiError> {
        let kinds = &self.repository(home)?.kinds;
        if kind.is_some_and(|kind| !kinds.iter().any(|known| known == kind)) && on(Rule::IssueType)
        {
            return Err(ApiError::invalid("Issue", "type", "invalid"));
        }
        Ok(())
    }

    fn edit_text(
        &mut self,
        home: i64,
        number: i64,
        edit: &IssueEdit,
        by: &str,
    ) -> Result<(), ApiError> {
        let now = self.now();
        let issue = self.issue_mut(home, number)?;
        let mut changes = json!({});
        let mut renamed = None;
        if let Some(title) = edit.title.as_ref().filter(|title| **title != issue.title) {
            changes["title"] = json!({ "from": issue.title });
            renamed = Some(json!({ "rename": { "from": issue.title, "to": title } }));
            issue.title = title.clone();
        }
        if let Some(body) = edit
            .body
            .as_ref()
            .filter(|body| Some(*body) != issue.body.as_ref())
        {
            changes["body"] = json!({ "from": issue.body.clone().unwrap_or_default() });
            issue.body = Some(body.clone());
        }
        if changes == json!({}) {
            return Ok(());
        }
        issue.updated_at = now;
        if let Some(details) = renamed {
            self.note(home, number, Activity::new("renamed", by).with(details))?;
        }
        self.tell(
            home,
            number,
            Activity::new("edited", by).with(json!({ "changes": changes })),
        )
    }

    /// Closes; nothing happens when it is closed.
    pub fn close(
        &mut self,
        home: i64,
        number: i64,
        reason: Option<&str>,
        by: &str,
    ) -> Result<(), ApiError> {
        check_reason("Issue", reason)?;
        let now = self.now();
        let issue = self.issue_mut(home, number)?;
        if !issue.open {
            return Ok(());
        }
        issue.open = false;
        issue.closed_at = Some(now);
        issue.state_reason = issue
            .pull
            .is_none()
            .then(|| reason.unwrap_or("completed").to_owned());
        self.note(home, number, Activity::new("closed", by))?;
        self.tell(home, number, Activity::new("closed", by))
    }

    /// Reopens; nothing happens when it is open, and a merged pull request stays closed.
    pub fn reopen(&mut self, home: i64, number: i64, by: &str) -> Result<(), ApiError> {
        let issue = self.issue_mut(home, number)?;
        if issue.open {
            return Ok(());
        }
        if issue
            .pull
            .as_ref()
            .is_some_and(|pull| pull.merged.is_some())
            && on(Rule::MergedStaysClosed)
        {
            return Err(ApiError::custom(
                "PullRequest",
                Some("state"),
                "state cannot be changed. The pull request was merged.",
            ));
        }
        issue.open = true;
        issue.closed_at = None;
        issue.state_reason = issue.pull.is_none().then(|| "reopened".to_owned());
        self.note(home, number, Activity::new("reopened", by))?;
        self.tell(home, number, Activity::new("reopened", by))
    }
}
