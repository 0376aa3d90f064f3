//! The kinds of effects, and what every effect can be asked: its kind, its place, its session.

use serde::{Deserialize, Serialize};

use super::Effect;
use crate::ids::SessionId;
use crate::place::Place;

/// The kind of an effect, as it stands in the outbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EffectKind {
    /// [`Effect::React`].
    React,
    /// [`Effect::CheckTrigger`].
    CheckTrigger,
    /// [`Effect::ShowStatus`].
    ShowStatus,
    /// [`Effect::ShowLabel`].
    ShowLabel,
    /// [`Effect::PrepareWorkspace`].
    PrepareWorkspace,
    /// [`Effect::RunTurn`].
    RunTurn,
    /// [`Effect::Collect`].
    Collect,
    /// [`Effect::CheckPublish`].
    CheckPublish,
    /// [`Effect::Publish`].
    Publish,
    /// [`Effect::OpenPull`].
    OpenPull,
    /// [`Effect::LabelPull`].
    LabelPull,
    /// [`Effect::DescribePull`].
    DescribePull,
    /// [`Effect::RequestReview`].
    RequestReview,
    /// [`Effect::PostAnswer`].
    PostAnswer,
    /// [`Effect::Say`].
    Say,
    /// [`Effect::ReactTo`].
    ReactTo,
    /// [`Effect::Weigh`].
    Weigh,
    /// [`Effect::Assign`].
    Assign,
    /// [`Effect::Switch`].
    Switch,
    /// [`Effect::Minimise`].
    Minimise,
    /// [`Effect::ReadReview`].
    ReadReview,
    /// [`Effect::LookAtPull`].
    LookAtPull,
    /// [`Effect::Reply`].
    Reply,
    /// [`Effect::MarkReady`].
    MarkReady,
    /// [`Effect::DeleteBranch`].
    DeleteBranch,
    /// [`Effect::Steer`].
    Steer,
    /// [`Effect::Ring`].
    Ring,
    /// [`Effect::CheckAccess`].
    CheckAccess,
    /// [`Effect::Forget`].
    Forget,
    /// [`Effect::EndAgent`].
    EndAgent,
    /// [`Effect::RemoveWorkspace`].
    RemoveWorkspace,
}

impl EffectKind {
    /// Every kind: the crash stories walk this list, so that a new kind without a story fails.
    pub const ALL: [Self; 31] = [
        Self::React,
        Self::CheckTrigger,
        Self::ShowStatus,
        Self::ShowLabel,
        Self::PrepareWorkspace,
        Self::RunTurn,
        Self::Collect,
        Self::CheckPublish,
        Self::Publish,
        Self::OpenPull,
        Self::LabelPull,
        Self::DescribePull,
        Self::RequestReview,
        Self::PostAnswer,
        Self::Say,
        Self::ReactTo,
        Self::Weigh,
        Self::Assign,
        Self::Switch,
        Self::Minimise,
        Self::ReadReview,
        Self::LookAtPull,
        Self::Reply,
        Self::MarkReady,
        Self::DeleteBranch,
        Self::Steer,
        Self::Ring,
        Self::CheckAccess,
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
            Self::PrepareWorkspace => "prepare_workspace",
            Self::RunTurn => "run_turn",
            Self::Collect => "collect",
            Self::CheckPublish => "check_publish",
            Self::Publish => "publish",
            Self::OpenPull => "open_pull",
            Self::LabelPull => "label_pull",
            Self::DescribePull => "describe_pull",
            Self::RequestReview => "request_review",
            Self::PostAnswer => "post_answer",
            Self::Say => "say",
            Self::ReactTo => "react_to",
            Self::Weigh => "weigh",
            Self::Assign => "assign",
            Self::Switch => "switch",
            Self::Minimise => "minimise",
            Self::ReadReview => "read_review",
            Self::LookAtPull => "look_at_pull",
            Self::Reply => "reply",
            Self::MarkReady => "mark_ready",
            Self::DeleteBranch => "delete_branch",
            Self::Steer => "steer",
            Self::Ring => "ring",
            Self::CheckAccess => "check_access",
            Self::Forget => "forget",
            Self::EndAgent => "end_agent",
            Self::RemoveWorkspace => "remove_workspace",
        }
    }
}

