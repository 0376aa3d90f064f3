//! The kinds of effects: their names, which of them belong to a session, and which kind an action is.

use serde::{Deserialize, Serialize};

use super::{Action, Effect};

/// The kind of an effect, as it stands in the outbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EffectKind {
    /// [`super::React`].
    React,
    /// [`super::CheckTrigger`].
    CheckTrigger,
    /// [`super::ShowStatus`].
    ShowStatus,
    /// [`super::ShowLabel`].
    ShowLabel,
    /// [`super::ShowCheck`].
    ShowCheck,
    /// [`super::PrepareWorkspace`].
    PrepareWorkspace,
    /// [`super::RunTurn`].
    RunTurn,
    /// [`super::Collect`].
    Collect,
    /// [`super::CheckPublish`].
    CheckPublish,
    /// [`super::Publish`].
    Publish,
    /// [`super::OpenPull`].
    OpenPull,
    /// [`super::PushEvidence`].
    PushEvidence,
    /// [`super::LabelPull`].
    LabelPull,
    /// [`super::DescribePull`].
    DescribePull,
    /// [`super::RequestReview`].
    RequestReview,
    /// [`super::PostAnswer`].
    PostAnswer,
    /// [`super::UpsertComment`].
    #[serde(alias = "say")]
    UpsertComment,
    /// [`super::ReactTo`].
    ReactTo,
    /// [`super::AuthorizeComment`].
    #[serde(alias = "weigh")]
    AuthorizeComment,
    /// [`super::Assign`].
    Assign,
    /// [`super::SetGoLabel`].
    #[serde(alias = "switch")]
    SetGoLabel,
    /// [`super::HideComment`].
    #[serde(alias = "minimise")]
    HideComment,
    /// [`super::ReadReview`].
    ReadReview,
    /// [`super::RefreshPullRequest`].
    #[serde(alias = "look_at_pull")]
    RefreshPullRequest,
    /// [`super::CreateIssue`].
    CreateIssue,
    /// [`super::Suggest`].
    Suggest,
    /// [`super::CheckLanded`].
    CheckLanded,
    /// [`super::Reply`].
    Reply,
    /// [`super::MarkReady`].
    MarkReady,
    /// [`super::DeleteBranch`].
    DeleteBranch,
    /// [`super::Restack`].
    Restack,
    /// [`super::JoinStack`].
    JoinStack,
    /// [`super::Steer`].
    Steer,
    /// [`super::OpenHosts`].
    OpenHosts,
    /// [`super::ProposePolicy`].
    ProposePolicy,
    /// [`super::ProposeOnboarding`].
    ProposeOnboarding,
    /// [`super::SetTimer`].
    #[serde(alias = "ring")]
    SetTimer,
    /// [`super::CheckAccess`].
    CheckAccess,
    /// [`super::ReadDependencies`].
    ReadDependencies,
    /// [`super::ReadApprovals`].
    ReadApprovals,
    /// [`super::ReadWithheld`].
    ReadWithheld,
    /// [`super::ReadProject`].
    ReadProject,
    /// [`super::ReadOverlaps`].
    ReadOverlaps,
    /// [`super::ReadSprint`].
    ReadSprint,
    /// [`super::ReadPullGate`].
    ReadPullGate,
    /// [`super::ReportPullGate`].
    ReportPullGate,
    /// [`super::Verify`].
    Verify,
    /// [`super::ReportVerification`].
    ReportVerification,
    /// [`super::Forget`].
    Forget,
    /// [`super::EndAgent`].
    EndAgent,
    /// [`super::RemoveWorkspace`].
    RemoveWorkspace,
}

