//! What a webhook would have told, in a webhook's words: for what concerns others than the one task it is about, such as all that wait
//! for an issue or everything in a repository. It comes in as the same row of the inbox and takes the same way.
//!
//! Who did it is left open where no list says so; nothing that needs a right is told like this.
//! <https://docs.github.com/webhooks/webhook-events-and-payloads>

use serde_json::{Value, json};

use crate::core::ids::{InstallationId, RepositoryId};
use crate::core::time::render_rfc3339;
use crate::github::{At, Row};

/// A delivery that nobody delivered.
pub(super) struct Told {
    /// Unique for this very news: told again, it is known.
    pub(super) id: String,
    pub(super) event: &'static str,
    pub(super) body: Value,
    /// What it counts as in a report.
    pub(super) kind: &'static str,
    /// GitHub's time of it, where there is one.
    pub(super) at: Option<i64>,
}

/// Whoever GitHub does not name.
fn ghost() -> Value {
    json!({"id": 10_137, "login": "ghost", "type": "User"})
}

fn of_repository(at: &At, mut body: Value) -> Value {
    body["repository"] = json!({"id": at.repository, "full_name": at.name.to_string()});
    body["installation"] = json!({"id": at.installation});
    body
}

fn author(row: &Row) -> Value {
    let author = &row.issue.author;
    json!({"id": author.id, "login": author.login, "type": author.kind})
}

fn issue(row: &Row) -> Value {
    let issue = &row.issue;
    let named = |name: &String| json!({"name": name});
    json!({
        "number": issue.number,
        "title": issue.title,
        "body": issue.body,
        "user": author(row),
        "labels": issue.labels.iter().map(named).collect::<Vec<Value>>(),
        "type": issue.issue_type.as_ref().map(named),
        "milestone": issue.milestone.as_ref().map(|one| json!({"title": one.title, "description": one.description})),
        "updated_at": render_rfc3339(issue.updated_at),
        "state_reason": issue.state_reason,
    })
}

fn pull(row: &Row) -> Value {
    // Not one of ours: whose branch it is does not matter.
    json!({
        "number": row.issue.number,
        "merged": row.merged,
        "user": author(row),
        "head": {"ref": "", "repo": Value::Null},
    })
}

impl Told {
    fn of(at: &At, event: &'static str, body: Value) -> Self {
        Self {
            id: String::new(),
            event,
            body: of_repository(at, body),
            kind: "other events",
            at: None,
        }
    }

    fn of_row(self, what: &str, (at, row): (&At, &Row), moment: i64) -> Self {
        Self {
            id: format!("{what}:{}:{}:{moment}", at.repository, row.issue.number),
            at: Some(moment),
            ..self
        }
    }

    pub(super) fn issue_opened(at: &At, row: &Row) -> Self {
        let body = json!({"action": "opened", "issue": issue(row), "sender": author(row)});
        Self::of(at, "issues", body).of_row("opened", (at, row), row.issue.created_at)
    }

    pub(super) fn issue_closed(at: &At, row: &Row, closed: i64) -> Self {
        let body = json!({"action": "closed", "issue": issue(row), "sender": ghost()});
        Self {
            kind: "closed issues",
            ..Self::of(at, "issues", body).of_row("closed", (at, row), closed)
        }
    }

    pub(super) fn issue_reopened(at: &At, row: &Row) -> Self {
        let body = json!({"action": "reopened", "issue": issue(row), "sender": ghost()});
        Self::of(at, "issues", body).of_row("reopened", (at, row), row.issue.updated_at)
    }

    pub(super) fn pull_closed(at: &At, row: &Row, closed: i64) -> Self {
        let body = json!({"action": "closed", "pull_request": pull(row), "sender": ghost()});
        Self::of(at, "pull_request", body).of_row("closed", (at, row), closed)
    }

    pub(super) fn pull_changed(at: &At, row: &Row) -> Self {
        let body = json!({"action": "synchronize", "pull_request": pull(row), "sender": ghost()});
        Self::of(at, "pull_request", body).of_row("pull", (at, row), row.issue.updated_at)
    }

    pub(super) fn archived(at: &At, archived: bool, now: i64) -> Self {
        let action = if archived { "archived" } else { "unarchived" };
        Self {
            id: format!("{action}:{}:{now}", at.repository),
            ..Self::of(
                at,
                "repository",
                json!({"action": action, "sender": ghost()}),
            )
        }
    }

    pub(super) fn removed(
        installation: InstallationId,
        repository: RepositoryId,
        now: i64,
    ) -> Self {
        let body = json!({
            "action": "removed",
            "installation": {"id": installation},
            "repositories_added": [],
            "repositories_removed": [{"id": repository}],
            "sender": ghost(),
        });
        Self {
            id: format!("removed:{installation}:{repository}:{now}"),
            event: "installation_repositories",
            body,
            kind: "other events",
            at: None,
        }
    }

    /// `created`, `deleted`, `suspend` or `unsuspend`.
    pub(super) fn installation(installation: InstallationId, action: &str, now: i64) -> Self {
        let body =
            json!({"action": action, "installation": {"id": installation}, "sender": ghost()});
        Self {
            id: format!("installation:{installation}:{action}:{now}"),
            event: "installation",
            body,
            kind: "other events",
            at: None,
        }
    }
}
