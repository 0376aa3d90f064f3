//! What an event says of where it comes from: when a person did on GitHub what it tells of, or which effect it answers.

use super::{Event, Looked};
use crate::dependency::RelatedNews;
use crate::discovery::DiscoveryNews;
use crate::effect::EffectKind;
use crate::evidence_file::EvidenceNews;
use crate::onboarding::OnboardingNews;
use crate::overlap::OverlapNews;
use crate::pull_gate::GateNews;
use crate::recurring::RecurringNews;
use crate::sprint::SprintNews;
use crate::suggestion::SuggestionNews;
use crate::verification::VerifyNews;

impl Event {
    /// What a person did on GitHub, in words, and GitHub's time of it (epoch milliseconds); none for all that is not told
    /// with its time.
    pub fn happened_at(&self) -> Option<(&'static str, i64)> {
        Some(match self {
            Self::Labeled { snapshot, .. } => ("a label", snapshot.at),
            Self::Unlabeled { at, .. } => ("the end of a label", *at),
            Self::IssueRemoved { at, .. } => ("the end of the issue", *at),
            Self::IssueOpened { snapshot, .. } => ("a new issue", snapshot.at),
            Self::IssueEdited { at, .. } => ("a change of the issue", *at),
            Self::Commented { at, .. } => ("a comment", *at),
            Self::Reviewed { at, .. } => ("a review", *at),
            _ => return None,
        })
    }

    /// The kind of effect whose outcome it is: that effect is no longer under way.
    pub fn answers(&self) -> Option<EffectKind> {
        Some(match self {
            Self::TriggerChecked { .. } => EffectKind::CheckTrigger,
            Self::WorkspaceReady { .. } => EffectKind::PrepareWorkspace,
            Self::TurnEnded { .. } | Self::TurnFailed { .. } => EffectKind::RunTurn,
            Self::Steered { .. } => EffectKind::Steer,
            Self::Collected { .. } => EffectKind::Collect,
            Self::PublishChecked { .. } => EffectKind::CheckPublish,
            Self::Published { .. } | Self::BranchMoved(_) | Self::PushHeld(_) => {
                EffectKind::Publish
            }
            Self::PullOpened { .. } => EffectKind::OpenPull,
            Self::Answered { .. } => EffectKind::PostAnswer,
            Self::ReviewRead { .. } => EffectKind::ReadReview,
            Self::CommentAuthorized { .. } => EffectKind::AuthorizeComment,
            Self::PullRequestRefreshed { .. } => EffectKind::RefreshPullRequest,
            Self::LandedChecked(_) => EffectKind::CheckLanded,
            Self::AccessRead { .. } => EffectKind::CheckAccess,
            Self::DependenciesRead { .. } => EffectKind::ReadDependencies,
            Self::Looked(Looked::Approvals(_)) => EffectKind::ReadApprovals,
            Self::Looked(Looked::Project(_)) => EffectKind::ReadProject,
            Self::Looked(Looked::Withheld(_)) => EffectKind::ReadWithheld,
            Self::Looked(Looked::Policy(_)) => EffectKind::ProposePolicy,
            Self::Onboarding(OnboardingNews::Done { .. } | OnboardingNews::Empty) => {
                EffectKind::ProposeOnboarding
            }
            Self::Posted { .. } => EffectKind::UpsertComment,
            Self::StatusPosted { .. } => EffectKind::ShowStatus,
            Self::Assigned(_) => EffectKind::Assign,
            Self::ReviewersLeftOut(_) => EffectKind::RequestReview,
            Self::MadeReady { .. } => EffectKind::MarkReady,
            Self::TimerFired { .. } => EffectKind::SetTimer,
            Self::EffectFailed { effect, .. } => *effect,
            Self::Related { .. }
            | Self::Sprint(_)
            | Self::Discovery(_)
            | Self::Recurring(_)
            | Self::Suggestion(_)
            | Self::PullGate(_)
            | Self::Evidence(_)
            | Self::Verification(_) => return self.news_of(),
            Self::Labeled { .. }
            | Self::Unlabeled { .. }
            | Self::IssueRemoved { .. }
            | Self::IssueOpened { .. }
            | Self::IssueEdited { .. }
            | Self::DependenciesChanged { .. }
            | Self::Commented { .. }
            | Self::CommentDeleted { .. }
            | Self::RightLost { .. }
            | Self::Reviewed { .. }
            | Self::PullRequestChanged { .. }
            | Self::PullReopened(_)
            | Self::PullClosed { .. }
            | Self::TakenAway { .. }
            | Self::Archived { .. }
            | Self::Dispatched { .. }
            | Self::StopAsked { .. }
            | Self::Ordered { .. }
            | Self::SlotGranted { .. }
            | Self::Waiting(_)
            | Self::FetchProgressed(_)
            | Self::UsageReported { .. }
            | Self::BudgetNeared { .. }
            | Self::Contained(_)
            | Self::AgentStarted { .. }
            | Self::Progressed { .. }
            | Self::Asked { .. }
            | Self::Reported { .. }
            | Self::Finished { .. }
            | Self::Unfitting { .. }
            | Self::Onboarding(OnboardingNews::Wanted)
            | Self::HeldUp(_) => return None,
        })
    }

    /// The same of news that come from several places, of which one is the outcome.
    fn news_of(&self) -> Option<EffectKind> {
        Some(match self {
            Self::Sprint(SprintNews::Read { .. }) => EffectKind::ReadSprint,
            Self::Related {
                news:
                    RelatedNews::Overlap {
                        news: OverlapNews::Found { .. },
                    },
            } => EffectKind::ReadOverlaps,
            Self::Related {
                news: RelatedNews::Restacked(_),
            } => EffectKind::Restack,
            Self::Discovery(DiscoveryNews::Made { .. })
            | Self::Recurring(RecurringNews::StillOpen { .. }) => EffectKind::CreateIssue,
            Self::Suggestion(SuggestionNews::Made { .. }) => EffectKind::Suggest,
            Self::PullGate(GateNews::Read { .. }) => EffectKind::ReadPullGate,
            Self::PullGate(GateNews::NotPermitted) => EffectKind::ReportPullGate,
            Self::Evidence(news) if matches!(**news, EvidenceNews::Pushed(_)) => {
                EffectKind::PushEvidence
            }
            Self::Verification(VerifyNews::Ran { .. }) => EffectKind::Verify,
            Self::Verification(VerifyNews::NotPermitted) => EffectKind::ReportVerification,
            _ => return None,
        })
    }
}