impl EffectKind {
    /// Every kind: the crash stories walk this list, so that a new kind without a story fails.
    pub const ALL: [Self; 51] = [
        Self::React,
        Self::CheckTrigger,
        Self::ShowStatus,
        Self::ShowLabel,
        Self::ShowCheck,
        Self::PrepareWorkspace,
        Self::RunTurn,
        Self::Collect,
        Self::CheckPublish,
        Self::Publish,
        Self::OpenPull,
        Self::PushEvidence,
        Self::LabelPull,
        Self::DescribePull,
        Self::RequestReview,
        Self::PostAnswer,
        Self::UpsertComment,
        Self::ReactTo,
        Self::AuthorizeComment,
        Self::Assign,
        Self::SetGoLabel,
        Self::HideComment,
        Self::ReadReview,
        Self::RefreshPullRequest,
        Self::CreateIssue,
        Self::Suggest,
        Self::CheckLanded,
        Self::Reply,
        Self::MarkReady,
        Self::DeleteBranch,
        Self::Restack,
        Self::JoinStack,
        Self::Steer,
        Self::OpenHosts,
        Self::ProposePolicy,
        Self::ProposeOnboarding,
        Self::SetTimer,
        Self::CheckAccess,
        Self::ReadDependencies,
        Self::ReadApprovals,
        Self::ReadWithheld,
        Self::ReadProject,
        Self::ReadOverlaps,
        Self::ReadSprint,
        Self::ReadPullGate,
        Self::ReportPullGate,
        Self::Verify,
        Self::ReportVerification,
        Self::Forget,
        Self::EndAgent,
        Self::RemoveWorkspace,
    ];

    /// The name in tables and logs.
    pub fn name(self) -> &'static str {
        match self {
            Self::React => "react",
            Self::CheckTrigger => "check_trigger",
            Self::ShowStatus => "show_status",
            Self::ShowLabel => "show_label",
            Self::ShowCheck => "show_check",
            Self::PrepareWorkspace => "prepare_workspace",
            Self::RunTurn => "run_turn",
            Self::Collect => "collect",
            Self::CheckPublish => "check_publish",
            Self::Publish => "publish",
            Self::OpenPull => "open_pull",
            Self::PushEvidence => "push_evidence",
            Self::LabelPull => "label_pull",
            Self::DescribePull => "describe_pull",
            Self::RequestReview => "request_review",
            Self::PostAnswer => "post_answer",
            Self::UpsertComment => "upsert_comment",
            Self::ReactTo => "react_to",
            Self::AuthorizeComment => "authorize_comment",
            Self::Assign => "assign",
            Self::SetGoLabel => "set_go_label",
            Self::HideComment => "hide_comment",
            Self::ReadReview => "read_review",
            Self::RefreshPullRequest => "refresh_pull_request",
            Self::CreateIssue => "create_issue",
            Self::Suggest => "suggest",
            Self::CheckLanded => "check_landed",
            Self::Reply => "reply",
            Self::MarkReady => "mark_ready",
            Self::DeleteBranch => "delete_branch",
            Self::Restack => "restack",
            Self::JoinStack => "join_stack",
            Self::Steer => "steer",
            Self::OpenHosts => "open_hosts",
            Self::ProposePolicy => "propose_policy",
            Self::ProposeOnboarding => "propose_onboarding",
            Self::SetTimer => "set_timer",
            Self::CheckAccess => "check_access",
            Self::ReadDependencies => "read_dependencies",
            Self::ReadApprovals => "read_approvals",
            Self::ReadWithheld => "read_withheld",
            Self::ReadProject => "read_project",
            Self::ReadOverlaps => "read_overlaps",
            Self::ReadSprint => "read_sprint",
            Self::ReadPullGate => "read_pull_gate",
            Self::ReportPullGate => "report_pull_gate",
            Self::Verify => "verify",
            Self::ReportVerification => "report_verification",
            Self::Forget => "forget",
            Self::EndAgent => "end_agent",
            Self::RemoveWorkspace => "remove_workspace",
        }
    }

    /// Whether its effects belong to a session.
    pub fn is_of_session(self) -> bool {
        matches!(
            self,
            Self::PrepareWorkspace
                | Self::RunTurn
                | Self::Collect
                | Self::CheckPublish
                | Self::Publish
                | Self::OpenPull
                | Self::PostAnswer
                | Self::Steer
                | Self::OpenHosts
                | Self::EndAgent
                | Self::RemoveWorkspace
        )
    }
}

impl Effect {
    /// Which kind it is.
    pub fn kind(&self) -> EffectKind {
        self.action.kind()
    }
}

