//! What it is worth that something new appears on GitHub, which lets an installation create only so much in a minute and in an
//! hour. <https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api#about-secondary-rate-limits>
//!
//! It decides nothing about time: who keeps the pace asks it what may have all of it and what only a part.

use serde::{Deserialize, Serialize};

use super::{Action, ShowStatus, UpsertComment};

/// What something new on GitHub is worth.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Worth {
    /// Somebody waits for it, or nothing else tells them.
    #[default]
    High,
    /// It says more of what label and reaction say already, and may come late.
    Low,
}

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
            Self::OpenPull(_) | Self::PostAnswer(_) | Self::Reply(_) => Some(Worth::High),
            Self::React(_)
            | Self::CheckTrigger(_)
            | Self::ShowLabel(_)
            | Self::PrepareWorkspace(_)
            | Self::RunTurn(_)
            | Self::Collect(_)
            | Self::CheckPublish(_)
            | Self::Publish(_)
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
            | Self::RefreshPullRequest(_)
            | Self::MarkReady(_)
            | Self::DeleteBranch(_)
            | Self::Steer(_)
            | Self::SetTimer(_)
            | Self::CheckAccess(_)
            | Self::Forget(_)
            | Self::EndAgent(_)
            | Self::RemoveWorkspace(_) => None,
        }
    }
}
