//! Makes one label the only status label.

use crate::core::effect::{ShowLabel, StatusLabel};
use crate::core::failure::Failure;
use crate::core::label;
use crate::github::{At, GitHub};
use crate::runner::lease::Lease;
use crate::runner::performed::Performed;

/// Takes the others away, then adds it: a reader never sees two.
pub(super) async fn perform(
    action: &ShowLabel,
    lease: &Lease,
    github: &GitHub,
) -> Result<Performed, Failure> {
    let (at, issue, wanted) = (At::of(lease.place()), lease.place().issue, action.label);
    let present = github.issue(&at, issue).await?.labels;
    let has = |status: StatusLabel| label::has(&present, status.name());
    for other in StatusLabel::ALL {
        if Some(other) != wanted && has(other) {
            github.remove_label(&at, issue, other.name()).await?;
        }
    }
    if let Some(label) = wanted.filter(|label| !has(*label)) {
        let (color, description) = label.look();
        github
            .ensure_label(&at, label.name(), color, description)
            .await?;
        github.add_labels(&at, issue, &[label.name()]).await?;
    }
    Ok(Performed::Done)
}
