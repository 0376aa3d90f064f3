//! Reads a pull request and the issues that it names, as far as the gate goes.

use crate::core::dependency::{self, Home, Reference};
use crate::core::effect::ReadPullGate;
use crate::core::event::{Event, PullStanding};
use crate::core::failure::Failure;
use crate::core::ids::{IssueNumber, TaskKey};
use crate::core::label;
use crate::core::policy::{GO_LABEL, SPRINT_LABEL};
use crate::core::pull_gate::{GateFacts, GateNews, NamedFacts, NamedIs};
use crate::github::{At, GitHub, GitHubError, Pull};
use crate::runner::lease::Lease;
use crate::runner::performed::Performed;
use crate::runner::scope::Reading;

/// So many of the issues that it names are looked at.
const NAMED: usize = 10;

/// What cannot be read is tried again and then given up, never assumed.
pub(super) async fn perform(
    action: &ReadPullGate,
    lease: &Lease,
    reading: &Reading<'_>,
) -> Result<Performed, Failure> {
    let at = At::of(lease.place());
    let news = match reading.github.pull(&at, IssueNumber(action.pull)).await {
        Ok(pull) if pull.state == PullStanding::Open => {
            let found = Box::new(facts(reading, &at, pull).await?);
            GateNews::Read { found }
        }
        Ok(_) | Err(GitHubError::NotFound { .. } | GitHubError::Gone { .. }) => GateNews::Over,
        Err(error) => return Err(error.into()),
    };
    Ok(Performed::known(Event::PullGate(news)))
}

async fn facts(reading: &Reading<'_>, at: &At, pull: Pull) -> Result<GateFacts, GitHubError> {
    let github = reading.github;
    let host = github.web_host();
    let home = Home {
        repository: &at.name,
        issue: pull.number,
        host: &host,
    };
    let mut found = dependency::linked(&pull.title, &pull.body, &home).found;
    found.retain(|reference| !reference.itself);
    let cut = found.len() > NAMED;
    let mut named = Vec::new();
    for reference in found.into_iter().take(NAMED) {
        named.push(look_up(github, at, reference).await?);
    }
    let words = &reading.policy.issues.words;
    Ok(GateFacts {
        head: pull.head_sha,
        author: pull.author.known(),
        labels: pull
            .labels
            .iter()
            .map(|label| words.inward(label))
            .collect(),
        named,
        cut,
    })
}

/// An issue in a repository that not everybody sees who sees the pull request is none: whoever writes pull requests must not
/// learn by them what labels it has.
async fn look_up(
    github: &GitHub,
    at: &At,
    reference: Reference,
) -> Result<NamedFacts, GitHubError> {
    let number = reference.number;
    let (written, home) = match &reference.repository {
        None => (format!("#{number}"), Some(at.clone())),
        Some(name) => {
            let found = github.neighbour(at, name).await?;
            let open = found.filter(|found| found.is_open);
            (format!("{name}#{number}"), open.map(|found| found.at))
        }
    };
    let unknown = |key| NamedFacts {
        written: written.clone(),
        key,
        is: NamedIs::Unknown,
    };
    let Some(home) = home else {
        return Ok(unknown(None));
    };
    let key = Some(TaskKey::new(home.repository, number));
    let issue = match github.issue(&home, number).await {
        Ok(issue) => issue,
        Err(GitHubError::NotFound { .. } | GitHubError::Gone { .. }) => return Ok(unknown(key)),
        Err(error) => return Err(error),
    };
    let is = if issue.is_pull_request {
        NamedIs::PullRequest
    } else if label::has(&issue.labels, GO_LABEL) {
        NamedIs::Released
    } else if label::has(&issue.labels, SPRINT_LABEL) {
        NamedIs::Sprint
    } else {
        NamedIs::Unlabeled
    };
    Ok(NamedFacts { written, key, is })
}
