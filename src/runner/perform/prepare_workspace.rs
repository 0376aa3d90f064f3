//! Brings the mirror up to date and lays out the working copy, before the agent comes.

use crate::core::ci_secrets;
use crate::core::effect::{PrepareWorkspace, Start};
use crate::core::event::{BaseFacts, Event};
use crate::core::failure::Failure;
use crate::core::ids::{AgentBranch, SessionId, Sha};
use crate::core::location::Place;
use crate::core::text::outside;
use crate::git::{GitError, WorkspaceSpec};
use crate::github::At;
use crate::random;
use crate::runner::attachments;
use crate::runner::lease::Lease;
use crate::runner::performed::Performed;
use crate::runner::repository::{self, FetchTeller};
use crate::runner::scope::{Remotes, Workspaces};
use crate::runner::template;
use std::path::Path;

/// So many earlier sessions are looked through for work that was kept.
const EARLIER: usize = 10;

/// Fetches what is missing and lays out the working copy. A fetch may take an hour: it is given up when nobody wants it.
pub(super) async fn perform(
    action: &PrepareWorkspace,
    lease: &Lease,
    scope: &Workspaces<'_>,
) -> Result<Performed, Failure> {
    let teller = FetchTeller::new(lease, scope);
    let commits = tokio::select! {
        fetched = fetch(action, lease, scope) => fetched?,
        Err(error) = teller.tell(lease) => return Err(error),
        bytes = scope.disk.overflowed(scope.remotes.git, lease.place().repository) => {
            return Err(Failure::refused(outside::no_room_for_fetch(bytes)));
        }
        () = lease.cancel().cancelled() => return Ok(Performed::Done),
        () = scope.stopping.cancelled() => return Ok(Performed::Interrupted),
    };
    lay_out(action, lease, scope, commits).await
}

/// The head of the base branch, and the commit the working copy begins with when it is another.
struct Commits {
    sha: Sha,
    head: Option<Sha>,
}

async fn fetch(
    action: &PrepareWorkspace,
    lease: &Lease,
    scope: &Workspaces<'_>,
) -> Result<Commits, Failure> {
    let mut repository = repository::fetch(action, lease, scope).await?;
    let head = begins_with(scope.remotes, lease.place(), lease.session()?, action);
    repository.fetch_contents(head.as_ref()).await?;
    Ok(Commits {
        sha: repository.head,
        head,
    })
}

async fn lay_out(
    action: &PrepareWorkspace,
    lease: &Lease,
    scope: &Workspaces<'_>,
    Commits { sha, head }: Commits,
) -> Result<Performed, Failure> {
    let (place, session, git) = (lease.place(), lease.session()?, scope.remotes.git);
    let (workspace, home) = (
        scope.folders.workspace(session),
        scope.folders.home(session),
    );
    // One that is there is of an earlier round, whose work is in the mirror, or of a plan's turn, which has none.
    git.remove_workspace(session, &workspace).await?;
    make_dir(&home).await?;
    let spec = WorkspaceSpec {
        repository: place.repository,
        session: session.clone(),
        base: head.clone().unwrap_or_else(|| sha.clone()),
        steered_by: sha.clone(),
        branch: action.branch.clone(),
        path: workspace.clone(),
        author: scope.launcher.author(place).await?,
        ignore: scope.ignore.to_vec(),
    };
    git.create_workspace(&spec).await?;
    git.want_standby(place.repository, &sha);
    let policy = async {
        match action.reads_policy {
            true => scope
                .policies
                .read(&At::of(place), Some(place.issue))
                .await
                .map(Some),
            false => Ok(None),
        }
    };
    let (policy, lfs, workflows, agents_md, pull_template) = tokio::join!(
        policy,
        git.lfs(&spec),
        git.workflows(place.repository, &sha),
        git.read_file(place.repository, &sha, "AGENTS.md", template::READ as usize),
        template::find(&workspace)
    );
    let agents_md = match agents_md {
        Ok(text) => text.map(|text| template::plain(&text)),
        Err(GitError::FileTooLarge { .. }) => None,
        Err(error) => return Err(error.into()),
    };
    let attachments = attachments::lay(
        scope.remotes.github,
        place,
        &scope.folders.attachments(session),
        &action.attachments,
    )
    .await?;
    let base = BaseFacts {
        sha,
        branch: action.base_branch.clone(),
        agents_md,
        pull_template,
        lfs: lfs?,
        partial: git.is_partial(place.repository),
        attachments,
        policy: policy?.map(Box::new),
        secrets: ci_secrets::in_reach(&workflows?, action.branch.as_str()),
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

async fn make_dir(path: &Path) -> Result<(), Failure> {
    tokio::fs::create_dir_all(path)
        .await
        .map_err(|error| Failure::retry(format!("the session's folder cannot be made: {error}")))
}
