//! What is to be done outside: each is one row in the outbox. Imperative, complete, and leaves its performer no choice.
//!
//! Each kind says how repetition is harmless, because after a crash it will be repeated.

mod action;
mod kind;
mod shown;

use serde::{Deserialize, Serialize};

pub use action::*;
pub use kind::EffectKind;
pub use shown::{Reaction, StatusLabel};

use super::ids::{AgentBranch, SessionId};
use super::place::Place;
use super::role::Tools;

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
    /// [`Reply`].
    Reply(Reply),
    /// [`MarkReady`].
    MarkReady(MarkReady),
    /// [`DeleteBranch`].
    DeleteBranch(DeleteBranch),
    /// [`Steer`].
    Steer(Steer),
    /// [`SetTimer`].
    #[serde(alias = "ring")]
    SetTimer(SetTimer),
    /// [`CheckAccess`].
    CheckAccess(CheckAccess),
    /// [`Forget`].
    Forget(Forget),
    /// [`EndAgent`].
    EndAgent(EndAgent),
    /// [`RemoveWorkspace`].
    RemoveWorkspace(RemoveWorkspace),
}

/// A prompt turn in full.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Turn {
    /// The operator's name of the agent.
    pub agent: String,
    /// The role's wish for a model, in the agent's own words.
    pub model: Option<String>,
    /// What the role tells it. Empty in rows of before this stood apart: there it is the beginning of `prompt`.
    #[serde(default)]
    pub instructions: String,
    /// What the agent is told besides.
    pub prompt: String,
    /// What it is told instead when its session is there, alive or loaded again.
    pub resumed: String,
    /// The agent's own session to load, if one is known.
    pub resume: Option<String>,
    /// Whether the working copy may be written.
    pub writes: bool,
    /// The tools the role has.
    pub tools: Tools,
    /// Wall clock, milliseconds.
    pub wall_ms: i64,
    /// Silence, milliseconds.
    pub silence_ms: i64,
    /// The branch in the working copy.
    pub branch: AgentBranch,
}

/// What a working copy begins with.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Start {
    /// The base.
    #[default]
    Base,
    /// The head of our branch on GitHub, where there is one; else the base.
    Branch,
    /// What the last session of the task left in the mirror, where there is something; else the base.
    Kept,
}

/// What becomes of the commits of a session whose working copy is removed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UnpushedCommits {
    /// They are published, or there are none: they go as well.
    #[default]
    #[serde(rename = "go")]
    Discard,
    /// They are nowhere else: the mirror keeps them under `refs/skep/sessions/<id>`.
    #[serde(rename = "stay")]
    Keep,
}
