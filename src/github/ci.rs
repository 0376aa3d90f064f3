//! What CI says about a commit: the reads behind [`ChecksRead`], and the log of a failed job.
//!
//! A permission the installation has not granted narrows what is seen and is named in the answer; it is no error. Logs lie
//! on another host: they are fetched without our credential, and only their end is kept.

use serde::Deserialize;
use serde::de::DeserializeOwned;
use url::Url;

use super::at::At;
use super::ci_rollup::{self, ChecksRead, Failing, Lead, Sources, TAIL};
use super::client::GitHub;
use super::error::GitHubError;
use super::purpose::Purpose;
use super::request::{ApiRequest, escape};
use super::wire::location;
use crate::core::ids::Sha;

/// How many failed jobs are looked into.
const DETAILED: usize = 5;
/// The end of a log that is kept to find the failure in, and the longest log read.
const LOG: (usize, usize) = (64 * 1024, 16 * 1024 * 1024);

#[derive(Deserialize)]
struct Job {
    #[serde(default)]
    steps: Vec<Step>,
}

#[derive(Deserialize)]
struct Step {
    name: String,
    conclusion: Option<String>,
}

#[derive(Deserialize)]
struct Rule {
    #[serde(rename = "type")]
    kind: String,
    parameters: Option<RuleParameters>,
}

#[derive(Deserialize)]
struct RuleParameters {
    #[serde(default)]
    required_status_checks: Vec<RequiredCheck>,
}

#[derive(Deserialize)]
struct RequiredCheck {
    context: String,
}

#[derive(Deserialize)]
struct Protected {
    protection: Option<Protection>,
}

#[derive(Deserialize)]
struct Protection {
    required_status_checks: Option<Required>,
}

#[derive(Deserialize)]
struct Required {
    #[serde(default)]
    contexts: Vec<String>,
    enforcement_level: Option<String>,
}

impl GitHub {
    /// What CI says about a commit now. <https://docs.github.com/rest/checks/runs>,
    /// <https://docs.github.com/rest/commits/statuses>, <https://docs.github.com/rest/actions/workflow-runs>
    pub async fn checks(&self, at: &At, head: &Sha) -> Result<ChecksRead, GitHubError> {
        let ours = self.app().await?.id;
        let mut unread = Vec::new();
        let runs = self.ci_list(
            at,
            format!("/commits/{head}/check-runs?filter=latest&per_page=100"),
            "check_runs",
        );
        let runs = readable(runs.await, "checks", &mut unread)?;
        let statuses = self.ci_list(
            at,
            format!("/commits/{head}/status?per_page=100"),
            "statuses",
        );
        let statuses = readable(statuses.await, "statuses", &mut unread)?;
        let workflows = self.ci_list(
            at,
            format!("/actions/runs?head_sha={head}&per_page=100"),
            "workflow_runs",
        );
        let workflows = readable(workflows.await, "actions", &mut unread)?;
        let (checks, leads) = ci_rollup::fold(
            Sources {
                runs,
                statuses,
                workflows,
            },
            ours,
        );
        let state = ci_rollup::amount(checks.iter().map(|check| check.state));
        Ok(ChecksRead {
            head: head.clone(),
            state,
            checks,
            failing: self.look_into(at, leads).await?,
            unread,
        })
    }

    /// How the checks of a commit stand, in a form in which a difference shows, and no other use. What the installation has not
    /// granted is left out. <https://docs.github.com/rest/checks/runs#list-check-runs-for-a-git-reference>,
    /// <https://docs.github.com/rest/commits/statuses#get-the-combined-status-for-a-specific-reference>
    pub async fn checks_seen(&self, at: &At, head: &Sha) -> Result<String, GitHubError> {
        let mut seen_of = String::new();
        let lists = [
            (
                format!("/commits/{head}/check-runs?filter=latest&per_page=100"),
                "check_runs",
            ),
            (format!("/commits/{head}/status?per_page=100"), "statuses"),
        ];
        for (path, field) in lists {
            let listed = self.ci_list::<serde_json::Value>(at, path, field).await;
            for check in seen(listed)?.unwrap_or_default() {
                let word = |name: &str| check[name].as_str().unwrap_or_default().to_owned();
                let ended = [word("status"), word("conclusion"), word("state")].concat();
                seen_of.push_str(&format!(" {}={ended}", check["id"]));
            }
        }
        Ok(seen_of)
    }