impl Action {
    /// Which kind it is.
    pub fn kind(&self) -> EffectKind {
        match self {
            Self::React(_) => EffectKind::React,
            Self::CheckTrigger(_) => EffectKind::CheckTrigger,
            Self::ShowStatus(_) => EffectKind::ShowStatus,
            Self::ShowLabel(_) => EffectKind::ShowLabel,
            Self::ShowCheck(_) => EffectKind::ShowCheck,
            Self::PrepareWorkspace(_) => EffectKind::PrepareWorkspace,
            Self::RunTurn(_) => EffectKind::RunTurn,
            Self::Collect(_) => EffectKind::Collect,
            Self::CheckPublish(_) => EffectKind::CheckPublish,
            Self::Publish(_) => EffectKind::Publish,
            Self::OpenPull(_) => EffectKind::OpenPull,
            Self::PushEvidence(_) => EffectKind::PushEvidence,
            Self::LabelPull(_) => EffectKind::LabelPull,
            Self::DescribePull(_) => EffectKind::DescribePull,
            Self::RequestReview(_) => EffectKind::RequestReview,
            Self::PostAnswer(_) => EffectKind::PostAnswer,
            Self::UpsertComment(_) => EffectKind::UpsertComment,
            Self::ReactTo(_) => EffectKind::ReactTo,
            Self::AuthorizeComment(_) => EffectKind::AuthorizeComment,
            Self::Assign(_) => EffectKind::Assign,
            Self::SetGoLabel(_) => EffectKind::SetGoLabel,
            Self::HideComment(_) => EffectKind::HideComment,
            Self::ReadReview(_) => EffectKind::ReadReview,
            Self::RefreshPullRequest(_) => EffectKind::RefreshPullRequest,
            Self::CreateIssue(_) => EffectKind::CreateIssue,
            Self::Suggest(_) => EffectKind::Suggest,
            Self::CheckLanded(_) => EffectKind::CheckLanded,
            Self::Reply(_) => EffectKind::Reply,
            Self::MarkReady(_) => EffectKind::MarkReady,
            Self::DeleteBranch(_) => EffectKind::DeleteBranch,
            Self::Restack(_) => EffectKind::Restack,
            Self::JoinStack(_) => EffectKind::JoinStack,
            Self::Steer(_) => EffectKind::Steer,
            Self::OpenHosts(_) => EffectKind::OpenHosts,
            Self::ProposePolicy(_) => EffectKind::ProposePolicy,
            Self::ProposeOnboarding(_) => EffectKind::ProposeOnboarding,
            Self::SetTimer(_) => EffectKind::SetTimer,
            Self::CheckAccess(_) => EffectKind::CheckAccess,
            Self::ReadDependencies(_) => EffectKind::ReadDependencies,
            Self::ReadApprovals(_) => EffectKind::ReadApprovals,
            Self::ReadWithheld(_) => EffectKind::ReadWithheld,
            Self::ReadProject(_) => EffectKind::ReadProject,
            Self::ReadOverlaps(_) => EffectKind::ReadOverlaps,
            Self::ReadSprint(_) => EffectKind::ReadSprint,
            Self::ReadPullGate(_) => EffectKind::ReadPullGate,
            Self::ReportPullGate(_) => EffectKind::ReportPullGate,
            Self::Verify(_) => EffectKind::Verify,
            Self::ReportVerification(_) => EffectKind::ReportVerification,
            Self::Forget(_) => EffectKind::Forget,
            Self::EndAgent(_) => EffectKind::EndAgent,
            Self::RemoveWorkspace(_) => EffectKind::RemoveWorkspace,
        }
    }
}

macro_rules! actions {
    ($($name:ident),+ $(,)?) => {$(
        impl From<super::$name> for Action {
            fn from(action: super::$name) -> Self {
                Self::$name(action)
            }
        }
    )+};
}

actions!(
    React,
    CheckTrigger,
    ShowStatus,
    ShowLabel,
    ShowCheck,
    PrepareWorkspace,
    RunTurn,
    Collect,
    CheckPublish,
    Publish,
    OpenPull,
    PushEvidence,
    LabelPull,
    DescribePull,
    RequestReview,
    PostAnswer,
    UpsertComment,
    ReactTo,
    AuthorizeComment,
    Assign,
    SetGoLabel,
    HideComment,
    ReadReview,
    RefreshPullRequest,
    CreateIssue,
    Suggest,
    CheckLanded,
    Reply,
    MarkReady,
    DeleteBranch,
    Restack,
    JoinStack,
    Steer,
    OpenHosts,
    ProposePolicy,
    ProposeOnboarding,
    SetTimer,
    CheckAccess,
    ReadDependencies,
    ReadApprovals,
    ReadWithheld,
    ReadProject,
    ReadOverlaps,
    ReadSprint,
    ReadPullGate,
    ReportPullGate,
    Verify,
    ReportVerification,
    Forget,
    EndAgent,
    RemoveWorkspace,
);
