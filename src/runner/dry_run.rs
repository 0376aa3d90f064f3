//! What would come of an issue if the operator had it started now: everything is read as it is for a real start, and nothing is done.
//!
//! It must never write, neither to the database nor to a disk nor to GitHub: of what a performer would make of the machine, what
//! cannot be read from GitHub is left out.

use super::perform::read_dependencies_of;
use super::services::Services;
use super::template;
use crate::core::dry_run::{DryRun, Foreseen};
use crate::core::effect::{PrepareWorkspace, Start};
use crate::core::event::{BaseFacts, Lfs, TriggerFacts};
use crate::core::failure::Failure;
use crate::core::ids::Sha;
use crate::core::policy::Context;
use crate::core::task::Task;
use crate::github::{At, GitHubError};

/// Thinks a start through, of which the facts were read just now.
///
/// # Errors
/// Whatever GitHub or the database answers; what cannot be read is never assumed.
pub async fn dry_run(
    services: &Services,
    facts: &TriggerFacts,
    known: Option<&Task>,
) -> Result<Foreseen, Failure> {
    let at = At::of(&facts.place);
    let cx = Context {
        policy: &services.policy,
        now: (services.clock)(),
    };
    let mut run = DryRun::of(known, facts, cx);
    if run.reads_dependencies() {
        let issue = services.github.issue(&at, facts.place.issue).await?;
        let found = read_dependencies_of(&services.github, &at, &issue).await?;
        run.dependencies_read(found);
    }
    if let Some(prepare) = run.slot()
        && let Some(head) = &facts.repository.head
    {
        run.prepared(base(services, &at, (&prepare, head)).await?);
    }
    Ok(run.foreseen())
}

/// What a working copy would be found to hold, as far as GitHub tells.
async fn base(
    services: &Services,
    at: &At,
    (prepare, head): (&PrepareWorkspace, &Sha),
) -> Result<BaseFacts, Failure> {
    let github = &services.github;
    let branch = async {
        let name = match prepare.start {
            Start::Base => return Ok(None),
            Start::Branch | Start::Kept => prepare.branch.as_str(),
        };
        github.branch(at, name).await.map_err(Failure::from)
    };
    let policy = async {
        match prepare.reads_policy {
            true => services.policies().look(at).await.map(Some),
            false => Ok(None),
        }
    };
    let agents_md = async { agents_md(services, at, &prepare.base_branch).await };
    let (agents_md, branch, policy) = tokio::try_join!(agents_md, branch, policy)?;
    let begins = branch.map(|branch| branch.sha).or(prepare.base.clone());
    Ok(BaseFacts {
        sha: begins.unwrap_or_else(|| head.clone()),
        branch: prepare.base_branch.clone(),
        agents_md,
        pull_template: None,
        lfs: Lfs::Unused,
        partial: services.git.is_partial(at.repository),
        attachments: Vec::new(),
        policy: policy.map(Box::new),
        secrets: Default::default(),
    })
}

/// The repository's own words for agents, as they stand in a prompt.
async fn agents_md(services: &Services, at: &At, branch: &str) -> Result<Option<String>, Failure> {
    let found = services.github.file_on(at, "AGENTS.md", branch).await;
    let found = match found {
        // A folder of that name, a picture.
        Err(GitHubError::Unreadable { .. }) => None,
        other => other?,
    };
    let short =
        |text: &String| u64::try_from(text.len()).is_ok_and(|bytes| bytes <= template::READ);
    let text = found.map(|file| file.text).filter(short);
    Ok(text.map(|text| template::plain(&text)))
}
