//! Assigns somebody to the issue, or takes them off.

use crate::core::effect::Assign;
use crate::core::event::{Assigned, Event};
use crate::core::failure::Failure;
use crate::github::{Assignment, At, GitHub};
use crate::runner::lease::Lease;
use crate::runner::performed::Performed;

/// Whom GitHub cannot assign is simply not assigned.
pub(super) async fn perform(
    action: &Assign,
    lease: &Lease,
    github: &GitHub,
) -> Result<Performed, Failure> {
    let (at, issue) = (At::of(lease.place()), lease.place().issue);
    if !action.on {
        github.unassign(&at, issue, &action.login).await?;
        return Ok(Performed::Done);
    }
    let assignment = github
        .assign(&at, issue, (&action.login, lease.may_be_done()))
        .await?;
    Ok(Performed::known(Event::Assigned(Assigned {
        login: action.login.clone(),
        added: assignment == Assignment::Ours,
        refused: assignment == Assignment::Refused,
    })))
}
