//! Check runs, their suites, and commit statuses.
//!
//! It exists so that CI (people set it) and the App's own checks live in one place. It must never invent a conclusion.

use serde_json::{Value, json};

use crate::api_error::{ApiError, missing};
use crate::behaviour::{Rule, on};
use crate::world::facts::World;
use crate::world::repository::{CheckRun, Status, WorkflowRun};
use crate::world::webhook_event::WebhookEvent;

/// The App whose check runs are jobs of workflows.
pub const ACTIONS: &str = "github-actions";

const CONCLUSIONS: [&str; 8] = [
    "action_required",
    "cancelled",
    "failure",
    "neutral",
    "success",
    "skipped",
    "stale",
    "timed_out",
];

/// A check run to be made, or the fields to change.
#[derive(Debug, Clone, Default)]
pub struct CheckDraft {
    /// Its name.
    pub name: Option<String>,
    /// The commit (on creation).
    pub head_sha: String,
    /// `queued`, `in_progress` or `completed`.
    pub status: Option<String>,
    /// How it ended; makes it `completed`.
    pub conclusion: Option<String>,
    /// The maker's own name for it.
    pub external_id: Option<String>,
    /// Where it is explained.
    pub details_url: Option<String>,
    /// Title, summary, text.
    pub output: Option<Value>,
    /// How many buttons it offers.
    pub actions: usize,
    /// What a job did, and how each step ended.
    pub steps: Vec<(String, String)>,
    /// What a job wrote.
    pub log: Option<String>,
}

impl CheckDraft {
    fn check(&self) -> Result<(), ApiError> {
        let known = |c: &String| CONCLUSIONS.contains(&c.as_str());
        if !self.conclusion.as_ref().is_none_or(known) && on(Rule::CheckConclusion) {
            return Err(ApiError::invalid("CheckRun", "conclusion", "invalid"));
        }
        let state = |s: &String| ["queued", "in_progress", "completed"].contains(&s.as_str());
        if !self.status.as_ref().is_none_or(state) && on(Rule::CheckStatus) {
            return Err(ApiError::invalid("CheckRun", "status", "invalid"));
        }
        if self.status.as_deref() == Some("completed")
            && self.conclusion.is_none()
            && on(Rule::CheckCompleted)
        {
            return Err(ApiError::invalid("CheckRun", "conclusion", "missing_field"));
        }
        let output = self.output.as_ref().filter(|output| !output.is_null());
        for name in ["title", "summary"] {
            let lacks =
                output.is_some_and(|output| output.get(name).and_then(Value::as_str).is_none());
            if lacks && on(Rule::CheckOutput) {
                return Err(missing(name));
            }
        }
        if self.actions > 3 && on(Rule::CheckActions) {
            return Err(ApiError::new(
                422,
                "Invalid request.\n\nNo more than 3 items are allowed; actions has too many.",
            ));
        }
        let text = |name: &str| {
            self.output
                .as_ref()
                .and_then(|o| o.get(name))
                .and_then(Value::as_str)
                .unwrap_or("")
        };
        let long = |name: &str| text(name).chars().count() > 65_535;
        if (long("summary") || long("text")) && on(Rule::CheckOutputLimit) {
            return Err(ApiError::new(
                422,
                "Invalid request.\n\nOnly 65535 characters are allowed; output is too long.",
            ));
        }
        Ok(())
    }
}

impl World {
    /// Makes a check run and gives its id.
    pub fn create_check(
        &mut self,
        home: i64,
        app: &str,
        draft: &CheckDraft,
        by: &str,
    ) -> Result<i64, ApiError> {
        self.writable(home)?;
        draft.check()?;
        let name = draft.name.clone().filter(|name| !name.is_empty());
        let name = name.ok_or_else(|| ApiError::invalid("CheckRun", "name", "missing_field"))?;
        self.commit(&draft.head_sha)?;
        let suite = self.suite(home, &draft.head_sha, app, by)?;
        let (id, now) = (self.next_id(), self.now());
        let done = draft.conclusion.is_some();
        let status = if done {
            "completed"
        } else {
            draft.status.as_deref().unwrap_or("queued")
        };
        self.repository_mut(home)?.checks.push(CheckRun {
            id,
            suite,
            app: app.to_owned(),
            name,
            head_sha: draft.head_sha.clone(),
            status: status.to_owned(),
            conclusion: draft.conclusion.clone(),
            external_id: draft.external_id.clone(),
            details_url: draft.details_url.clone(),
            output: draft.output.clone().unwrap_or_else(|| json!({})),
            started_at: now,
            completed_at: done.then_some(now),
            steps: draft.steps.clone(),
            log: draft.log.clone(),
        });
        self.tell_check(home, id, "created", by)?;
        if done {
            self.tell_check(home, id, "completed", by)?;
            self.suite_may_end(home, suite, by)?;
        }
        Ok(id)
    }

