//! What is to be done outside: each is one row in the outbox. Imperative, complete, and leaves its performer no choice.
//!
//! Each kind says how repetition is harmless, because after a crash it will be repeated.

mod kind;
mod shown;

use serde::{Deserialize, Serialize};

pub use kind::EffectKind;
pub use shown::{Reaction, StatusLabel};

use super::event::{Alarm, Asking};
use super::ids::{AgentBranch, CommentId, IssueNumber, SessionId, Sha};
use super::place::{Account, Actor, Place, Snapshot};
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
        /// The one that goes.
        #[serde(default)]
        instead_of: Option<Reaction>,
    },
    /// Read all that is needed to judge a trigger. Reading repeats freely.
    CheckTrigger {
        /// Where.
        place: Place,
        /// Who asked.
        actor: Actor,
        /// By what.
        #[serde(default)]
        asking: Asking,
        /// The words in the delivery; without one they are taken as they are now.
        snapshot: Option<Snapshot>,
        /// The role that was asked for by command, whose file is read instead of the labels'.
        #[serde(default)]
        role: Option<String>,
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
        /// What the working copy begins with.
        #[serde(default)]
        start: Start,
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
        /// The head of the base branch, where the work did not start from it.
        #[serde(default)]
        upstream: Option<Sha>,
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
    },
    /// Put labels on our pull request. Labels are a set.
    LabelPull {
        /// Where.
        place: Place,
        /// Its number.
        pull: i64,
        /// Which.
        labels: Vec<String>,
    },
    /// Make our part of our pull request's text say this; what people wrote around it stays.
    DescribePull {
        /// Where.
        place: Place,
        /// Its number.
        pull: i64,
        /// Markdown, with the lines that bound our part.
        part: String,
    },
    /// Ask people for their review once more. Whoever is asked already stays so.
    RequestReview {
        /// Where.
        place: Place,
        /// The pull request.
        pull: i64,
        /// Whom.
        logins: Vec<String>,
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
    /// Make the comment with this key say this: found by its number or else by its marker, then edited; posted only if
    /// neither finds it.
    Say {
        /// Where.
        place: Place,
        /// The number it stands under: the issue's, or our pull request's.
        on: IssueNumber,
        /// What it is, such as `question:1`; the marker is made of it.
        key: String,
        /// Its number, once known.
        comment: Option<CommentId>,
        /// Markdown, without the marker.
        body: String,
    },
    /// React to a comment; instead of `instead_of`, if that is given. Reactions are a set.
    ReactTo {
        /// Where.
        place: Place,
        /// To which comment.
        comment: CommentId,
        /// How.
        reaction: Reaction,
        /// The one that goes.
        instead_of: Option<Reaction>,
    },
    /// Read a comment again and what its writer may do. Reading repeats freely.
    Weigh {
        /// Where.
        place: Place,
        /// Which.
        comment: CommentId,
        /// The number it stands under.
        on: IssueNumber,
        /// Who wrote or changed it.
        actor: Account,
        /// Whether it is a comment of ours.
        of_ours: bool,
    },
    /// Assign somebody to the issue, or take them off again. Assignees are a set.
    Assign {
        /// Where.
        place: Place,
        /// Whom.
        login: String,
        /// On, or off.
        on: bool,
    },
    /// Set or take the label `agent:go` after a command. Labels are a set.
    Switch {
        /// Where.
        place: Place,
        /// On, or off.
        on: bool,
    },
    /// Hide a comment of ours that is out of date. Hiding what is hidden is done.
    Minimise {
        /// Where.
        place: Place,
        /// Which.
        comment: CommentId,
    },
    /// Read a review with its threads. Reading repeats freely.
    ReadReview {
        /// Where.
        place: Place,
        /// The pull request.
        pull: i64,
        /// The review.
        review: i64,
    },
    /// Look at our pull request and the checks of its head. Reading repeats freely.
    LookAtPull {
        /// Where.
        place: Place,
        /// Its number.
        pull: i64,
    },
    /// Answer a thread of the pull request. Found by its marker first.
    Reply {
        /// Where.
        place: Place,
        /// The pull request.
        pull: i64,
        /// REST's id of the thread's first comment.
        to: i64,
        /// What it is; the marker is made of it.
        key: String,
        /// Markdown, without the marker.
        body: String,
        /// GraphQL's id of the thread, when it is resolved as well.
        resolve: Option<String>,
    },
    /// Make our pull request ready for review. What is ready stays so.
    MarkReady {
        /// Where.
        place: Place,
        /// Its number.
        pull: i64,
    },
    /// Delete our branch, if its head is still this. What is gone is done.
    DeleteBranch {
        /// Where.
        place: Place,
        /// Which.
        branch: AgentBranch,
        /// Its head as we know it.
        head: Sha,
    },
    /// Offer words to a running turn. What was not taken waits for the turn's end.
    Steer {
        /// Where.
        place: Place,
        /// Of which session.
        session: SessionId,
        /// Their ids.
        words: Vec<String>,
        /// What the agent is told.
        text: String,
    },
    /// Tell when this moment comes: the effect's earliest time.
    Ring {
        /// Where.
        place: Place,
        /// Which moment.
        alarm: Alarm,
    },
    /// Ask GitHub which installation covers the repository now. Reading repeats freely.
    CheckAccess {
        /// Where.
        place: Place,
    },
    /// Remove all that is kept of the repository: its mirror and every session's folder. Removing what is gone is done; a
    /// repository that has a live session again is left alone.
    Forget {
        /// Where.
        place: Place,
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
        /// Whether the agent's home stays, so that it can load its session again.
        #[serde(default)]
        keep_home: bool,
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
pub enum Leftover {
    /// They are published, or there are none: they go as well.
    #[default]
    Go,
    /// They are nowhere else: the mirror keeps them under `refs/skep/sessions/<id>`.
    Stay,
}
