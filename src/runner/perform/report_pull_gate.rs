//! Makes the check run of a pull request say how it stands at the gate.

use crate::core::effect::ReportPullGate;
use crate::core::event::Event;
use crate::core::failure::Failure;
use crate::core::pull_gate::{CHECK, GateNews, external_id};
use crate::github::{At, CheckConclusion, CheckReport, CheckStatus};
use crate::runner::lease::Lease;
use crate::runner::performed::Performed;
use crate::runner::scope::Checks;

const NOT_GRANTED: &str = "the gate for pull requests (pull_gate) cannot report: the installation has not granted what it needs";

/// It is looked for by its `external_id` first. That the installation has not granted the permission is the operator's matter: they
/// are told, and nobody on the pull request is.
pub(super) async fn perform(
    action: &ReportPullGate,
    lease: &Lease,
    checks: &Checks<'_>,
) -> Result<Performed, Failure> {
    let conclusion = match action.passes {
        true => CheckConclusion::Success,
        false => CheckConclusion::Failure,
    };
    let report = CheckReport {
        head_sha: action.head.clone(),
        name: CHECK.to_owned(),
        external_id: external_id(action.pull),
        status: CheckStatus::Completed(conclusion),
        title: action.title.clone(),
        summary: action.summary.clone(),
        details_url: None,
    };
    let at = At::of(lease.place());
    let told = checks.put(&at, &report, NOT_GRANTED).await?;
    Ok(match told {
        true => Performed::Done,
        false => Performed::known(Event::PullGate(GateNews::NotPermitted)),
    })
}
