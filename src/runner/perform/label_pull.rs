//! Puts labels on our pull request.

use crate::core::effect::LabelPull;
use crate::core::failure::Failure;
use crate::core::ids::IssueNumber;
use crate::github::{At, GitHub};
use crate::runner::lease::Lease;
use crate::runner::performed::Performed;

/// Those that are there stay.
pub(super) async fn perform(
    action: &LabelPull,
    lease: &Lease,
    github: &GitHub,
) -> Result<Performed, Failure> {
    let labels: Vec<&str> = action.labels.iter().map(String::as_str).collect();
    github
        .add_pull_labels(&At::of(lease.place()), IssueNumber(action.pull), &labels)
        .await?;
    Ok(Performed::Done)
}
