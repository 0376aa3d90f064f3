//! Makes a draft ready for review.

use crate::core::effect::MarkReady;
use crate::core::event::Event;
use crate::core::failure::Failure;
use crate::core::ids::IssueNumber;
use crate::github::{At, GitHub};
use crate::runner::lease::Lease;
use crate::runner::performed::Performed;

/// What is ready stays so.
pub(super) async fn perform(
    action: &MarkReady,
    lease: &Lease,
    github: &GitHub,
) -> Result<Performed, Failure> {
    github
        .mark_ready(&At::of(lease.place()), IssueNumber(action.pull))
        .await?;
    Ok(Performed::known(Event::MadeReady {
        number: action.pull,
    }))
}
