//! What CI says about a commit, folded from check runs, commit statuses and workflow runs (pure).
//!
//! It exists because no single answer of GitHub says it. What is not known to be good is not called good; a cancelled run
//! counts only while nothing newer took its place.

use std::collections::{HashMap, HashSet};

use serde::Deserialize;

use crate::core::event::ChecksState;
use crate::core::ids::Sha;

/// The most that is kept of what a check says, in bytes: the beginning of its words or the end of its log.
pub(super) const TAIL: usize = 8 * 1024;

/// Where a check comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CheckKind {
    /// A check run: a job of GitHub Actions, or another App's.
    Run,
    /// A commit status.
    Status,
    /// A workflow run that has no check run for what it says (it waits, or it could not start).
    Workflow,
}

/// One check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckSeen {
    /// What required checks name it by.
    pub name: String,
    /// Where it comes from.
    pub kind: CheckKind,
    /// Never [`ChecksState::None`].
    pub state: ChecksState,
}

/// A check that failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failing {
    /// Its name.
    pub name: String,
    /// The page people open; may be empty.
    pub url: String,
    /// The step of a GitHub Actions job that failed.
    pub step: Option<String>,
    /// The end of the job's log, or what the check says of itself. At most 8 KiB; written by strangers.
    pub tail: String,
}

/// What CI says about a commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChecksRead {
    /// The commit.
    pub head: Sha,
    /// What all checks amount to.
    pub state: ChecksState,
    /// Every check but our own.
    pub checks: Vec<CheckSeen>,
    /// Those that failed.
    pub failing: Vec<Failing>,
    /// The permissions we lack (`checks`, `statuses`, `actions`): what they would show is not in here.
    pub unread: Vec<&'static str>,
}

impl ChecksRead {
    /// What the checks a branch requires amount to; all of them when it requires none. One that has not reported yet is
    /// pending, unless a workflow could not even start.
    pub fn of(&self, required: &[String]) -> ChecksState {
        if required.is_empty() {
            return self.state;
        }
        let named = |check: &&CheckSeen| {
            check.kind != CheckKind::Workflow && required.contains(&check.name)
        };
        let seen: Vec<&CheckSeen> = self.checks.iter().filter(named).collect();
        let missing = required
            .iter()
            .any(|name| !seen.iter().any(|check| check.name == *name));
        match amount(seen.iter().map(|check| check.state)) {
            ChecksState::Red => ChecksState::Red,
            state if !missing => state,
            _ if self
                .checks
                .iter()
                .any(|c| c.kind == CheckKind::Workflow && c.state == ChecksState::Red) =>
            {
                ChecksState::Red
            }
            _ => ChecksState::Pending,
        }
    }
}

/// `check-run`: <https://docs.github.com/rest/checks/runs#list-check-runs-for-a-git-reference>
#[derive(Debug, Deserialize)]
pub(super) struct RunShape {
    id: i64,
    name: String,
    status: String,
    conclusion: Option<String>,
    html_url: Option<String>,
    output: Option<OutputShape>,
    app: Option<AppShape>,
    check_suite: Option<SuiteShape>,
}

#[derive(Debug, Default, Deserialize)]
struct OutputShape {
    title: Option<String>,
    summary: Option<String>,
    text: Option<String>,
}

#[derive(Debug, Deserialize)]
struct AppShape {
    id: i64,
    slug: Option<String>,
}

#[derive(Debug, Deserialize)]
struct SuiteShape {
    id: i64,
}

/// `simple-commit-status`: <https://docs.github.com/rest/commits/statuses>
#[derive(Debug, Deserialize)]
pub(super) struct StatusShape {
    context: String,
    state: String,
    description: Option<String>,
    target_url: Option<String>,
}

/// `workflow-run`: <https://docs.github.com/rest/actions/workflow-runs>
#[derive(Debug, Deserialize)]
pub(super) struct WorkflowShape {
    id: i64,
    name: Option<String>,
    workflow_id: i64,
    event: String,
    status: Option<String>,
    conclusion: Option<String>,
    #[serde(default)]
    html_url: String,
    check_suite_id: Option<i64>,
}

/// What was read.
#[derive(Debug, Default)]
pub(super) struct Sources {
    pub(super) runs: Vec<RunShape>,
    pub(super) statuses: Vec<StatusShape>,
    pub(super) workflows: Vec<WorkflowShape>,
}

/// A failure, and the job of GitHub Actions whose steps and log say more.
pub(super) type Lead = (Failing, Option<i64>);

