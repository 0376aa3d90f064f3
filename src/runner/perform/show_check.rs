//! Makes the check run of a pull request's head say how its session stands.

use crate::core::effect::{SessionStands, ShowCheck};
use crate::core::failure::Failure;
use crate::core::session_check::{CHECK, external_id};
use crate::github::{At, CheckConclusion, CheckReport, CheckStatus};
use crate::runner::lease::Lease;
use crate::runner::performed::Performed;
use crate::runner::scope::Checks;

const NOT_GRANTED: &str = "sessions are not shown on their commits (session_check): the installation has not granted what a check run needs";

/// It is looked for by its `external_id` first. Where the installation has not granted the permission, label and status comment say
/// the same.
pub(super) async fn perform(
    action: &ShowCheck,
    lease: &Lease,
    checks: &Checks<'_>,
) -> Result<Performed, Failure> {
    let report = CheckReport {
        head_sha: action.head.clone(),
        name: CHECK.to_owned(),
        external_id: external_id(action.issue),
        status: status(action.stands),
        title: action.title.clone(),
        summary: action.summary.clone(),
        details_url: Some(action.link.clone()),
    };
    let at = At::of(lease.place());
    checks.put(&at, &report, NOT_GRANTED).await?;
    Ok(Performed::Done)
}

/// It judges nobody's code: that nobody works is no failure, and only a person's turn and a failed session stand out.
fn status(stands: SessionStands) -> CheckStatus {
    match stands {
        SessionStands::Waiting => CheckStatus::Queued,
        SessionStands::Working => CheckStatus::InProgress,
        SessionStands::NeedsYou => CheckStatus::Completed(CheckConclusion::ActionRequired),
        SessionStands::Resting | SessionStands::Left => {
            CheckStatus::Completed(CheckConclusion::Neutral)
        }
        SessionStands::Done => CheckStatus::Completed(CheckConclusion::Success),
        SessionStands::Failed => CheckStatus::Completed(CheckConclusion::Failure),
    }
}
