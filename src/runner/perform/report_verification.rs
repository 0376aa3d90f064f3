//! Makes the check run of a commit say what the server saw of it.

use crate::core::effect::ReportVerification;
use crate::core::event::Event;
use crate::core::failure::Failure;
use crate::core::verification::{CHECK, Standing, VerifyNews, external_id};
use crate::github::{At, CheckConclusion, CheckReport, CheckStatus};
use crate::runner::lease::Lease;
use crate::runner::performed::Performed;
use crate::runner::scope::Checks;

const NOT_GRANTED: &str = "verifications are reported on the pull request alone: the installation has not granted what their check needs";

/// It is looked for by its `external_id` first. Where the installation has not granted the permission the pull request says all of it.
pub(super) async fn perform(
    action: &ReportVerification,
    lease: &Lease,
    checks: &Checks<'_>,
) -> Result<Performed, Failure> {
    let report = CheckReport {
        head_sha: action.head.clone(),
        name: CHECK.to_owned(),
        external_id: external_id(action.issue),
        status: status(action.standing),
        title: action.title.clone(),
        summary: action.summary.clone(),
        details_url: None,
    };
    let at = At::of(lease.place());
    let told = checks.put(&at, &report, NOT_GRANTED).await?;
    Ok(match told {
        true => Performed::Done,
        false => Performed::known(Event::Verification(VerifyNews::NotPermitted)),
    })
}

/// What could not be run is no pass and no neutral end: where the check is required, it stays in the way.
fn status(standing: Standing) -> CheckStatus {
    match standing {
        Standing::Running => CheckStatus::InProgress,
        Standing::Passed => CheckStatus::Completed(CheckConclusion::Success),
        Standing::Failed => CheckStatus::Completed(CheckConclusion::Failure),
        Standing::Broken => CheckStatus::Completed(CheckConclusion::ActionRequired),
        Standing::Dropped => CheckStatus::Completed(CheckConclusion::Cancelled),
    }
}
