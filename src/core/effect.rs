//! What is to be done outside: each is one row in the outbox. Imperative, complete, and leaves its performer no choice.
//!
//! Each kind says how repetition is harmless, because after a crash it will be repeated.

use serde::{Deserialize, Serialize};

use super::ids::{AgentBranch, CommentId, SessionId, Sha};
use super::place::{Actor, Place, Snapshot};
use super::role::Tools;

/// One thing to do outside.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "effect")]
pub enum Effect {
    /// Put a reaction on the issue. A reaction is a set member: adding it twice is adding it once.
    React {
        /// Where.
        place: Place,
        /// Which.
        reaction: Reaction,
    },
    /// Read all that is needed to judge a trigger. Reading repeats freely.
    CheckTrigger {
        /// Where.
        place: Place,
        /// Who asked.
        actor: Actor,
        /// The words in the delivery.
        snapshot: Snapshot,
    },
    /// Make the status comment say this. Found by its number or else by its marker, then edited; posted only if neither
    /// finds it.
    ShowStatus {
        /// Where.
        place: Place,
        /// Its number, once known.
        comment: Option<CommentId>,
        /// Markdown, without the marker.
        body: String,
    },
    /// Make this the only status label. Labels are a set.
    ShowLabel {
        /// Where.
        place: Place,
        /// Which; `None` takes the last one away.
        label: Option<StatusLabel>,
    },
    /// Bring the mirror up to date and lay out the working copy. Its path derives from the session; a half-made one is
    /// made again.
    PrepareWorkspace {
        /// Where.
        place: Place,
        /// For which session.
        session: SessionId,
        /// The base branch.
        base_branch: String,
        /// Its head as read with the trigger.
        base: Option<Sha>,
        /// The branch the working copy is on.
        branch: AgentBranch,
        /// The agent to start early, while git works.
        agent: String,
    },
    /// Run one prompt turn. After a crash the agent's session is loaded again, or a new one begins in the same working
    /// copy; nothing leaves the machine in this effect.
    RunTurn {
        /// Where.
        place: Place,
        /// For which session.
        session: SessionId,
        /// What to run and how.
        turn: Box<Turn>,
    },
    /// End the process tree, then let git say what the session made. Only reads the working copy.
    Collect {
        /// Where.
        place: Place,
        /// For which session.
        session: SessionId,
        /// The commit the work started from.
        base: Sha,
        /// The message for what the agent left uncommitted.
        message: String,
    },
    /// Read again what must hold before a push. Reading repeats freely.
    CheckPublish {
        /// Where.
        place: Place,
        /// For which session.
        session: SessionId,
        /// Whose permission to ask for.
        actor: Actor,
    },
    /// Push exactly this commit to our branch, under a lease. Looks first; an equal head is done.
    Publish {
        /// Where.
        place: Place,
        /// For which session.
        session: SessionId,
        /// The branch.
        branch: AgentBranch,
        /// The commit.
        head: Sha,
        /// What we wrote there last; `None` when the branch must not exist.
        expected: Option<Sha>,
    },
    /// Open the pull request. Found by its head branch first, open or closed.
    OpenPull {
        /// Where.
        place: Place,
        /// For which session.
        session: SessionId,
        /// The head branch.
        branch: AgentBranch,
        /// The base branch.
        base_branch: String,
        /// The title.
        title: String,
        /// Markdown.
        body: String,
        /// Labels to copy.
        labels: Vec<String>,
    },
    /// Post what the agent answered. Found by its marker first.
    PostAnswer {
        /// Where.
        place: Place,
        /// Of which session.
        session: SessionId,
        /// Markdown.
        body: String,
    },
    /// End the agent's process tree. Ending what is gone is done.
    EndAgent {
        /// Where.
        place: Place,
        /// Of which session.
        session: SessionId,
    },
    /// Remove the working copy. Removing what is gone is done.
    RemoveWorkspace {
        /// Where.
        place: Place,
        /// Of which session.
        session: SessionId,
        /// What becomes of its commits in the mirror.
        #[serde(default)]
        commits: Leftover,
    },
}