    /// The names of the checks a branch wants green before a merge, from branch protection and from rule sets, as far as
    /// we may see them. <https://docs.github.com/rest/branches/branches#get-a-branch>,
    /// <https://docs.github.com/rest/repos/rules#get-rules-for-a-branch>
    pub async fn required_checks(&self, at: &At, branch: &str) -> Result<Vec<String>, GitHubError> {
        let ask = ApiRequest::get(
            "read a branch",
            at.path(&format!("/branches/{}", escape(branch))),
        );
        let protected: Option<Protected> = seen(self.read_if_there(at, &ask).await)?.flatten();
        let required = protected.and_then(|branch| branch.protection?.required_status_checks);
        let enforced =
            required.filter(|required| required.enforcement_level.as_deref() != Some("off"));
        let mut names = enforced
            .map(|required| required.contexts)
            .unwrap_or_default();
        let path = at.path(&format!("/rules/branches/{}?per_page=100", escape(branch)));
        let rules: Vec<Rule> = seen(
            self.read_all(at, &ApiRequest::get("read a branch's rules", path))
                .await,
        )?
        .unwrap_or_default();
        let rules = rules
            .into_iter()
            .filter(|rule| rule.kind == "required_status_checks");
        let checks = rules
            .filter_map(|rule| rule.parameters)
            .flat_map(|rule| rule.required_status_checks);
        names.extend(checks.map(|check| check.context));
        names.sort_unstable();
        names.dedup();
        Ok(names)
    }

    /// Every page of a list that lies in a field.
    async fn ci_list<T: DeserializeOwned>(
        &self,
        at: &At,
        path: String,
        field: &str,
    ) -> Result<Vec<T>, GitHubError> {
        let ask = ApiRequest::get("see what CI said", at.path(&path));
        let (scope, name) = (at.scope(Purpose::Ci), at.name.to_string());
        let pages = self.pages(scope, &name, &ask, |answer, ask| {
            let mut page: serde_json::Value = answer.json(ask)?;
            serde_json::from_value(page[field].take()).map_err(|error| GitHubError::Unreadable {
                call: ask.to_string(),
                why: error.to_string(),
            })
        });
        pages.await
    }

    /// Adds the failed step and the log's end to the first failures.
    async fn look_into(&self, at: &At, leads: Vec<Lead>) -> Result<Vec<Failing>, GitHubError> {
        let (mut failing, mut detailed) = (Vec::new(), 0);
        for (mut one, job) in leads {
            if let Some(job) = job.filter(|_| detailed < DETAILED) {
                detailed += 1;
                one.step = best_effort(self.failed_step(at, job).await)?;
                one.tail = best_effort(self.job_log(at, job).await)?.unwrap_or(one.tail);
            }
            failing.push(one);
        }
        Ok(failing)
    }

    /// <https://docs.github.com/rest/actions/workflow-jobs#get-a-job-for-a-workflow-run>
    async fn failed_step(&self, at: &At, job: i64) -> Result<Option<String>, GitHubError> {
        let ask = ApiRequest::get("read a job", at.path(&format!("/actions/jobs/{job}")));
        let job: Job = self.read_for(at, Purpose::Ci, &ask).await?;
        let failed = |step: &Step| {
            matches!(
                step.conclusion.as_deref(),
                Some("failure" | "timed_out" | "cancelled")
            )
        };
        Ok(job.steps.into_iter().find(failed).map(|step| step.name))
    }

    /// <https://docs.github.com/rest/actions/workflow-jobs#download-job-logs-for-a-workflow-run>
    async fn job_log(&self, at: &At, job: i64) -> Result<Option<String>, GitHubError> {
        let ask = ApiRequest::get(
            "read a job's log",
            at.path(&format!("/actions/jobs/{job}/logs")),
        )
        .for_location();
        let answer = self
            .fetch(at.scope(Purpose::Ci), &at.name.to_string(), &ask)
            .await?;
        let Some(target) = location(&answer) else {
            return Ok(None);
        };
        let address = Url::parse(&target).or_else(|_| self.0.api.join(&target));
        let address = address.map_err(|error| GitHubError::Unreadable {
            call: ask.to_string(),
            why: format!("redirect: {error}"),
        })?;
        let bytes = self.0.wire.fetch_tail(&ask, &address, LOG).await?;
        Ok(bytes
            .map(|bytes| log_tail(&String::from_utf8_lossy(&bytes)))
            .filter(|tail| !tail.is_empty()))
    }
}