/// Folds the sources; `ours` is the App whose own checks do not count.
pub(super) fn fold(sources: Sources, ours: i64) -> (Vec<CheckSeen>, Vec<Lead>) {
    let (mut checks, mut leads) = (Vec::new(), Vec::new());
    let suites: HashSet<i64> = sources
        .runs
        .iter()
        .filter_map(|run| Some(run.check_suite.as_ref()?.id))
        .collect();
    for run in latest_runs(sources.runs, ours) {
        let state = run_state(&run.status, run.conclusion.as_deref());
        checks.push(CheckSeen {
            name: run.name.clone(),
            kind: CheckKind::Run,
            state,
        });
        leads.extend((state == ChecksState::Red).then(|| run_lead(run)));
    }
    for status in sources.statuses {
        let state = match status.state.as_str() {
            "success" => ChecksState::Green,
            "pending" => ChecksState::Pending,
            _ => ChecksState::Red,
        };
        checks.push(CheckSeen {
            name: status.context.clone(),
            kind: CheckKind::Status,
            state,
        });
        leads.extend((state == ChecksState::Red).then(|| status_lead(status)));
    }
    for flow in latest_workflows(sources.workflows) {
        let state = run_state(
            flow.status.as_deref().unwrap_or("pending"),
            flow.conclusion.as_deref(),
        );
        // Its jobs are check runs, and say more.
        if state != ChecksState::Pending
            && flow
                .check_suite_id
                .is_some_and(|suite| suites.contains(&suite))
        {
            continue;
        }
        let name = flow.name.unwrap_or_else(|| "workflow".to_owned());
        checks.push(CheckSeen {
            name: name.clone(),
            kind: CheckKind::Workflow,
            state,
        });
        let tail = flow.conclusion.unwrap_or_default();
        let failing = Failing {
            name,
            url: flow.html_url,
            step: None,
            tail,
        };
        leads.extend((state == ChecksState::Red).then_some((failing, None)));
    }
    (checks, leads)
}

/// What several states amount to.
pub(super) fn amount(states: impl Iterator<Item = ChecksState>) -> ChecksState {
    states.fold(ChecksState::None, |all, one| match (all, one) {
        (ChecksState::Red, _) | (_, ChecksState::Red) => ChecksState::Red,
        (ChecksState::Pending, _) | (_, ChecksState::Pending) => ChecksState::Pending,
        (ChecksState::Green, _) | (_, ChecksState::Green) => ChecksState::Green,
        (ChecksState::None, ChecksState::None) => ChecksState::None,
    })
}

/// A conclusion we do not know is not a good one.
fn run_state(status: &str, conclusion: Option<&str>) -> ChecksState {
    match (status, conclusion) {
        ("completed", Some("success" | "neutral" | "skipped")) => ChecksState::Green,
        ("completed", _) => ChecksState::Red,
        _ => ChecksState::Pending,
    }
}

/// Without our own, and without cancelled ones that have a successor.
fn latest_runs(runs: Vec<RunShape>, ours: i64) -> Vec<RunShape> {
    let key = |run: &RunShape| (run.app.as_ref().map_or(0, |app| app.id), run.name.clone());
    let mut newest: HashMap<(i64, String), i64> = HashMap::new();
    for run in &runs {
        let id = newest.entry(key(run)).or_insert(run.id);
        *id = run.id.max(*id);
    }
    let succeeded = |run: &RunShape| newest.get(&key(run)).is_some_and(|id| *id > run.id);
    let counts = |run: &RunShape| {
        key(run).0 != ours && !(run.conclusion.as_deref() == Some("cancelled") && succeeded(run))
    };
    runs.into_iter().filter(counts).collect()
}

/// The newest of each workflow and what set it off.
fn latest_workflows(flows: Vec<WorkflowShape>) -> Vec<WorkflowShape> {
    let mut latest: Vec<WorkflowShape> = Vec::new();
    for flow in flows {
        let same = |other: &WorkflowShape| {
            other.workflow_id == flow.workflow_id && other.event == flow.event
        };
        match latest.iter_mut().find(|other| same(other)) {
            Some(there) if there.id >= flow.id => {}
            Some(there) => *there = flow,
            None => latest.push(flow),
        }
    }
    latest
}

fn run_lead(run: RunShape) -> Lead {
    let actions = run
        .app
        .as_ref()
        .is_some_and(|app| app.slug.as_deref() == Some("github-actions"));
    let output = run.output.unwrap_or_default();
    let parts = [output.title, output.summary, output.text]
        .into_iter()
        .flatten()
        .filter(|part| !part.is_empty());
    let said = parts.collect::<Vec<_>>().join("\n");
    let url = run.html_url.unwrap_or_default();
    // The number of a job is the number of its check run.
    (
        Failing {
            name: run.name,
            url,
            step: None,
            tail: head(&said),
        },
        actions.then_some(run.id),
    )
}

fn status_lead(status: StatusShape) -> Lead {
    let (url, said) = (
        status.target_url.unwrap_or_default(),
        status.description.unwrap_or_default(),
    );
    (
        Failing {
            name: status.context,
            url,
            step: None,
            tail: head(&said),
        },
        None,
    )
}

/// The beginning of what a check says, at most [`TAIL`] bytes.
fn head(text: &str) -> String {
    let mut end = TAIL.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text[..end].to_owned()
}
