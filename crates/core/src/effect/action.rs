//! The actions, one struct each: what is to be done, in full. Each says how repetition is harmless, because after a crash it
//! will be repeated.

use serde::{Deserialize, Serialize};

use super::{Reaction, Start, StatusLabel, Turn, UnpushedCommits, Worth};
use crate::actor::{Account, Actor};
use crate::consent::ChangeHash;
use crate::event::{Asking, Timer};
use crate::ids::{AgentBranch, CommentId, IssueNumber, Sha};
use crate::outsider::HeldBack;
use crate::snapshot::Snapshot;
use crate::suggestion::Suggestion;

/// Put a reaction on the issue. A reaction is a set member: adding it twice is adding it once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct React {
    /// Which.
    pub reaction: Reaction,
    /// The one that goes.
    #[serde(default)]
    pub instead_of: Option<Reaction>,
}

/// Read all that is needed to judge a trigger. Reading repeats freely.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckTrigger {
    /// Who asked.
    pub actor: Actor,
    /// By what.
    #[serde(default)]
    pub asking: Asking,
    /// The words in the delivery; without one they are taken as they are now.
    pub snapshot: Option<Snapshot>,
    /// The role that was asked for by command, whose file is read instead of the labels'.
    #[serde(default)]
    pub role: Option<String>,
    /// The base branch that was asked for by command, instead of what the issue says.
    #[serde(default)]
    pub base: Option<String>,
}

/// Make the status comment say this. Found by its number or else by its marker, then edited; posted only if neither
/// finds it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShowStatus {
    /// Its number, once known.
    pub comment: Option<CommentId>,
    /// Markdown, without the marker.
    pub body: String,
    /// What it is worth that it is there, while it has to be posted.
    #[serde(default)]
    pub worth: Worth,
}

/// Make this the only status label. Labels are a set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShowLabel {
    /// Which; `None` takes the last one away.
    pub label: Option<StatusLabel>,
}

/// Bring the mirror up to date and lay out the working copy. Its path derives from the session; a half-made one is
/// made again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PrepareWorkspace {
    /// The base branch.
    pub base_branch: String,
    /// Its head as read with the trigger.
    pub base: Option<Sha>,
    /// The branch the working copy is on.
    pub branch: AgentBranch,
    /// The agent to start early, while git works.
    pub agent: String,
    /// What the working copy begins with.
    #[serde(default)]
    pub start: Start,
    /// Where what people attached is kept, which is laid beside it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attachments: Vec<String>,
    /// Whether the repository's own policy is read again: on its default branch, whatever the base is.
    #[serde(default)]
    pub reads_policy: bool,
}

/// Run one prompt turn. After a crash the agent's session is loaded again, or a new one begins in the same working
/// copy; nothing leaves the machine in this effect.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunTurn {
    /// What to run and how.
    pub turn: Box<Turn>,
}

/// End the process tree, then let git say what the session made. Only reads the working copy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Collect {
    /// The commit the work started from.
    pub base: Sha,
    /// The head of the base branch, where the work did not start from it.
    #[serde(default)]
    pub upstream: Option<Sha>,
    /// The message for what the agent left uncommitted.
    pub message: String,
    /// Paths that the repository protects besides, as globs.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub protected: Vec<String>,
    /// Whether protected paths are left as they are at the base.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub without_protected: bool,
}

/// Read again what must hold before a push. Reading repeats freely.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckPublish {
    /// Whose permission to ask for.
    pub actor: Actor,
    /// The base branch that was named; without one the default branch counts.
    #[serde(default)]
    pub base: Option<String>,
    /// The commit to put onto the base as it is by now. The same commits come out each time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bring_up: Option<Sha>,
}

/// Push exactly this commit to our branch, under a lease. Looks first; an equal head is done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Publish {
    /// The branch.
    pub branch: AgentBranch,
    /// The commit.
    pub head: Sha,
    /// What we wrote there last; `None` when the branch must not exist.
    pub expected: Option<Sha>,
    /// What it is judged against once more before it leaves; `None` in one that was planned before there was such a look.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub judged: Option<Judged>,
}

/// What is pushed is held to what was let through of protected paths.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Judged {
    /// The commit the work started from.
    pub base: Sha,
    /// The head of the base branch, where the work did not start from it.
    pub upstream: Option<Sha>,
    /// The changes of protected paths that somebody let through; `None`: none but what the operator allows.
    pub approved: Option<ChangeHash>,
    /// What the repository protects besides, as globs.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub besides: Vec<String>,
}

/// Post what the agent answered. Found by its marker first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PostAnswer {
    /// Markdown.
    pub body: String,
}

/// Make the comment with this key say this: found by its number or else by its marker, then edited; posted only if
/// neither finds it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UpsertComment {
    /// The number it stands under: the issue's, or our pull request's.
    pub on: IssueNumber,
    /// What it is, such as `question:1`; the marker is made of it.
    pub key: String,
    /// Its number, once known.
    pub comment: Option<CommentId>,
    /// Markdown, without the marker.
    pub body: String,
}

/// React to a comment; instead of `instead_of`, if that is given. Reactions are a set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReactTo {
    /// To which comment.
    pub comment: CommentId,
    /// How.
    pub reaction: Reaction,
    /// The one that goes.
    pub instead_of: Option<Reaction>,
}