/// What is there if we may see it; `None` if GitHub does not let us.
pub(super) fn seen<T>(read: Result<T, GitHubError>) -> Result<Option<T>, GitHubError> {
    match read {
        Ok(value) => Ok(Some(value)),
        // 403 is also how GitHub says that the plan has no rule sets; 404 that the server is too old for them.
        Err(
            GitHubError::NotPermitted { .. }
            | GitHubError::Forbidden { .. }
            | GitHubError::NotFound { .. },
        ) => Ok(None),
        Err(error) => Err(error),
    }
}

fn readable<T>(
    read: Result<Vec<T>, GitHubError>,
    permission: &'static str,
    unread: &mut Vec<&'static str>,
) -> Result<Vec<T>, GitHubError> {
    Ok(seen(read)?.unwrap_or_else(|| {
        unread.push(permission);
        Vec::new()
    }))
}

/// A log that cannot be had is no reason to know nothing; a pause is one to stop.
fn best_effort<T>(read: Result<Option<T>, GitHubError>) -> Result<Option<T>, GitHubError> {
    match read {
        Err(
            error @ (GitHubError::Limited { .. }
            | GitHubError::Paced { .. }
            | GitHubError::Suspended),
        ) => Err(error),
        Err(error) => {
            tracing::warn!(%error, "the details of a failed job cannot be read");
            Ok(None)
        }
        Ok(value) => Ok(value),
    }
}

/// The end of a log up to its last error (what follows is clean-up), without the time in front of each line.
fn log_tail(log: &str) -> String {
    let lines: Vec<&str> = log.lines().map(untimed).collect();
    let end = lines
        .iter()
        .rposition(|line| line.starts_with("##[error]"))
        .map_or(lines.len(), |at| at + 1);
    let mut from = end;
    let mut size = 0;
    while from > 0 && size + lines[from - 1].len() < TAIL {
        from -= 1;
        size += lines[from].len() + 1;
    }
    if from == end && end > 0 {
        // One line that alone is too long.
        let line = lines[end - 1];
        let start =
            (line.len().saturating_sub(TAIL)..=line.len()).find(|at| line.is_char_boundary(*at));
        return line[start.unwrap_or(line.len())..].to_owned();
    }
    lines[from..end].join("\n")
}

/// `2023-11-14T22:13:20.1234567Z text` without its time.
fn untimed(line: &str) -> &str {
    let line = line.trim_start_matches('\u{feff}');
    let time = |text: &str| {
        text.len() >= 20
            && text.ends_with('Z')
            && text.as_bytes()[4] == b'-'
            && text.as_bytes()[10] == b'T'
    };
    match line.split_once(' ') {
        Some((first, rest)) if time(first) => rest,
        None if time(line) => "",
        _ => line,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_ends_at_its_last_error_and_has_no_times() {
        let log = "\u{feff}2023-11-14T22:13:20.1234567Z ##[group]Run cargo test\n2023-11-14T22:13:21.1234567Z \n\
                   2023-11-14T22:13:21.1234567Z error: é is not ascii\n2023-11-14T22:13:22.1234567Z ##[error]Process completed with exit code 101.\n\
                   2023-11-14T22:13:23.1234567Z Post job cleanup.\n";
        let tail = "##[group]Run cargo test\n\nerror: é is not ascii\n##[error]Process completed with exit code 101.";
        assert_eq!(log_tail(log), tail);
        assert_eq!(log_tail("no time\nat all"), "no time\nat all");
        assert_eq!(log_tail(""), "");
    }

    #[test]
    fn a_tail_is_never_longer_than_it_may_be() {
        let lines = "0123456789é\n".repeat(5_000);
        let tail = log_tail(&lines);
        assert!(
            tail.len() <= TAIL && tail.len() > TAIL - 20,
            "{}",
            tail.len()
        );
        let line = "é".repeat(20_000);
        assert!(log_tail(&line).len() <= TAIL);
    }
}
