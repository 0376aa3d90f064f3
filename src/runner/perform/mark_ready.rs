//! Makes a draft ready for review.

use crate::core::effect::MarkReady;
use crate::core::event::Event;
use crate::core::failure::Failure;
use crate::core::ids::IssueNumber;
use crate::github::{At, GitHub};
use crate::runner::lease::Lease;
use crate::runner::performed::Performed;

/// What is ready stays so. One with another head than was judged stays a draft: what is there now, nobody has seen pass.
pub(super) async fn perform(
    action: &MarkReady,
    lease: &Lease,
    github: &GitHub,
) -> Result<Performed, Failure> {
    let (at, number) = (At::of(lease.place()), IssueNumber(action.pull));
    if !github.mark_ready(&at, number, action.head.as_ref()).await? {
        return Ok(Performed::Done);
    }
    Ok(Performed::known(Event::MadeReady {
        number: action.pull,
    }))
}
