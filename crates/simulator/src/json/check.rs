//! Check runs, suites and statuses as JSON.

use serde_json::{Value, json};

use crate::time::iso;
use crate::world::check::ACTIONS;
use crate::world::facts::World;
use crate::world::repository::{CheckRun, Repository, Status, WorkflowRun};

impl World {
    /// The short form of the open pull requests whose head is a commit.
    fn pulls_at(&self, home: &Repository, sha: &str) -> Value {
        let url = self.repository_url(home);
        let end = |branch: &str, sha: &str| json!({ "ref": branch, "sha": sha, "repo": { "id": home.id, "url": url, "name": home.name } });
        let open = home.issues.values().filter(|issue| issue.open);
        let pulls = open
            .filter_map(|issue| Some((issue, issue.pull.as_ref().filter(|p| p.head_sha == sha)?)));
        let short = pulls.map(|(issue, pull)| {
            json!({
                "url": self.pull_url(home, issue.number),
                "id": pull.id,
                "number": issue.number,
                "head": end(&pull.head, &pull.head_sha),
                "base": end(&pull.base, &pull.base_sha),
            })
        });
        short.collect()
    }

    /// The page of a job of GitHub Actions.
    fn job_page(&self, home: &Repository, check: &CheckRun) -> String {
        let run = home
            .workflows
            .iter()
            .find(|run| run.suite == check.suite)
            .map_or(0, |run| run.id);
        format!(
            "{}/actions/runs/{run}/job/{}",
            self.repository_page(home),
            check.id
        )
    }

    /// Where a check run is explained: where its App says, or else its job or the App's own site.
    fn details_url(&self, home: &Repository, check: &CheckRun) -> String {
        match &check.details_url {
            Some(url) => url.clone(),
            None if check.app == ACTIONS => self.job_page(home, check),
            None => self.app_page(&check.app),
        }
    }

    /// A `check-run`.
    pub fn check_json(&self, home: &Repository, check: &CheckRun) -> Value {
        let id = check.id;
        let url = format!("{}/check-runs/{id}", self.repository_url(home));
        let said = |name: &str| check.output.get(name).cloned().unwrap_or(Value::Null);
        let output = json!({
            "title": said("title"),
            "summary": said("summary"),
            "text": said("text"),
            "annotations_count": said("annotations").as_array().map_or(0, Vec::len),
            "annotations_url": format!("{url}/annotations"),
        });
        json!({
            "id": id,
            "name": check.name,
            "node_id": format!("CR_{id}"),
            "head_sha": check.head_sha,
            "external_id": check.external_id.as_deref().unwrap_or_default(),
            "url": url,
            "html_url": format!("{}/runs/{id}", self.repository_page(home)),
            "details_url": self.details_url(home, check),
            "status": check.status,
            "conclusion": check.conclusion,
            "started_at": iso(check.started_at),
            "completed_at": check.completed_at.map(iso),
            "output": output,
            "check_suite": self.suite_json(home, check.suite),
            "app": self.app_json(&check.app),
            "pull_requests": self.pulls_at(home, &check.head_sha),
        })
    }

    /// A `check-suite`; null when there is none of that id.
    pub fn suite_json(&self, home: &Repository, id: i64) -> Value {
        let Some((_, sha, app, at)) = home.suites.iter().find(|(suite, ..)| *suite == id) else {
            return Value::Null;
        };
        let runs: Vec<&CheckRun> = home
            .checks
            .iter()
            .filter(|check| check.suite == id)
            .collect();
        let (status, conclusion) = self.suite_verdict(home, id);
        let url = format!("{}/check-suites/{id}", self.repository_url(home));
        let branch = home
            .heads
            .iter()
            .find(|(_, head)| *head == sha)
            .map(|(branch, _)| branch);
        json!({
            "id": id,
            "node_id": format!("CS_{id}"),
            "head_branch": branch,
            "head_sha": sha,
            "head_commit": self.head_commit_json(sha),
            "status": status,
            "conclusion": conclusion,
            "url": url,
            "before": null,
            "after": sha,
            "pull_requests": self.pulls_at(home, sha),
            "app": self.app_json(app),
            "repository": self.repository_json(home),
            "created_at": iso(*at),
            "updated_at": iso(*at),
            "latest_check_runs_count": runs.len(),
            "check_runs_url": format!("{url}/check-runs"),
        })
    }