    /// Changes a check run.
    pub fn update_check(
        &mut self,
        home: i64,
        id: i64,
        draft: &CheckDraft,
        by: &str,
    ) -> Result<(), ApiError> {
        self.writable(home)?;
        draft.check()?;
        let now = self.now();
        let check = self
            .repository_mut(home)?
            .checks
            .iter_mut()
            .find(|c| c.id == id)
            .ok_or_else(ApiError::not_found)?;
        let (was, suite) = (check.conclusion.clone(), check.suite);
        check.name = draft.name.clone().unwrap_or_else(|| check.name.clone());
        check.external_id = draft
            .external_id
            .clone()
            .or_else(|| check.external_id.clone());
        check.details_url = draft
            .details_url
            .clone()
            .or_else(|| check.details_url.clone());
        check.output = draft.output.clone().unwrap_or_else(|| check.output.clone());
        if !draft.steps.is_empty() {
            check.steps.clone_from(&draft.steps);
        }
        check.log = draft.log.clone().or_else(|| check.log.take());
        // What is completed stays so: only a new run can be under way again.
        if let Some(status) = draft.status.as_ref().filter(|_| was.is_none()) {
            check.status.clone_from(status);
        }
        if let Some(conclusion) = &draft.conclusion {
            check.conclusion = Some(conclusion.clone());
            check.status = "completed".to_owned();
            check.completed_at = Some(now);
        }
        if draft.conclusion.is_some() && draft.conclusion != was {
            self.tell_check(home, id, "completed", by)?;
            self.suite_may_end(home, suite, by)?;
        }
        Ok(())
    }

    /// Tells that a suite, and the workflow run it belongs to, are over, once no run of it is left.
    fn suite_may_end(&mut self, home: i64, suite: i64, by: &str) -> Result<(), ApiError> {
        let repository = self.repository(home)?;
        if repository
            .checks
            .iter()
            .any(|check| check.suite == suite && check.conclusion.is_none())
        {
            return Ok(());
        }
        let run = repository
            .workflows
            .iter()
            .find(|run| run.suite == suite)
            .map(|run| run.id);
        self.tell_suite(home, suite, "completed", by)?;
        run.map_or(Ok(()), |run| self.tell_workflow(home, run, "completed", by))
    }

    /// A workflow that could not even start: it has no job.
    pub fn fail_to_start(
        &mut self,
        home: i64,
        sha: &str,
        name: &str,
        by: &str,
    ) -> Result<(), ApiError> {
        self.commit(sha)?;
        let (suite, id, now) = (self.next_id(), self.next_id(), self.now());
        let repository = self.repository_mut(home)?;
        repository
            .suites
            .push((suite, sha.to_owned(), ACTIONS.to_owned(), now));
        let conclusion = Some("startup_failure".to_owned());
        let (name, head_sha) = (name.to_owned(), sha.to_owned());
        repository.workflows.push(WorkflowRun {
            id,
            suite,
            name,
            head_sha,
            conclusion,
            created_at: now,
        });
        self.tell_suite(home, suite, "completed", by)?;
        self.tell_workflow(home, id, "completed", by)
    }

    fn tell_workflow(
        &mut self,
        home: i64,
        id: i64,
        action: &str,
        by: &str,
    ) -> Result<(), ApiError> {
        let repository = self.repository(home)?;
        let run = repository
            .workflows
            .iter()
            .find(|run| run.id == id)
            .ok_or_else(ApiError::not_found)?;
        let body = json!({ "workflow_run": self.workflow_json(repository, run), "workflow": self.workflow_file_json(repository, run) });
        let event = "workflow_run";
        self.emit(WebhookEvent {
            name: event,
            action: Some(action),
            repository: Some(home),
            installation: None,
            sender: by,
            body,
        });
        Ok(())
    }

