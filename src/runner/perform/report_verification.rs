//! Makes the check run of a commit say what the server saw of it.

use crate::core::effect::ReportVerification;
use crate::core::event::Event;
use crate::core::failure::Failure;
use crate::core::verification::{CHECK, Standing, VerifyNews, external_id};
use crate::github::{At, CheckConclusion, CheckReport, CheckStatus, GitHubError};
use crate::runner::lease::Lease;
use crate::runner::performed::Performed;
use crate::runner::scope::Checks;

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
    };
    let at = At::of(lease.place());
    match checks.github.put_check(&at, &report).await {
        Ok(_) => {
            checks.refused.granted(at.installation);
            Ok(Performed::Done)
        }
        Err(GitHubError::NotPermitted { permission, .. }) => {
            if checks.refused.is_news(at.installation) {
                tracing::warn!(
                    installation = %at.installation,
                    permission,
                    "verifications are reported on the pull request alone: the installation has not granted what their check needs"
                );
            }
            Ok(Performed::known(Event::Verification(
                VerifyNews::NotPermitted,
            )))
        }
        Err(error) => Err(error.into()),
    }
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
