//! Opens the pull request, or finds the one that an earlier try opened.

use crate::core::effect::{OpenPull, Worth};
use crate::core::event::{Event, PullStanding};
use crate::core::failure::Failure;
use crate::github::{At, NewPull, Pull};
use crate::runner::lease::Lease;
use crate::runner::own_part;
use crate::runner::performed::Performed;
use crate::runner::provenance::Stating;

/// Looks for it by its head branch first, open or closed.
pub(super) async fn perform(
    action: &OpenPull,
    lease: &Lease,
    scope: &Stating<'_>,
) -> Result<Performed, Failure> {
    let (github, at) = (scope.github, At::of(lease.place()));
    github.room(at.installation, Worth::High)?;
    let recorded = action.recorded.as_deref();
    let body = scope.signed(&action.body, recorded, lease.place()).await?;
    let found = github.find_pull(&at, action.branch.as_str()).await?;
    let pull = match found.filter(|pull| is_this(pull, lease)) {
        Some(pull) => {
            own_part::write(github, &at, &pull, &body).await?;
            pull
        }
        None => {
            let new = NewPull {
                title: action.title.clone(),
                head: action.branch.to_string(),
                base: action.base_branch.clone(),
                body,
                draft: true,
            };
            github.create_pull(&at, &new).await?.pull
        }
    };
    Ok(Performed::known(Event::PullOpened {
        session: lease.session()?.clone(),
        number: pull.number.0,
        url: pull.html_url,
        draft: pull.draft,
        standing: pull.state,
    }))
}

/// An open one is ours to use. A closed one counts only when an earlier try of this very effect may have opened it: a person
/// who closed it in between is respected.
fn is_this(pull: &Pull, lease: &Lease) -> bool {
    match pull.state {
        PullStanding::Open => true,
        PullStanding::Closed | PullStanding::Merged => {
            !lease.is_first_try() || lease.is_of_lost_time(pull.created_at)
        }
    }
}
