//! Check runs: one line on the pull request, known by its `external_id`.
//!
//! Putting one twice leaves one: it is looked for first and then created or updated. What is completed cannot be under way again; then a
//! new run takes its place, and GitHub shows the newest of a name.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::answer::Answer;
use super::at::At;
use super::client::GitHub;
use super::error::GitHubError;
use super::purpose::Purpose;
use super::rate_gate::Priority;
use super::request::{ApiRequest, escape};
use super::values::{TEXT_CHARS, cut};
use crate::core::ids::Sha;

/// How far a check is. <https://docs.github.com/rest/checks/runs#create-a-check-run>
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CheckStatus {
    /// Not begun.
    Queued,
    /// Under way.
    InProgress,
    /// Over.
    Completed(CheckConclusion),
}

/// How a check ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CheckConclusion {
    /// Well.
    Success,
    /// Badly.
    Failure,
    /// Neither.
    Neutral,
    /// It was stopped.
    Cancelled,
    /// It took too long.
    TimedOut,
    /// A person must do something.
    ActionRequired,
}

/// What a check run says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckReport {
    /// The commit it is about.
    pub head_sha: Sha,
    /// The name of the check.
    pub name: String,
    /// Our own key for it.
    pub external_id: String,
    /// How far it is.
    pub status: CheckStatus,
    /// The headline.
    pub title: String,
    /// Markdown, cut to 65,000 characters.
    pub summary: String,
    /// The page that tells more; GitHub puts the App's own there otherwise.
    pub details_url: Option<String>,
}

/// A check run that is there.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct CheckRun {
    /// The identity.
    pub id: i64,
    /// Our own key for it.
    pub external_id: Option<String>,
    /// How far it is, in GitHub's word.
    status: String,
}

#[derive(Deserialize)]
struct CheckPage {
    check_runs: Vec<CheckRun>,
}

impl CheckReport {
    fn body(&self) -> Value {
        let (status, conclusion) = match self.status {
            CheckStatus::Queued => ("queued", None),
            CheckStatus::InProgress => ("in_progress", None),
            CheckStatus::Completed(conclusion) => ("completed", Some(conclusion)),
        };
        let output =
            json!({"title": cut(&self.title, 255), "summary": cut(&self.summary, TEXT_CHARS)});
        let mut body = json!({
            "name": self.name, "head_sha": self.head_sha, "external_id": self.external_id, "status": status,
            "output": output,
        });
        if let Some(conclusion) = conclusion {
            body["conclusion"] = json!(conclusion);
        }
        if let Some(details_url) = &self.details_url {
            body["details_url"] = json!(details_url);
        }
        body
    }
}

impl GitHub {
    /// Creates the check run of this `external_id` on this commit, or updates it.
    /// <https://docs.github.com/rest/checks/runs#create-a-check-run>,
    /// <https://docs.github.com/rest/checks/runs#update-a-check-run>
    pub async fn put_check(&self, at: &At, report: &CheckReport) -> Result<CheckRun, GitHubError> {
        let is_over = matches!(report.status, CheckStatus::Completed(_));
        let found = self.find_check(at, report).await?;
        let ask = match found.filter(|run| is_over || run.status != "completed") {
            Some(run) => {
                let mut body = report.body();
                if let Some(fields) = body.as_object_mut() {
                    // A run cannot move to another commit, so an update has no such field.
                    fields.remove("head_sha");
                }
                ApiRequest::patch(
                    "update a check run",
                    at.path(&format!("/check-runs/{}", run.id)),
                    &body,
                )
            }
            None => ApiRequest::post("create a check run", at.path("/check-runs"), &report.body()),
        };
        self.change(at, Purpose::Checks, Priority::Normal, &ask)
            .await?
            .json(&ask)
    }

    /// The newest. <https://docs.github.com/rest/checks/runs#list-check-runs-for-a-git-reference>
    async fn find_check(
        &self,
        at: &At,
        report: &CheckReport,
    ) -> Result<Option<CheckRun>, GitHubError> {
        let query = format!(
            "/commits/{}/check-runs?check_name={}&filter=all&per_page=100",
            report.head_sha,
            escape(&report.name)
        );
        let ask = ApiRequest::get("find the check run", at.path(&query));
        let (scope, name) = (at.scope(Purpose::Checks), at.name.to_string());
        let items = |answer: &Answer, ask: &ApiRequest| {
            answer.json::<CheckPage>(ask).map(|page| page.check_runs)
        };
        let found = self.pages(scope, &name, &ask, items).await?;
        let ours = |run: &CheckRun| run.external_id.as_deref() == Some(&report.external_id);
        Ok(found.into_iter().filter(ours).max_by_key(|run| run.id))
    }
}
