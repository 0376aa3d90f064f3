//! Lets our pull request go where the one below went, and puts our branch onto that without the commits of the one below.

use crate::core::dependency::RelatedNews;
use crate::core::effect::Restack;
use crate::core::event::{Event, PullStanding};
use crate::core::failure::Failure;
use crate::core::ids::IssueNumber;
use crate::core::stack::{RestackEnd, Restacked};
use crate::git::{Published, Push, Rebase, Rebased};
use crate::github::{At, GitHub, Purpose};
use crate::runner::lease::Lease;
use crate::runner::performed::Performed;
use crate::runner::rebasing::{Moving, Put, put_onto};
use crate::runner::remote::AuthenticatedRemote;
use crate::runner::scope::Remotes;

/// First where it goes, for a branch that somebody deletes closes what goes there; then the branch, under a lease.
pub(super) async fn perform(
    action: &Restack,
    lease: &Lease,
    remotes: Remotes<'_>,
) -> Result<Performed, Failure> {
    let at = At::of(lease.place());
    let (base, open) = goes_to(action, &at, remotes.github).await?;
    let end = match open {
        true => put(action, lease, remotes, &base).await?,
        false => RestackEnd::Stand,
    };
    let news = RelatedNews::Restacked(Restacked { base, end });
    Ok(Performed::known(Event::Related { news }))
}

/// Where the pull request goes by now, and whether it is open.
async fn goes_to(action: &Restack, at: &At, github: &GitHub) -> Result<(String, bool), Failure> {
    let pull = IssueNumber(action.pull);
    let found = github.pull(at, pull).await?;
    if found.state != PullStanding::Open {
        return Ok((found.base_branch, false));
    }
    match &action.into {
        Some(into) if found.base_branch == action.below.as_str() => {
            github.retarget(at, pull, into).await?;
            Ok((into.clone(), true))
        }
        _ => Ok((found.base_branch, true)),
    }
}

async fn put(
    action: &Restack,
    lease: &Lease,
    remotes: Remotes<'_>,
    base: &str,
) -> Result<RestackEnd, Failure> {
    let place = lease.place();
    let mut remote = AuthenticatedRemote::open(remotes.github, place, Purpose::Push).await?;
    let put = rebase(action, remotes, &mut remote, base).await;
    remote.hang_up().await;
    put
}

async fn rebase(
    action: &Restack,
    remotes: Remotes<'_>,
    remote: &mut AuthenticatedRemote<'_>,
    base: &str,
) -> Result<RestackEnd, Failure> {
    let git = remotes.git;
    let moving = Moving {
        head: &action.head,
        theirs: &action.theirs,
        branch: base,
    };
    let Put { wanted, rebased } = put_onto(git, remote, &moving).await?;
    let head = match rebased {
        Rebased::Stands => return Ok(RestackEnd::Stand),
        Rebased::Conflicts => return Ok(RestackEnd::Conflict),
        Rebased::At(head) => head,
    };
    // GitHub does the same for what is in one of its stacks, and people may.
    let theirs = git.branch_in_mirror(wanted.repository, &action.branch);
    if let Some(theirs) = theirs.filter(|theirs| *theirs != action.head && *theirs != head) {
        let found = Rebase {
            head: theirs,
            ..wanted
        };
        if git.rebase(&found).await? == Rebased::Stands {
            return Ok(RestackEnd::Stand);
        }
    }
    let push = &Push {
        branch: action.branch.clone(),
        head: head.clone(),
        expected: Some(action.head.clone()),
    };
    let published = remote
        .ask(|remote| async move { git.publish(&remote, push).await })
        .await?;
    Ok(match published {
        Published::Pushed | Published::Already => RestackEnd::Rebased { head },
        Published::Moved { .. } => RestackEnd::Moved,
    })
}
