//! What happens in a repository besides issues: releases, and workflows that failed. Read where nobody told us of it.

use serde::Deserialize;

use super::at::At;
use super::ci::seen;
use super::client::GitHub;
use super::error::GitHubError;
use super::purpose::Purpose;
use super::request::{ApiRequest, escape};
use super::values::{millis, optional_millis};
use crate::core::ids::RepositoryId;
use crate::core::recurring::Occasion;

/// Something that happened: what it is called, and its page. Somebody else's words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Happened {
    /// The tag of a release, the name of a workflow.
    pub name: String,
    /// Its page.
    pub url: String,
}

#[derive(Deserialize)]
struct ReleaseShape {
    tag_name: String,
    html_url: String,
    draft: bool,
    prerelease: bool,
    #[serde(default, deserialize_with = "optional_millis")]
    published_at: Option<i64>,
}

#[derive(Deserialize)]
struct RunsPage {
    workflow_runs: Vec<WorkflowRunShape>,
}

#[derive(Deserialize)]
struct WorkflowRunShape {
    name: Option<String>,
    html_url: String,
    conclusion: Option<String>,
    /// Null once the fork is deleted.
    head_repository: Option<HeadShape>,
    #[serde(deserialize_with = "millis")]
    updated_at: i64,
}

#[derive(Deserialize)]
struct HeadShape {
    id: RepositoryId,
}

impl GitHub {
    /// The releases that were published since a moment (epoch milliseconds), of the last thirty; pre-releases and drafts are none.
    /// <https://docs.github.com/rest/releases/releases#list-releases>
    pub async fn releases_since(&self, at: &At, since: i64) -> Result<Vec<Happened>, GitHubError> {
        let ask = ApiRequest::get("list the releases", at.path("/releases?per_page=30"));
        let found: Vec<ReleaseShape> = self.read(at, &ask).await?;
        let is_out = |release: &ReleaseShape| {
            let published = release.published_at.is_some_and(|at| at >= since);
            published && !release.draft && !release.prerelease
        };
        let happened = found.into_iter().filter(is_out).map(|release| Happened {
            name: release.tag_name,
            url: release.html_url,
        });
        Ok(happened.collect())
    }

    /// The runs of workflows on the default branch that failed and ended since a moment (epoch milliseconds), of the last hundred, newest
    /// first. Where the installation has not granted to see them there are none. A fork's branch of the same name is none of ours.
    /// <https://docs.github.com/rest/actions/workflow-runs#list-workflow-runs-for-a-repository>
    pub async fn failed_runs_since(
        &self,
        at: &At,
        since: i64,
    ) -> Result<Vec<Happened>, GitHubError> {
        let branch = self.repository(at).await?.default_branch;
        let path = format!(
            "/actions/runs?branch={}&status=completed&exclude_pull_requests=true&per_page=100",
            escape(&branch)
        );
        let ask = ApiRequest::get("list the workflow runs", at.path(&path));
        let page = seen(self.read_for::<RunsPage>(at, Purpose::Ci, &ask).await)?;
        let failed = |run: &WorkflowRunShape| {
            let same = run.head_repository.as_ref().map(|head| head.id) == Some(at.repository);
            let conclusion = run.conclusion.as_deref().unwrap_or_default();
            same && Occasion::is_failed_run(conclusion) && run.updated_at >= since
        };
        let runs = page.into_iter().flat_map(|page| page.workflow_runs);
        let happened = runs.filter(failed).map(|run| Happened {
            name: run.name.unwrap_or_else(|| "without a name".to_owned()),
            url: run.html_url,
        });
        Ok(happened.collect())
    }
}
