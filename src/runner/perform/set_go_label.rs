//! Sets or takes the label that starts and stops work.

use crate::core::effect::SetGoLabel;
use crate::core::failure::Failure;
use crate::core::label;
use crate::core::policy::GO_LABEL;
use crate::github::{At, GitHub};
use crate::runner::lease::Lease;
use crate::runner::performed::Performed;

/// Looks first, so that a label that is as wanted makes no news.
pub(super) async fn perform(
    action: &SetGoLabel,
    lease: &Lease,
    github: &GitHub,
) -> Result<Performed, Failure> {
    let (at, issue) = (At::of(lease.place()), lease.place().issue);
    let present = github.issue(&at, issue).await?.labels;
    match (label::has(&present, GO_LABEL), action.on) {
        (false, true) => {
            github
                .ensure_label(&at, GO_LABEL, "0e8a16", "skep: an agent works on this")
                .await?;
            github.add_labels(&at, issue, &[GO_LABEL]).await?;
        }
        (true, false) => github.remove_label(&at, issue, GO_LABEL).await?,
        (true, true) | (false, false) => {}
    }
    Ok(Performed::Done)
}
