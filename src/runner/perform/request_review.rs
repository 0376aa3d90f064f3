//! Asks people for their review once more.

use crate::core::effect::RequestReview;
use crate::core::failure::Failure;
use crate::core::ids::IssueNumber;
use crate::github::{At, GitHub};
use crate::runner::lease::Lease;
use crate::runner::performed::Performed;

/// Whoever is asked already stays so.
pub(super) async fn perform(
    action: &RequestReview,
    lease: &Lease,
    github: &GitHub,
) -> Result<Performed, Failure> {
    let logins: Vec<&str> = action.logins.iter().map(String::as_str).collect();
    github
        .request_review(&At::of(lease.place()), IssueNumber(action.pull), &logins)
        .await?;
    Ok(Performed::Done)
}