    fn suite(&mut self, home: i64, sha: &str, app: &str, by: &str) -> Result<i64, ApiError> {
        let found = self
            .repository(home)?
            .suites
            .iter()
            .find(|(_, s, a, _)| s == sha && a == app)
            .map(|s| s.0);
        if let Some(id) = found {
            return Ok(id);
        }
        let (id, now) = (self.next_id(), self.now());
        self.repository_mut(home)?
            .suites
            .push((id, sha.to_owned(), app.to_owned(), now));
        if app == self.app.slug {
            self.tell_suite(home, id, "requested", by)?;
        }
        if app == ACTIONS {
            let run = self.next_id();
            let (name, head_sha) = ("CI".to_owned(), sha.to_owned());
            let run = WorkflowRun {
                id: run,
                suite: id,
                name,
                head_sha,
                conclusion: None,
                created_at: now,
            };
            self.repository_mut(home)?.workflows.push(run);
        }
        Ok(id)
    }

    /// A person wants a check made again. Its App is told and decides; the run itself stays as it is.
    pub fn rerequest_check(&mut self, home: i64, id: i64, by: &str) -> Result<(), ApiError> {
        let checks = &self.repository(home)?.checks;
        let check = checks.iter().find(|check| check.id == id);
        let check = check.ok_or_else(ApiError::not_found)?;
        match check.app == self.app.slug {
            true => self.tell_check(home, id, "rerequested", by),
            false => Ok(()),
        }
    }

    fn tell_check(&mut self, home: i64, id: i64, action: &str, by: &str) -> Result<(), ApiError> {
        let repository = self.repository(home)?;
        let check = repository
            .checks
            .iter()
            .find(|c| c.id == id)
            .ok_or_else(ApiError::not_found)?;
        let body = json!({ "check_run": self.check_json(repository, check) });
        let event = "check_run";
        self.emit(WebhookEvent {
            name: event,
            action: Some(action),
            repository: Some(home),
            installation: None,
            sender: by,
            body,
        });
        Ok(())
    }

    fn tell_suite(&mut self, home: i64, id: i64, action: &str, by: &str) -> Result<(), ApiError> {
        let body = json!({ "check_suite": self.suite_json(self.repository(home)?, id) });
        let event = "check_suite";
        self.emit(WebhookEvent {
            name: event,
            action: Some(action),
            repository: Some(home),
            installation: None,
            sender: by,
            body,
        });
        Ok(())
    }

    /// Sets a commit status and gives its id.
    pub fn create_status(&mut self, home: i64, status: Status, by: &str) -> Result<i64, ApiError> {
        self.writable(home)?;
        let known = ["error", "failure", "pending", "success"].contains(&status.state.as_str());
        if !known && on(Rule::StatusState) {
            return Err(ApiError::invalid("Status", "state", "invalid"));
        }
        let (id, created_at) = (self.next_id(), self.now());
        let status = Status {
            id,
            created_at,
            ..status
        };
        let repository = self.repository(home)?;
        let branches = repository
            .heads
            .iter()
            .filter(|(_, sha)| **sha == status.sha);
        let branches: Vec<Value> = branches
            .map(|(name, sha)| self.branch_json(repository, name, sha))
            .collect();
        let body = json!({
            "id": id,
            "sha": status.sha,
            "name": repository.full_name(),
            "target_url": status.target_url,
            "context": status.context,
            "description": status.description,
            "state": status.state,
            "commit": self.commit_json(repository, self.commit(&status.sha)?),
            "branches": branches,
            "created_at": crate::time::iso(created_at),
            "updated_at": crate::time::iso(created_at),
        });
        self.repository_mut(home)?.statuses.push(status);
        let event = "status";
        self.emit(WebhookEvent {
            name: event,
            action: None,
            repository: Some(home),
            installation: None,
            sender: by,
            body,
        });
        Ok(id)
    }
}
