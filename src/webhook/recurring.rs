//! What happens in a repository that recurring work may wait for: a release, a workflow that failed on the default branch. It is told to
//! the repository itself, which knows whether anything waits.
//!
//! <https://docs.github.com/en/webhooks/webhook-events-and-payloads#release>

use serde::Deserialize;

use super::outcome::{Found, NoEvent, ignored, of_issue};
use super::payload::{HeadRepository, Installation, Repository};
use crate::core::event::Event;
use crate::core::ids::{IssueNumber, RepositoryName};
use crate::core::recurring::{Occasion, RecurringNews, Seen};

/// `release`.
#[derive(Deserialize)]
pub(super) struct Releases {
    release: Release,
    repository: Repository,
    installation: Option<Installation>,
}

#[derive(Deserialize)]
struct Release {
    tag_name: String,
    html_url: String,
    #[serde(default)]
    prerelease: bool,
}

/// `workflow_run`, as far as it is of the default branch.
#[derive(Deserialize)]
pub(super) struct Failures {
    workflow_run: Failure,
    repository: Home,
    installation: Option<Installation>,
}

#[derive(Deserialize)]
struct Failure {
    name: Option<String>,
    head_branch: Option<String>,
    /// Null once the fork is deleted.
    head_repository: Option<HeadRepository>,
    conclusion: Option<String>,
    html_url: Option<String>,
}

#[derive(Deserialize)]
struct Home {
    id: super::payload::Positive,
    full_name: RepositoryName,
    default_branch: Option<String>,
}

/// A release was published; one that is marked as a pre-release is none yet.
pub(super) fn released(payload: Releases) -> Found {
    let Releases {
        release,
        repository,
        installation,
    } = payload;
    if release.prerelease {
        return ignored("a pre-release");
    }
    let seen = Seen::new(Occasion::Release, &release.tag_name, &release.html_url);
    told((installation, repository), seen)
}

/// A workflow ended on a branch that is none of ours: it counts where that is the default branch, and the workflow failed. `otherwise` is
/// what it is else.
pub(super) fn failed(payload: Failures, otherwise: NoEvent) -> Found {
    let Failures {
        workflow_run: run,
        repository: home,
        installation,
    } = payload;
    let same = run.head_repository.is_some_and(|head| head.id == home.id.0);
    let of_default = run.head_branch.is_some() && run.head_branch == home.default_branch;
    let conclusion = run.conclusion.unwrap_or_default();
    let counts = same && of_default && Occasion::is_failed_run(&conclusion);
    let Some(url) = run.html_url.filter(|_| counts) else {
        return Err(otherwise);
    };
    let name = run.name.as_deref().unwrap_or("without a name");
    let seen = Seen::new(Occasion::WorkflowFailed, name, &url);
    let repository = Repository {
        id: home.id,
        full_name: home.full_name,
    };
    told((installation, repository), seen)
}

fn told(home: (Option<Installation>, Repository), seen: Seen) -> Found {
    let event = Event::Recurring(RecurringNews::Seen(seen));
    of_issue(home, IssueNumber::REPOSITORY, event)
}
