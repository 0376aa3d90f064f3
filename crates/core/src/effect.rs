//! What is to be done outside: each is one row in the outbox. Imperative, complete, and leaves its performer no choice.
//!
//! Each kind says how repetition is harmless, because after a crash it will be repeated.

mod action;
mod creates;
mod evidence;
mod hurry;
mod kind;
mod propose;
mod pull;
mod shown;
mod stack;
mod turn;
mod verify;
mod worth;

use serde::{Deserialize, Serialize};

pub use action::*;
pub use evidence::PushEvidence;
pub use kind::EffectKind;
pub use propose::{ProposeOnboarding, ProposePolicy};
pub use pull::{DescribePull, LabelPull, OpenPull, RequestReview};
pub use shown::{Reaction, SessionStands, ShowCheck, StatusLabel};
pub use stack::{JoinStack, Restack};
pub use turn::{Grants, Start, Turn, UnpushedCommits};
pub use verify::{ReportVerification, Verify};
pub use worth::Worth;

use super::ids::SessionId;
use super::location::Place;

/// One thing to do outside: on which issue, for which session if for one, and what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Effect {
    /// The issue it is done for.
    pub place: Place,
    /// The session it belongs to. There is one exactly where [`EffectKind::is_of_session`] says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session: Option<SessionId>,
    /// What to do.
    #[serde(flatten)]
    pub action: Action,
}

/// What to do: one struct each, which is all that its performer gets to know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "effect")]
pub enum Action {
    /// [`React`].
    React(React),
    /// [`CheckTrigger`].
    CheckTrigger(CheckTrigger),
    /// [`ShowStatus`].
    ShowStatus(ShowStatus),
    /// [`ShowLabel`].
    ShowLabel(ShowLabel),
    /// [`ShowCheck`].
    ShowCheck(ShowCheck),
    /// [`PrepareWorkspace`].
    PrepareWorkspace(PrepareWorkspace),
    /// [`RunTurn`].
    RunTurn(RunTurn),
    /// [`Collect`].
    Collect(Collect),
    /// [`CheckPublish`].
    CheckPublish(CheckPublish),
    /// [`Publish`].
    Publish(Publish),
    /// [`OpenPull`].
    OpenPull(OpenPull),
    /// [`PushEvidence`].
    PushEvidence(PushEvidence),
    /// [`LabelPull`].
    LabelPull(LabelPull),
    /// [`DescribePull`].
    DescribePull(DescribePull),
    /// [`RequestReview`].
    RequestReview(RequestReview),
    /// [`PostAnswer`].
    PostAnswer(PostAnswer),
    /// [`UpsertComment`].
    #[serde(alias = "say")]
    UpsertComment(UpsertComment),
    /// [`ReactTo`].
    ReactTo(ReactTo),
    /// [`AuthorizeComment`].
    #[serde(alias = "weigh")]
    AuthorizeComment(AuthorizeComment),
    /// [`Assign`].
    Assign(Assign),
    /// [`SetGoLabel`].
    #[serde(alias = "switch")]
    SetGoLabel(SetGoLabel),
    /// [`HideComment`].
    #[serde(alias = "minimise")]
    HideComment(HideComment),
    /// [`ReadReview`].
    ReadReview(ReadReview),
    /// [`RefreshPullRequest`].
    #[serde(alias = "look_at_pull")]
    RefreshPullRequest(RefreshPullRequest),
    /// [`CreateIssue`].
    CreateIssue(CreateIssue),
    /// [`Suggest`].
    Suggest(Suggest),
    /// [`CheckLanded`].
    CheckLanded(CheckLanded),
    /// [`Reply`].
    Reply(Reply),
    /// [`MarkReady`].
    MarkReady(MarkReady),
    /// [`DeleteBranch`].
    DeleteBranch(DeleteBranch),
    /// [`Restack`].
    Restack(Restack),
    /// [`JoinStack`].
    JoinStack(JoinStack),
    /// [`Steer`].
    Steer(Steer),
    /// [`OpenHosts`].
    OpenHosts(OpenHosts),
    /// [`ProposePolicy`].
    ProposePolicy(ProposePolicy),
    /// [`ProposeOnboarding`].
    ProposeOnboarding(ProposeOnboarding),
    /// [`SetTimer`].
    #[serde(alias = "ring")]
    SetTimer(SetTimer),
    /// [`CheckAccess`].
    CheckAccess(CheckAccess),
    /// [`ReadDependencies`].
    ReadDependencies(ReadDependencies),
    /// [`ReadApprovals`].
    ReadApprovals(ReadApprovals),
    /// [`ReadWithheld`].
    ReadWithheld(ReadWithheld),
    /// [`ReadProject`].
    ReadProject(ReadProject),
    /// [`ReadOverlaps`].
    ReadOverlaps(ReadOverlaps),
    /// [`ReadSprint`].
    ReadSprint(ReadSprint),
    /// [`ReadPullGate`].
    ReadPullGate(ReadPullGate),
    /// [`ReportPullGate`].
    ReportPullGate(ReportPullGate),
    /// [`Verify`].
    Verify(Verify),
    /// [`ReportVerification`].
    ReportVerification(ReportVerification),
    /// [`Forget`].
    Forget(Forget),
    /// [`EndAgent`].
    EndAgent(EndAgent),
    /// [`RemoveWorkspace`].
    RemoveWorkspace(RemoveWorkspace),
}