/// A prompt turn in full.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Turn {
    /// The operator's name of the agent.
    pub agent: String,
    /// The role's wish for a model, in the agent's own words.
    pub model: Option<String>,
    /// What the agent is told.
    pub prompt: String,
    /// What it is told instead when its session was loaded again after an interruption.
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

/// What becomes of the commits of a session whose working copy is removed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Leftover {
    /// They are published, or there are none: they go as well.
    #[default]
    Go,
    /// They are nowhere else: the mirror keeps them under `refs/skep/sessions/<id>`.
    Stay,
}

/// GitHub's reaction names that skep uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reaction {
    /// 👀: taken.
    Eyes,
    /// 🎉: ended well.
    Hooray,
    /// 😕: ended badly, or refused.
    Confused,
}

/// The one status label a task shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StatusLabel {
    /// Waits for a slot.
    Queued,
    /// An agent works.
    Working,
    /// A person is asked.
    NeedsYou,
    /// Held by a person.
    Paused,
    /// A pull request waits for review.
    Review,
    /// Ended well.
    Done,
    /// Ended badly.
    Failed,
}

impl StatusLabel {
    /// Every one, in the order of a task's life.
    pub const ALL: [Self; 7] =
        [Self::Queued, Self::Working, Self::NeedsYou, Self::Paused, Self::Review, Self::Done, Self::Failed];

    /// The label on GitHub.
    pub fn name(self) -> &'static str {
        match self {
            Self::Queued => "agent:queued",
            Self::Working => "agent:working",
            Self::NeedsYou => "agent:needs-you",
            Self::Paused => "agent:paused",
            Self::Review => "agent:review",
            Self::Done => "agent:done",
            Self::Failed => "agent:failed",
        }
    }

    /// Its colour (six hexadecimal digits) and description, for when the repository does not have it yet.
    pub fn look(self) -> (&'static str, &'static str) {
        match self {
            Self::Queued => ("c5def5", "skep: waiting for a free slot"),
            Self::Working => ("1d76db", "skep: an agent is working"),
            Self::NeedsYou => ("fbca04", "skep: the agent asked a question"),
            Self::Paused => ("d4c5f9", "skep: paused by a person"),
            Self::Review => ("0e8a16", "skep: a pull request waits for review"),
            Self::Done => ("0e8a16", "skep: done"),
            Self::Failed => ("d93f0b", "skep: ended without a result; the status comment says why"),
        }
    }
}

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
    /// [`Effect::PostAnswer`].
    PostAnswer,
    /// [`Effect::EndAgent`].
    EndAgent,
    /// [`Effect::RemoveWorkspace`].
    RemoveWorkspace,
}

impl EffectKind {
    /// Every kind: the crash stories walk this list, so that a new kind without a story fails.
    pub const ALL: [Self; 13] = [
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
        Self::PostAnswer,
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
            Self::PostAnswer => "post_answer",
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
            Self::PostAnswer { .. } => EffectKind::PostAnswer,
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
            | Self::PostAnswer { place, .. }
            | Self::EndAgent { place, .. }
            | Self::RemoveWorkspace { place, .. } => place,
        }
    }

    /// The session it belongs to, if it belongs to one.
    pub fn session(&self) -> Option<&SessionId> {
        match self {
            Self::React { .. } | Self::CheckTrigger { .. } | Self::ShowStatus { .. } | Self::ShowLabel { .. } => None,
            Self::PrepareWorkspace { session, .. }
            | Self::RunTurn { session, .. }
            | Self::Collect { session, .. }
            | Self::CheckPublish { session, .. }
            | Self::Publish { session, .. }
            | Self::OpenPull { session, .. }
            | Self::PostAnswer { session, .. }
            | Self::EndAgent { session, .. }
            | Self::RemoveWorkspace { session, .. } => Some(session),
        }
    }
}
