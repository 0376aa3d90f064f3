//! What was recorded and is not carried out yet: the rules of `decide` take it up in the same decision, so a stored task
//! wants nothing.

use serde::{Deserialize, Serialize};

use super::FailureClass;
use crate::actor::{Account, Actor};
use crate::consent::PathsWord;
use crate::effect::{Reaction, UnpushedCommits};
use crate::event::{Asking, Loss, PublishFacts, TriggerFacts, Work};
use crate::ids::{CommentId, IssueNumber, SessionId, Sha};
use crate::snapshot::Snapshot;
use crate::sprint::SprintFacts;
use crate::stack::Restacked;

/// What was recorded and is not carried out yet.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Wanted {
    /// Somebody asks for work.
    pub trigger: Option<Trigger>,
    /// What was read of a trigger.
    pub facts: Option<Box<TriggerFacts>>,
    /// Why nothing starts, as a sentence for the issue.
    pub refusal: Option<String>,
    /// What somebody wants of the session.
    pub order: Option<Order>,
    /// The owner took the repository away.
    pub lost: Option<Loss>,
    /// What was read of its sprint.
    #[serde(default)]
    pub sprint: Option<Box<SprintFacts>>,
    /// Our pull request is over.
    pub pull_over: Option<PullOver>,
    /// Its branch was put onto another commit.
    #[serde(default)]
    pub restacked: Option<Restacked>,
    /// The session failed.
    pub failed: Option<Failed>,
    /// Its working copy is not there any more.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub workspace_gone: bool,
    /// News of a session that is over.
    pub late: Option<Late>,
    /// What an earlier session left.
    pub stray: Option<Stray>,
    /// Its pull request may be made ready for review.
    pub ready: bool,
    /// What is to be read on GitHub.
    pub reads: Vec<Read>,
    /// What people are owed: receipts and replies.
    pub owed: Vec<Owed>,
    /// Hosts that people opened for the session that is on.
    #[serde(default)]
    pub hosts: Vec<String>,
    /// Hosts to be proposed for the repository's own policy.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub proposed_hosts: Vec<String>,
}

/// Somebody asks for work.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Trigger {
    /// Who.
    pub actor: Actor,
    /// By what.
    pub asking: Asking,
    /// The issue's words then; without them they are taken as they are when it is checked.
    pub snapshot: Option<Snapshot>,
}

/// What somebody wants of a session. Each has its reason, half a sentence for people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Order {
    /// It ends; its work is kept.
    Stop {
        /// Why.
        why: String,
        /// Whoever asked for the work is told, since nobody on the issue stopped it.
        notice: bool,
    },
    /// It is held.
    Pause {
        /// Why.
        why: String,
        /// Because the repository was archived.
        archived: bool,
    },
    /// It is held no more.
    Resume {
        /// Why.
        why: String,
    },
    /// It does not wait for its model any more.
    TryNow,
    /// Its plan is approved.
    Approve {
        /// By whom.
        by: String,
    },
    /// Somebody said what becomes of the protected paths it changed.
    Paths(PathsWord),
}

/// Our pull request is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct PullOver {
    /// Its number.
    pub number: i64,
    /// Merged, or merely closed.
    pub merged: bool,
}

/// A session failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failed {
    /// The word for machines.
    pub class: FailureClass,
    /// For people.
    pub say: String,
}

/// News of a session that is over or held.
#[expect(
    clippy::large_enum_variant,
    reason = "a task has one at most, and for one decision"
)]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Late {
    /// Its working copy was made.
    Workspace,
    /// Git looked at what it made.
    Work(Work),
    /// Git had no room to look.
    NoRoom,
    /// Whether what it made may be pushed.
    May(PublishFacts),
    /// What it made was pushed.
    Pushed(Sha),
}

/// Something of an earlier session is left here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stray {
    /// Which session.
    pub session: SessionId,
    /// What becomes of its commits.
    pub commits: UnpushedCommits,
}

/// What is to be read on GitHub.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Read {
    /// A comment, and what its writer may do.
    Comment {
        /// Which.
        comment: CommentId,
        /// The number it stands under.
        on: IssueNumber,
        /// Who wrote or changed it.
        actor: Account,
        /// Whether it is a comment of ours.
        of_ours: bool,
    },
    /// A review of our pull request.
    Review {
        /// The pull request.
        pull: i64,
        /// The review.
        review: i64,
    },
    /// Our pull request, at this time, if it is in review then.
    Pull {
        /// Epoch milliseconds.
        at: i64,
    },
    /// Whether somebody who changed the issue may speak to the agent.
    Edit {
        /// Who.
        actor: Actor,
        /// The words as they are now.
        snapshot: Snapshot,
    },
    /// Whether the repository has a role.
    Role {
        /// Who wishes for it.
        actor: Actor,
        /// Its name.
        role: String,
    },
    /// Which installation covers the repository.
    Access,
    /// Which others change the same files.
    Overlaps,
    /// What the issue waits for.
    Dependencies,
    /// What its sprint consists of.
    Sprint,
    /// How the pull request of this number stands at the gate.
    PullGate,
}

/// What people are owed once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Owed {
    /// A reaction on the issue.
    React {
        /// Which.
        reaction: Reaction,
        /// The one that goes.
        instead_of: Option<Reaction>,
    },
    /// A reaction on a comment.
    ReactTo {
        /// Which comment.
        comment: CommentId,
        /// Which reaction.
        reaction: Reaction,
        /// The one that goes.
        instead_of: Option<Reaction>,
    },
    /// A comment of ours.
    Comment {
        /// The number it stands under.
        on: IssueNumber,
        /// What it is; the marker is made of it. Two with one key are one comment.
        key: String,
        /// Its number, once known.
        comment: Option<CommentId>,
        /// Markdown.
        body: String,
        /// Whether it counts as one of the few that a session may write.
        counted: bool,
    },
    /// A comment of ours is out of date.
    Hide {
        /// Which.
        comment: CommentId,
    },
    /// The comment of a batch of questions was deleted or changed by others: it is put again.
    Question {
        /// The batch's key.
        key: String,
    },
}

impl Wanted {
    /// Nothing is left to carry out.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}