    /// Status and conclusion of a suite: what its runs amount to, or what its workflow said.
    fn suite_verdict(&self, home: &Repository, id: i64) -> (&'static str, Option<String>) {
        let runs: Vec<&CheckRun> = home
            .checks
            .iter()
            .filter(|check| check.suite == id)
            .collect();
        let said = home
            .workflows
            .iter()
            .find(|run| run.suite == id)
            .and_then(|run| run.conclusion.clone());
        match said {
            Some(conclusion) => ("completed", Some(conclusion)),
            None => {
                let (status, conclusion) = verdict(&runs);
                (status, conclusion.map(str::to_owned))
            }
        }
    }

    /// A `workflow-run`.
    pub fn workflow_json(&self, home: &Repository, run: &WorkflowRun) -> Value {
        let (status, conclusion) = self.suite_verdict(home, run.suite);
        let (id, sha, root) = (run.id, &run.head_sha, self.repository_url(home));
        let url = format!("{root}/actions/runs/{id}");
        let branch = home
            .heads
            .iter()
            .find(|(_, head)| *head == sha)
            .map(|(branch, _)| branch);
        let actor = self.user_json("github-actions[bot]");
        let facts = json!({
            "id": id,
            "name": run.name,
            "node_id": format!("WFR_{id}"),
            "check_suite_id": run.suite,
            "check_suite_node_id": format!("CS_{}", run.suite),
            "head_branch": branch,
            "head_sha": sha,
            "path": ".github/workflows/ci.yml",
            "run_number": 1,
            "run_attempt": 1,
            "event": "push",
            "display_title": run.name,
            "status": status,
            "conclusion": conclusion,
            "workflow_id": 159_038,
            "pull_requests": self.pulls_at(home, sha),
            "referenced_workflows": [],
            "actor": actor,
            "triggering_actor": actor,
            "created_at": iso(run.created_at),
            "updated_at": iso(run.created_at),
            "run_started_at": iso(run.created_at),
            "head_commit": self.head_commit_json(sha),
            "repository": self.repository_json(home),
            "head_repository": self.repository_json(home),
        });
        let addresses = json!({
            "url": url,
            "html_url": format!("{}/actions/runs/{id}", self.repository_page(home)),
            "jobs_url": format!("{url}/jobs"),
            "logs_url": format!("{url}/logs"),
            "check_suite_url": format!("{root}/check-suites/{}", run.suite),
            "artifacts_url": format!("{url}/artifacts"),
            "cancel_url": format!("{url}/cancel"),
            "rerun_url": format!("{url}/rerun"),
            "previous_attempt_url": null,
            "workflow_url": format!("{root}/actions/workflows/159038"),
        });
        crate::json::parts::joined([facts, addresses])
    }

    /// The `workflow` beside a `workflow_run` in its webhook.
    pub fn workflow_file_json(&self, home: &Repository, run: &WorkflowRun) -> Value {
        let url = format!("{}/actions/workflows/159038", self.repository_url(home));
        json!({
            "id": 159_038,
            "node_id": "W_159038",
            "name": run.name,
            "path": ".github/workflows/ci.yml",
            "state": "active",
            "created_at": iso(run.created_at),
            "updated_at": iso(run.created_at),
            "url": url,
            "html_url": url,
            "badge_url": format!("{}/workflows/CI/badge.svg", self.repository_page(home)),
        })
    }