/// Read a comment again and what its writer may do. Reading repeats freely.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuthorizeComment {
    /// Which.
    pub comment: CommentId,
    /// The number it stands under.
    pub on: IssueNumber,
    /// Who wrote or changed it.
    pub actor: Account,
    /// Whether it is a comment of ours.
    pub of_ours: bool,
}

/// Assign somebody to the issue, or take them off again. Assignees are a set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Assign {
    /// Whom.
    pub login: String,
    /// On, or off.
    pub on: bool,
}

/// Set or take the label `agent:go` after a command. Labels are a set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SetGoLabel {
    /// On, or off.
    pub on: bool,
}

/// Hide a comment of ours that is out of date. Hiding what is hidden is done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HideComment {
    /// Which.
    pub comment: CommentId,
}

/// Read a review with its threads. Reading repeats freely.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReadReview {
    /// The pull request.
    pub pull: i64,
    /// The review.
    pub review: i64,
}

/// Look at our pull request and the checks of its head. Reading repeats freely.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefreshPullRequest {
    /// Its number.
    pub pull: i64,
}

/// Look whether a merged change is on its base, and what came there since that speaks of a revert. Reading repeats freely.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckLanded {
    /// The pull request.
    pub pull: i64,
    /// The branch on which its change has to be.
    pub base: String,
}

/// Make an issue beside this one. Found by its marker first, open or closed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CreateIssue {
    /// Which of the task's; the marker is made of it.
    pub key: String,
    /// Its title.
    pub title: String,
    /// Markdown, without the marker.
    pub body: String,
    /// Its labels. Those of skep's own are made where the repository lacks them.
    pub labels: Vec<String>,
    /// The issue that must be closed before: while it is open none is made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<IssueNumber>,
}

/// Propose changes of the issue for people to decide. What the issue has, what waits and what a person said no to is read
/// first, and left alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Suggest {
    /// What is proposed: labels and types.
    pub suggestions: Vec<Suggestion>,
}

/// Answer a thread of the pull request. Found by its marker first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reply {
    /// The pull request.
    pub pull: i64,
    /// REST's id of the thread's first comment.
    pub to: i64,
    /// What it is; the marker is made of it.
    pub key: String,
    /// Markdown, without the marker.
    pub body: String,
    /// GraphQL's id of the thread, when it is resolved as well.
    pub resolve: Option<String>,
}

/// Make our pull request ready for review. What is ready stays so, and one with another head than was judged is left alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MarkReady {
    /// Its number.
    pub pull: i64,
    /// The head that may be reviewed.
    #[serde(default)]
    pub head: Option<Sha>,
}

/// Delete our branch, if its head is still this and no open pull request goes to it: GitHub closes such
/// a one with its base. What is gone is done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeleteBranch {
    /// Which.
    pub branch: AgentBranch,
    /// Its head as we know it.
    pub head: Sha,
}

/// Offer words to a running turn. What was not taken waits for the turn's end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Steer {
    /// Their ids.
    pub words: Vec<String>,
    /// What the agent is told.
    pub text: String,
}

/// Let the agent that is there reach these hosts. Opening what is open is done; one that is not there begins with them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenHosts {
    /// Each as `host:port`.
    pub hosts: Vec<String>,
}

/// Tell when this moment comes: the effect's earliest time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SetTimer {
    /// Which moment.
    pub alarm: Timer,
}

/// Ask GitHub which installation covers the repository now. Reading repeats freely.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckAccess {}

/// Read what the issue waits for, from everywhere it may be said, and how all of that stands. Reading repeats freely.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReadDependencies {}

/// Read who reacted to our status comment with a thumbs up since a moment, and what they may do. Reading repeats freely.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReadApprovals {
    /// The comment.
    pub comment: CommentId,
    /// Earlier ones do not count, epoch milliseconds.
    pub since: i64,
}

/// Read whether somebody lets in comments that are withheld, by a thumbs up, and what they may do. Reading repeats freely.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReadWithheld {
    /// Which.
    pub comments: Vec<HeldBack>,
}

/// Read how the repository says it stands. Reading repeats freely.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReadProject {}

/// Look which other issues of the repository the work on which is on, or about to begin, probably change the same files. It
/// reads what is here alone, and repeats freely.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReadOverlaps {}

/// Read the issues below this one and how all of them stand. Reading repeats freely.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReadSprint {
    /// Whose right to start work is read as well, if somebody's.
    pub check: Option<Account>,
}

/// Read a pull request and the issues it names, as far as the gate goes. Reading repeats freely.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReadPullGate {
    /// Its number.
    pub pull: i64,
}

/// Make the check run of a pull request at this commit say this. Found by its `external_id`, made only if it is not there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportPullGate {
    /// Its number.
    pub pull: i64,
    /// The commit.
    pub head: Sha,
    /// Whether it may pass.
    pub passes: bool,
    /// The headline.
    pub title: String,
    /// Markdown.
    pub summary: String,
}

/// Remove all that is kept of the repository: its mirror and every session's folder. Removing what is gone is done; a
/// repository that has a live session again is left alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Forget {}

/// End the agent's process tree. Ending what is gone is done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EndAgent {}

/// Remove the working copy. Removing what is gone is done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RemoveWorkspace {
    /// What becomes of its commits in the mirror.
    #[serde(default)]
    pub commits: UnpushedCommits,
    /// Whether the agent's home stays, so that it can load its session again.
    #[serde(default)]
    pub keep_home: bool,
}
