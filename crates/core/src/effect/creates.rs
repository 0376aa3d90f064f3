//! Which effects create content on GitHub, and what that is worth. A new action says here whether it does.

use super::worth::Worth;
use super::{Action, ShowStatus, UpsertComment};

impl Action {
    /// What the content is worth that it creates on GitHub; `None` where it creates none. Editing a comment that is there
    /// creates none, and neither do reactions, labels and assignees.
    pub fn creates(&self) -> Option<Worth> {
        match self {
            Self::ShowStatus(ShowStatus { comment, worth, .. }) => {
                comment.is_none().then_some(*worth)
            }
            Self::UpsertComment(UpsertComment { comment, .. }) => {
                comment.is_none().then_some(Worth::High)
            }
            Self::OpenPull(_)
            | Self::PostAnswer(_)
            | Self::Reply(_)
            | Self::CreateIssue(_)
            | Self::ProposePolicy(_) => Some(Worth::High),
            Self::ProposeOnboarding(_) => Some(Worth::Low),
            Self::React(_)
            | Self::CheckTrigger(_)
            | Self::ShowLabel(_)
            | Self::PrepareWorkspace(_)
            | Self::RunTurn(_)
            | Self::Collect(_)
            | Self::CheckPublish(_)
            | Self::Publish(_)
            | Self::Suggest(_)
            | Self::PushEvidence(_)
            | Self::LabelPull(_)
            | Self::DescribePull(_)
            | Self::RequestReview(_)
            | Self::ReactTo(_)
            | Self::AuthorizeComment(_)
            | Self::Assign(_)
            | Self::SetGoLabel(_)
            | Self::HideComment(_)
            | Self::ReadReview(_)
            | Self::ReadDependencies(_)
            | Self::ReadApprovals(_)
            | Self::ReadWithheld(_)
            | Self::ReadProject(_)
            | Self::ReadOverlaps(_)
            | Self::ReadSprint(_)
            | Self::ReadPullGate(_)
            | Self::ReportPullGate(_)
            | Self::Verify(_)
            | Self::ReportVerification(_)
            | Self::ShowCheck(_)
            | Self::RefreshPullRequest(_)
            | Self::CheckLanded(_)
            | Self::MarkReady(_)
            | Self::DeleteBranch(_)
            | Self::Restack(_)
            | Self::JoinStack(_)
            | Self::Steer(_)
            | Self::OpenHosts(_)
            | Self::SetTimer(_)
            | Self::CheckAccess(_)
            | Self::Forget(_)
            | Self::EndAgent(_)
            | Self::RemoveWorkspace(_) => None,
        }
    }
}