    /// A `job`: a check run of GitHub Actions with its steps.
    pub fn job_json(&self, home: &Repository, check: &CheckRun) -> Value {
        let (id, root) = (check.id, self.repository_url(home));
        let run = home.workflows.iter().find(|run| run.suite == check.suite);
        let run_id = run.map_or(0, |run| run.id);
        let step = |(number, (name, conclusion)): (usize, &(String, String))| {
            json!({ "name": name, "status": "completed", "conclusion": conclusion, "number": number + 1,
                    "started_at": iso(check.started_at), "completed_at": check.completed_at.map(iso) })
        };
        json!({
            "id": id,
            "run_id": run_id,
            "run_url": format!("{root}/actions/runs/{run_id}"),
            "run_attempt": 1,
            "node_id": format!("CR_{id}"),
            "head_sha": check.head_sha,
            "url": format!("{root}/actions/jobs/{id}"),
            "html_url": self.job_page(home, check),
            "status": check.status,
            "conclusion": check.conclusion,
            "created_at": iso(check.started_at),
            "started_at": iso(check.started_at),
            "completed_at": check.completed_at.map(iso),
            "name": check.name,
            "steps": check.steps.iter().enumerate().map(step).collect::<Vec<_>>(),
            "check_run_url": format!("{root}/check-runs/{id}"),
            "labels": ["ubuntu-latest"],
            "runner_id": 1,
            "runner_name": "runner",
            "runner_group_id": 1,
            "runner_group_name": "Default",
            "workflow_name": run.map(|run| run.name.clone()),
            "head_branch": home.heads.iter().find(|(_, head)| **head == check.head_sha).map(|(branch, _)| branch),
        })
    }

    /// A `status`.
    pub fn status_json(&self, home: &Repository, status: &Status) -> Value {
        json!({
            "url": format!("{}/statuses/{}", self.repository_url(home), status.sha),
            "avatar_url": null,
            "id": status.id,
            "node_id": format!("SC_{}", status.id),
            "state": status.state,
            "description": status.description,
            "target_url": status.target_url,
            "context": status.context,
            "created_at": iso(status.created_at),
            "updated_at": iso(status.created_at),
            "creator": self.user_json(&status.creator),
        })
    }

    /// A `combined-commit-status`: the latest of each context, and what they amount to.
    pub fn combined_json(&self, home: &Repository, sha: &str) -> Value {
        let mut latest: Vec<&Status> = Vec::new();
        for status in home
            .statuses
            .iter()
            .rev()
            .filter(|status| status.sha == sha)
        {
            if !latest.iter().any(|other| other.context == status.context) {
                latest.push(status);
            }
        }
        let any = |states: &[&str]| {
            latest
                .iter()
                .any(|status| states.contains(&status.state.as_str()))
        };
        let state = match () {
            () if any(&["error", "failure"]) => "failure",
            () if latest.is_empty() || any(&["pending"]) => "pending",
            () => "success",
        };
        let url = self.repository_url(home);
        json!({
            "state": state,
            "sha": sha,
            "total_count": latest.len(),
            "statuses": latest.iter().map(|status| self.status_json(home, status)).collect::<Vec<_>>(),
            "repository": self.repository_json(home),
            "commit_url": format!("{url}/commits/{sha}"),
            "url": format!("{url}/commits/{sha}/status"),
        })
    }
}

/// What the runs of a suite amount to: status and conclusion.
fn verdict(runs: &[&CheckRun]) -> (&'static str, Option<&'static str>) {
    if runs.is_empty() || runs.iter().all(|run| run.status == "queued") {
        return ("queued", None);
    }
    if runs.iter().any(|run| run.conclusion.is_none()) {
        return ("in_progress", None);
    }
    let fine = |run: &&CheckRun| {
        run.conclusion
            .as_deref()
            .is_some_and(|c| ["success", "neutral", "skipped"].contains(&c))
    };
    (
        "completed",
        Some(if runs.iter().all(fine) {
            "success"
        } else {
            "failure"
        }),
    )
}
