//! Brings the mirror up to date and lays out the working copy, before the agent comes.

use crate::core::effect::{PrepareWorkspace, Start};
use crate::core::event::{BaseFacts, Event};
use crate::core::failure::Failure;
use crate::core::ids::{AgentBranch, SessionId, Sha};
use crate::core::location::Place;
use crate::git::{FetchRequest, WorkspaceSpec};
use crate::github::Purpose;
use crate::random;
use crate::runner::lease::Lease;
use crate::runner::performed::Performed;
use crate::runner::remote::AuthenticatedRemote;
use crate::runner::scope::{Remotes, Workspaces};
use crate::runner::template;
use std::path::Path;

/// So many earlier sessions are looked through for work that was kept.
const EARLIER: usize = 10;

/// Fetches what is missing and lays out the working copy.
pub(super) async fn perform(
    action: &PrepareWorkspace,
    lease: &Lease,
    scope: &Workspaces<'_>,
) -> Result<Performed, Failure> {
    let (place, session, git) = (lease.place(), lease.session()?, scope.remotes.git);
    let sha = fetch(scope.remotes, place, action).await?;
    let (workspace, home) = (
        scope.folders.workspace(session),
        scope.folders.home(session),
    );
    let head = begins_with(scope.remotes, place, session, action);
    // One that is there is of an earlier round, whose work is in the mirror, or of a plan's turn, which has none.
    git.remove_workspace(session, &workspace).await?;
    make_dir(&home).await?;
    let spec = WorkspaceSpec {
        repository: place.repository,
        session: session.clone(),
        base: head.clone().unwrap_or_else(|| sha.clone()),
        branch: action.branch.clone(),
        path: workspace.clone(),
        author: scope.launcher.author(place).await?,
        ignore: scope.ignore.to_vec(),
    };
    git.create_workspace(&spec).await?;
    let base = BaseFacts {
        sha,
        branch: action.base_branch.clone(),
        agents_md: template::read_text(&workspace.join("AGENTS.md")).await,
        pull_template: template::find(&workspace).await,
        lfs: git.lfs(place.repository, &spec.base).await?,
    };
    Ok(Performed::known(Event::WorkspaceReady {
        session: session.clone(),
        base,
        head,
        nonce: random::hexadecimal::<12>()?,
    }))
}

/// The commit a working copy begins with, when it is not the base. The mirror is up to date.
fn begins_with(
    remotes: Remotes<'_>,
    place: &Place,
    session: &SessionId,
    action: &PrepareWorkspace,
) -> Option<Sha> {
    let on_github = |branch: &AgentBranch| remotes.git.branch_in_mirror(place.repository, branch);
    match action.start {
        Start::Base => None,
        Start::Branch => on_github(&action.branch),
        Start::Kept => on_github(&action.branch).or_else(|| {
            let earlier = (1..session.number())
                .rev()
                .map(|number| SessionId::new(session.task(), number));
            earlier
                .take(EARLIER)
                .find_map(|earlier| remotes.git.kept(place.repository, &earlier))
        }),
    }
}

/// Brings the mirror up to date, and makes sure that what is to come can be pushed.
async fn fetch(
    remotes: Remotes<'_>,
    place: &Place,
    action: &PrepareWorkspace,
) -> Result<Sha, Failure> {
    let request = FetchRequest {
        branch: action.base_branch.clone(),
        sha: action.base.clone(),
    };
    let mut remote = AuthenticatedRemote::open(remotes.github, place, Purpose::Clone).await?;
    let fetched = match remotes.git.fetch(&remote.remote, &request).await {
        Ok(fetched) => fetched,
        Err(error) => {
            remote.refresh(error).await?;
            remotes.git.fetch(&remote.remote, &request).await?
        }
    };
    remotes
        .git
        .check_room(&remote.remote, &action.branch)
        .await?;
    Ok(fetched.head)
}

async fn make_dir(path: &Path) -> Result<(), Failure> {
    tokio::fs::create_dir_all(path)
        .await
        .map_err(|error| Failure::retry(format!("the session's folder cannot be made: {error}")))
}
