//! The one place where an action meets its performer: one file per action, and each gets its action, the proof that it may
//! be performed, and only the services it may touch.
//!
//! No performer decides anything: it does what its action says, or says why it could not.

mod assign;
mod authorize_comment;
mod check_access;
mod check_landed;
mod check_publish;
mod check_trigger;
mod collect;
mod create_issue;
mod delete_branch;
mod describe_pull;
mod end_agent;
mod forget;
mod hide_comment;
mod join_stack;
mod label_pull;
mod mark_ready;
mod open_hosts;
mod open_pull;
mod post_answer;
mod prepare_workspace;
mod propose_onboarding;
mod propose_policy;
mod publish;
mod push_evidence;
mod react;
mod react_to;
mod read_approvals;
mod read_dependencies;
mod read_overlaps;
mod read_project;
mod read_pull_gate;
mod read_review;
mod read_sprint;
mod read_withheld;
mod refresh_pull_request;
mod remove_workspace;
mod reply;
mod report_pull_gate;
mod report_verification;
mod request_review;
mod restack;
mod run_turn;
mod set_go_label;
mod set_timer;
mod show_check;
mod show_label;
mod show_status;
mod steer;
mod suggest;
mod upsert_comment;
mod verify;

use tokio_util::sync::CancellationToken;

use super::lease::Lease;
use super::performed::Performed;
use super::services::Services;
pub(super) use read_dependencies::of_issue as read_dependencies_of;

use crate::core::effect::Action;
use crate::core::failure::Failure;

/// Performs an action; `stopping` is cancelled when the service stops.
pub(super) async fn perform(
    action: &Action,
    lease: &Lease,
    services: &Services,
    stopping: &CancellationToken,
) -> Result<Performed, Failure> {
    if action.can_wait() {
        services.github.ready(lease.place().installation).await?;
    }
    by_kind(action, lease, services, stopping).await
}

async fn by_kind(
    action: &Action,
    lease: &Lease,
    s: &Services,
    stopping: &CancellationToken,
) -> Result<Performed, Failure> {
    let github = &s.github;
    match action {
        Action::Assign(action) => assign::perform(action, lease, github).await,
        Action::AuthorizeComment(action) => {
            authorize_comment::perform(action, lease, &github.for_receipts()).await
        }
        Action::CheckAccess(_) => check_access::perform(lease, github).await,
        Action::CheckLanded(action) => check_landed::perform(action, lease, github).await,
        Action::CheckPublish(action) => check_publish::perform(action, lease, s.remotes()).await,
        Action::CheckTrigger(action) => {
            let github = &github.for_receipts();
            let (reading, policies) = (s.reading_with(github), s.policies_with(github));
            check_trigger::perform(action, lease, &reading, policies).await
        }
        Action::Collect(action) => collect::perform(action, lease, &s.collecting()).await,
        Action::CreateIssue(action) => create_issue::perform(action, lease, &s.comments()).await,
        Action::DeleteBranch(action) => delete_branch::perform(action, lease, s.remotes()).await,
        Action::Restack(action) => restack::perform(action, lease, s.remotes()).await,
        Action::JoinStack(action) => join_stack::perform(action, lease, &s.stacks()).await,
        Action::DescribePull(action) => describe_pull::perform(action, lease, &s.stating()).await,
        Action::EndAgent(_) => end_agent::perform(lease, &s.agents).await,
        Action::Forget(_) => forget::perform(lease, &s.leavings(), &s.store).await,
        Action::HideComment(action) => hide_comment::perform(action, lease, github).await,
        Action::LabelPull(action) => label_pull::perform(action, lease, github).await,
        Action::MarkReady(action) => mark_ready::perform(action, lease, github).await,
        Action::OpenHosts(action) => open_hosts::perform(action, lease, &s.agents).await,
        Action::OpenPull(action) => open_pull::perform(action, lease, &s.stating()).await,
        Action::PostAnswer(action) => post_answer::perform(action, lease, &s.comments()).await,
        Action::PrepareWorkspace(action) => {
            prepare_workspace::perform(action, lease, &s.workspaces(stopping)).await
        }
        Action::ProposePolicy(action) => propose_policy::perform(action, lease, github).await,
        Action::ProposeOnboarding(action) => {
            propose_onboarding::perform(action, lease, github).await
        }
        Action::Publish(action) => publish::perform(action, lease, &s.pushing()).await,
        Action::PushEvidence(action) => push_evidence::perform(action, lease, s.remotes()).await,
        Action::React(action) => react::perform(action, lease, github).await,
        Action::ReactTo(action) => react_to::perform(action, lease, github).await,
        Action::ReadDependencies(_) => read_dependencies::perform(lease, github).await,
        Action::ReadApprovals(action) => read_approvals::perform(action, lease, github).await,
        Action::ReadWithheld(action) => read_withheld::perform(action, lease, github).await,
        Action::ReadProject(_) => read_project::perform(lease, &s.reading()).await,
        Action::ReadOverlaps(_) => read_overlaps::perform(lease, &s.neighbours()).await,
        Action::ReadPullGate(action) => read_pull_gate::perform(action, lease, &s.reading()).await,
        Action::ReportPullGate(it) => report_pull_gate::perform(it, lease, &s.checks()).await,
        Action::Verify(action) => verify::perform(action, lease, &s.verifying(stopping)).await,
        Action::ReportVerification(action) => {
            report_verification::perform(action, lease, &s.checks()).await
        }
        Action::ReadSprint(action) => read_sprint::perform(action, lease, &s.reading()).await,
        Action::ReadReview(action) => read_review::perform(action, lease, &s.reading()).await,
        Action::RefreshPullRequest(action) => {
            refresh_pull_request::perform(action, lease, &s.reading()).await
        }
        Action::RemoveWorkspace(action) => {
            remove_workspace::perform(action, lease, &s.leavings()).await
        }
        Action::Reply(action) => reply::perform(action, lease, &s.comments()).await,
        Action::RequestReview(action) => request_review::perform(action, lease, github).await,
        Action::RunTurn(action) => run_turn::perform(action, lease, &s.turns(stopping)).await,
        Action::SetGoLabel(action) => set_go_label::perform(action, lease, github).await,
        Action::SetTimer(action) => Ok(set_timer::perform(action)),
        Action::ShowCheck(action) => show_check::perform(action, lease, &s.checks()).await,
        Action::ShowLabel(action) => show_label::perform(action, lease, github).await,
        Action::ShowStatus(action) => show_status::perform(action, lease, &s.comments()).await,
        Action::Steer(action) => steer::perform(action, lease, &s.waiters, &s.agents).await,
        Action::Suggest(action) => suggest::perform(action, lease, &s.comments()).await,
        Action::UpsertComment(action) => {
            upsert_comment::perform(action, lease, &s.comments()).await
        }
    }
}
