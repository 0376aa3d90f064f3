//! Which effects wait at their start until GitHub has room for more calls. A new action says here whether it does.

use super::{Action, React, Reaction};

impl Action {
    /// Whether it asks GitHub for anything that can wait a moment. What somebody is told "seen" by goes first, and what asks GitHub for
    /// nothing, or only after its main work, has nothing to wait for.
    pub fn can_wait(&self) -> bool {
        match self {
            Self::React(React {
                reaction: Reaction::Eyes,
                ..
            })
            | Self::ReactTo(_)
            | Self::CheckTrigger(_)
            | Self::AuthorizeComment(_)
            | Self::RunTurn(_)
            | Self::Verify(_)
            | Self::Collect(_)
            | Self::ReadOverlaps(_)
            | Self::Steer(_)
            | Self::OpenHosts(_)
            | Self::SetTimer(_)
            | Self::Forget(_)
            | Self::EndAgent(_)
            | Self::RemoveWorkspace(_) => false,
            Self::React(_)
            | Self::ShowStatus(_)
            | Self::UpsertComment(_)
            | Self::OpenPull(_)
            | Self::PostAnswer(_)
            | Self::Reply(_)
            | Self::CreateIssue(_)
            | Self::ProposePolicy(_)
            | Self::ProposeOnboarding(_)
            | Self::ShowLabel(_)
            | Self::PrepareWorkspace(_)
            | Self::CheckPublish(_)
            | Self::Publish(_)
            | Self::PushEvidence(_)
            | Self::LabelPull(_)
            | Self::DescribePull(_)
            | Self::RequestReview(_)
            | Self::Assign(_)
            | Self::SetGoLabel(_)
            | Self::HideComment(_)
            | Self::ReadReview(_)
            | Self::ReadDependencies(_)
            | Self::ReadApprovals(_)
            | Self::ReadWithheld(_)
            | Self::ReadProject(_)
            | Self::ReadSprint(_)
            | Self::ReadPullGate(_)
            | Self::ReportPullGate(_)
            | Self::ReportVerification(_)
            | Self::ShowCheck(_)
            | Self::RefreshPullRequest(_)
            | Self::CheckLanded(_)
            | Self::MarkReady(_)
            | Self::DeleteBranch(_)
            | Self::CheckAccess(_)
            | Self::Suggest(_)
            | Self::JoinStack(_)
            | Self::Restack(_) => true,
        }
    }
}