impl Effect {
    /// Which kind it is.
    pub fn kind(&self) -> EffectKind {
        match self {
            Self::React { .. } => EffectKind::React,
            Self::CheckTrigger { .. } => EffectKind::CheckTrigger,
            Self::ShowStatus { .. } => EffectKind::ShowStatus,
            Self::ShowLabel { .. } => EffectKind::ShowLabel,
            Self::PrepareWorkspace { .. } => EffectKind::PrepareWorkspace,
            Self::RunTurn { .. } => EffectKind::RunTurn,
            Self::Collect { .. } => EffectKind::Collect,
            Self::CheckPublish { .. } => EffectKind::CheckPublish,
            Self::Publish { .. } => EffectKind::Publish,
            Self::OpenPull { .. } => EffectKind::OpenPull,
            Self::LabelPull { .. } => EffectKind::LabelPull,
            Self::DescribePull { .. } => EffectKind::DescribePull,
            Self::RequestReview { .. } => EffectKind::RequestReview,
            Self::PostAnswer { .. } => EffectKind::PostAnswer,
            Self::Say { .. } => EffectKind::Say,
            Self::ReactTo { .. } => EffectKind::ReactTo,
            Self::Weigh { .. } => EffectKind::Weigh,
            Self::Assign { .. } => EffectKind::Assign,
            Self::Switch { .. } => EffectKind::Switch,
            Self::Minimise { .. } => EffectKind::Minimise,
            Self::ReadReview { .. } => EffectKind::ReadReview,
            Self::LookAtPull { .. } => EffectKind::LookAtPull,
            Self::Reply { .. } => EffectKind::Reply,
            Self::MarkReady { .. } => EffectKind::MarkReady,
            Self::DeleteBranch { .. } => EffectKind::DeleteBranch,
            Self::Steer { .. } => EffectKind::Steer,
            Self::Ring { .. } => EffectKind::Ring,
            Self::CheckAccess { .. } => EffectKind::CheckAccess,
            Self::Forget { .. } => EffectKind::Forget,
            Self::EndAgent { .. } => EffectKind::EndAgent,
            Self::RemoveWorkspace { .. } => EffectKind::RemoveWorkspace,
        }
    }

    /// Where it acts.
    pub fn place(&self) -> &Place {
        match self {
            Self::React { place, .. }
            | Self::CheckTrigger { place, .. }
            | Self::ShowStatus { place, .. }
            | Self::ShowLabel { place, .. }
            | Self::PrepareWorkspace { place, .. }
            | Self::RunTurn { place, .. }
            | Self::Collect { place, .. }
            | Self::CheckPublish { place, .. }
            | Self::Publish { place, .. }
            | Self::OpenPull { place, .. }
            | Self::LabelPull { place, .. }
            | Self::DescribePull { place, .. }
            | Self::RequestReview { place, .. }
            | Self::PostAnswer { place, .. }
            | Self::Say { place, .. }
            | Self::ReactTo { place, .. }
            | Self::Weigh { place, .. }
            | Self::Assign { place, .. }
            | Self::Switch { place, .. }
            | Self::Minimise { place, .. }
            | Self::ReadReview { place, .. }
            | Self::LookAtPull { place, .. }
            | Self::Reply { place, .. }
            | Self::MarkReady { place, .. }
            | Self::DeleteBranch { place, .. }
            | Self::Steer { place, .. }
            | Self::Ring { place, .. }
            | Self::CheckAccess { place }
            | Self::Forget { place }
            | Self::EndAgent { place, .. }
            | Self::RemoveWorkspace { place, .. } => place,
        }
    }

    /// The session it belongs to, if it belongs to one.
    pub fn session(&self) -> Option<&SessionId> {
        match self {
            Self::React { .. }
            | Self::CheckTrigger { .. }
            | Self::ShowStatus { .. }
            | Self::ShowLabel { .. }
            | Self::LabelPull { .. }
            | Self::DescribePull { .. }
            | Self::RequestReview { .. }
            | Self::Say { .. }
            | Self::ReactTo { .. }
            | Self::Weigh { .. }
            | Self::Assign { .. }
            | Self::Switch { .. }
            | Self::Minimise { .. }
            | Self::ReadReview { .. }
            | Self::LookAtPull { .. }
            | Self::Reply { .. }
            | Self::MarkReady { .. }
            | Self::DeleteBranch { .. }
            | Self::Ring { .. }
            | Self::CheckAccess { .. }
            | Self::Forget { .. } => None,
            Self::PrepareWorkspace { session, .. }
            | Self::RunTurn { session, .. }
            | Self::Collect { session, .. }
            | Self::CheckPublish { session, .. }
            | Self::Publish { session, .. }
            | Self::OpenPull { session, .. }
            | Self::PostAnswer { session, .. }
            | Self::Steer { session, .. }
            | Self::EndAgent { session, .. }
            | Self::RemoveWorkspace { session, .. } => Some(session),
        }
    }
}
