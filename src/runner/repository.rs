//! Brings a repository's mirror up to date for a session, and lets people see how far a long fetch is. It decides nothing
//! but how much of a repository is fetched that is new here.

use std::time::Duration;

use super::agent_facts::{AgentFacts, Source};
use super::lease::Lease;
use super::remote::AuthenticatedRemote;
use super::scope::{Remotes, Workspaces};
use crate::core::effect::PrepareWorkspace;
use crate::core::event::{Event, Fetching};
use crate::core::failure::Failure;
use crate::core::ids::Sha;
use crate::git::{FetchRequest, FetchWatch};
use crate::github::{At, Purpose};
use crate::store::Complaint;

/// The repository as it is on GitHub now, with the right to fetch more of it.
pub(super) struct FetchedRepository<'a> {
    remote: AuthenticatedRemote<'a>,
    remotes: Remotes<'a>,
    /// The head of the base branch.
    pub(super) head: Sha,
}

/// Brings the mirror up to date, and makes sure that what is to come can be pushed.
pub(super) async fn fetch<'a>(
    action: &PrepareWorkspace,
    lease: &'a Lease,
    scope: &Workspaces<'a>,
) -> Result<FetchedRepository<'a>, Failure> {
    let (remotes, place) = (scope.remotes, lease.place());
    let request = &FetchRequest {
        branch: action.base_branch.clone(),
        sha: action.base.clone(),
    };
    if remotes.git.is_new(place.repository) && is_large(lease, scope).await? {
        remotes.git.leave_contents(place.repository).await?;
    }
    let mut remote = AuthenticatedRemote::open(remotes.github, place, Purpose::Clone).await?;
    let git = remotes.git;
    let fetched = remote
        .ask(|remote| async move { git.fetch(&remote, request).await })
        .await?;
    remote
        .ask(|remote| async move { git.check_room(&remote, &action.branch).await })
        .await?;
    Ok(FetchedRepository {
        remote,
        remotes,
        head: fetched.head,
    })
}

impl FetchedRepository<'_> {
    /// Makes sure that the contents of all files at the base, and at another commit the work begins with, are here.
    pub(super) async fn fetch_contents(
        &mut self,
        begins_with: Option<&Sha>,
    ) -> Result<(), Failure> {
        let git = self.remotes.git;
        let commits = &Vec::from_iter(std::iter::once(&self.head).chain(begins_with));
        // The fetch before it may have outlived the token.
        self.remote
            .ask(|remote| async move { git.fetch_contents(&remote, commits).await })
            .await
    }
}

/// Whether a repository that is new here is too large to be fetched whole.
async fn is_large(lease: &Lease, scope: &Workspaces<'_>) -> Result<bool, Failure> {
    let at = At::of(lease.place());
    let found = scope.remotes.github.repository(&at).await?;
    Ok(found.bytes() >= scope.limits.full_history_bytes)
}

/// Tells people how far the fetch of a session's repository is; never ends.
pub(super) struct FetchTeller {
    facts: AgentFacts,
    watch: FetchWatch,
    /// Between two facts: people see no more edits of the status comment than that.
    pause: Duration,
}

impl FetchTeller {
    /// For the working copy of a claimed effect.
    pub(super) fn new(lease: &Lease, scope: &Workspaces<'_>) -> Self {
        let pause = scope.limits.status_interval_ms.max(1).unsigned_abs();
        Self {
            facts: AgentFacts::new(scope.store, scope.clock, Source::Fetch, lease),
            watch: scope.remotes.git.watch_fetch(lease.place().repository),
            pause: Duration::from_millis(pause),
        }
    }

    /// Tells, from the moment on when it has taken as long as people may wait for news.
    pub(super) async fn tell(mut self, lease: &Lease) -> Result<std::convert::Infallible, Failure> {
        let session = lease.session()?;
        let (mut told, trouble) = (None, Complaint::default());
        loop {
            tokio::time::sleep(self.pause).await;
            let progress = self.watch.next().await;
            if told.replace(progress) == Some(progress) {
                continue;
            }
            let event = Event::FetchProgressed(Fetching {
                session: session.clone(),
                progress,
            });
            if let Err(error) = self.facts.state(event, "fetching").await {
                trouble.say("how far a fetch is could not be stored", &error);
            }
        }
    }
}
