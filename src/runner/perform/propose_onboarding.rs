//! Proposes the file with which a repository says how agents work there: labels, a branch, one commit, a draft-free pull request.
//!
//! Nothing here is an agent's work. It must never write to the default branch, and never propose what was merged or closed again.

use crate::core::effect::{ProposeOnboarding, Worth};
use crate::core::event::Event;
use crate::core::failure::Failure;
use crate::core::onboarding::{BRANCH, OnboardingNews, commands};
use crate::core::policy::{GO_LABEL, PLAN_LABEL};
use crate::core::repository_policy::PATH;
use crate::core::text::onboarding as text;
use crate::github::{At, FileChange, GitHub, GitHubError, NewPull};
use crate::runner::lease::Lease;
use crate::runner::performed::Performed;

/// The colour of the labels that start work.
const COLOUR: &str = "0e8a16";
/// What agents of every kind read.
const GUIDE: &str = "AGENTS.md";

/// Every part is looked for first: the file, the pull request, its branch, the file there.
pub(super) async fn perform(
    action: &ProposeOnboarding,
    lease: &Lease,
    github: &GitHub,
) -> Result<Performed, Failure> {
    let at = At::of(lease.place());
    github.room(at.installation, Worth::Low)?;
    let news = propose(action, &at, github).await?;
    Ok(Performed::known(Event::Onboarding(news)))
}

async fn propose(
    action: &ProposeOnboarding,
    at: &At,
    github: &GitHub,
) -> Result<OnboardingNews, GitHubError> {
    let done = |pull| OnboardingNews::Done { pull };
    let default = github.repository(at).await?.default_branch;
    if let Some(pull) = github.find_pull(at, BRANCH).await? {
        return Ok(done(Some(pull.number.0)));
    }
    if github.standing_file(at, PATH).await?.is_some() {
        return Ok(done(None));
    }
    let Some(head) = github.branch(at, &default).await? else {
        return Ok(OnboardingNews::Empty);
    };
    for name in [GO_LABEL, PLAN_LABEL] {
        github.ensure_label(at, name, COLOUR, text::LABEL).await?;
    }
    let files = github.folder(at, "").await?;
    let found = commands(files.iter().map(String::as_str));
    github.create_branch(at, BRANCH, &head.sha).await?;
    if github.file_on(at, PATH, BRANCH).await?.is_none() {
        let change = FileChange {
            path: PATH,
            branch: BRANCH,
            message: text::TITLE,
            text: &text::file(&found),
            replaces: None,
        };
        github.put_file(at, &change).await?;
    }
    let guide = files.iter().any(|file| file == GUIDE);
    let new = NewPull {
        title: text::TITLE.to_owned(),
        head: BRANCH.to_owned(),
        base: default,
        body: text::body(&found, guide, (&action.go, &action.plan)),
        draft: false,
    };
    let pull = github.create_pull(at, &new).await?.pull.number.0;
    Ok(done(Some(pull)))
}
