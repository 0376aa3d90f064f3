//! What happened: the one type every inbox row is parsed to. Past tense, complete, and never a choice.
//!
//! Webhooks become the first group, people at the machine the second, our own clock and schedule the third, and the
//! outcomes of effects the last. Outcomes are stored as JSON of this very type.

use serde::{Deserialize, Serialize};

use super::agent::{ErrorClass, PlanEntry, TurnEnd};
use super::effect::EffectKind;
use super::ids::{CommentId, SessionId, Sha};
use super::place::{Account, Actor, Permission, Place, Snapshot};

/// Something that happened to one task.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "event")]
pub enum Event {
    /// A label was added to the issue.
    Labeled {
        /// Which.
        label: String,
        /// By whom.
        sender: Account,
        /// The words in the same delivery (without comments: those are read when the trigger is checked).
        snapshot: Snapshot,
    },
    /// A label was taken from the issue.
    Unlabeled {
        /// Which.
        label: String,
        /// By whom.
        sender: Account,
        /// GitHub's time of it, epoch milliseconds: an older one than the last trigger changes nothing.
        at: i64,
    },
    /// The issue was closed, deleted or moved away.
    Gone {
        /// Which of these.
        how: Gone,
        /// By whom.
        sender: Account,
        /// GitHub's time of it, epoch milliseconds.
        at: i64,
    },
    /// Our pull request was merged or closed.
    PullClosed {
        /// Its number.
        number: i64,
        /// Merged, or merely closed.
        merged: bool,
    },
    /// Somebody at the machine asked for work; the facts were read in the same breath.
    Dispatched {
        /// What was read.
        facts: Box<TriggerFacts>,
    },
    /// Somebody at the machine asked to stop.
    StopAsked {
        /// Why, for the issue.
        why: String,
    },
    /// The scheduler gave the task a slot.
    SlotGranted,
    /// The scheduler looked and the task still waits.
    Waiting {
        /// Its place in the queue, from 1.
        position: i64,
        /// How many wait.
        total: i64,
    },
    /// The trigger was checked with GitHub.
    TriggerChecked {
        /// What was read.
        facts: Box<TriggerFacts>,
    },
    /// The working copy stands.
    WorkspaceReady {
        /// For which session.
        session: SessionId,
        /// What was found at its base.
        base: BaseFacts,
        /// A random word for the envelope around other people's text in the prompt (R56: it cannot be guessed).
        nonce: String,
    },
    /// The agent's session exists.
    AgentStarted {
        /// For which session.
        session: SessionId,
        /// The agent's own id of its session, for loading it again.
        agent_session: String,
        /// Name and version as the agent gives them.
        agent: String,
    },
    /// The plan or the log's tail changed enough to be shown.
    Progressed {
        /// For which session.
        session: SessionId,
        /// The whole plan.
        plan: Vec<PlanEntry>,
        /// What the agent is doing, one line.
        doing: String,
    },
    /// A prompt turn ended in an orderly way.
    TurnEnded {
        /// For which session.
        session: SessionId,
        /// How.
        end: TurnEnd,
        /// The last log lines, redacted.
        tail: Vec<String>,
    },
    /// A prompt turn ended badly: crash, silence, time, flood, protocol.
    TurnFailed {
        /// For which session.
        session: SessionId,
        /// The class.
        class: ErrorClass,
        /// What is known, redacted, for people.
        say: String,
        /// The last log lines, redacted.
        tail: Vec<String>,
    },
    /// Git decided what the session made.
    Collected {
        /// For which session.
        session: SessionId,
        /// The evidence.
        work: Work,
    },
    /// What must hold before a push was read again.
    PublishChecked {
        /// For which session.
        session: SessionId,
        /// What was read.
        facts: PublishFacts,
    },
    /// The branch is on GitHub.
    Published {
        /// For which session.
        session: SessionId,
        /// Its head.
        head: Sha,
    },
    /// Somebody else wrote to the branch; nothing was pushed.
    BranchMoved {
        /// For which session.
        session: SessionId,
        /// Their head; `None` when they deleted it.
        theirs: Option<Sha>,
    },
    /// The pull request is there.
    PullOpened {
        /// For which session.
        session: SessionId,
        /// Its number.
        number: i64,
        /// Its page.
        url: String,
        /// Draft, or (where the plan has no drafts) open at once.
        draft: bool,
        /// How it stands: after a crash a person may have closed it before we knew of it.
        #[serde(default)]
        standing: PullStanding,
    },
    /// The agent's answer is on the issue.
    Answered {
        /// For which session.
        session: SessionId,
    },
    /// The status comment is there.
    StatusPosted {
        /// Its number.
        comment: CommentId,
    },
    /// An effect could not be done, and will not be tried again.
    EffectFailed {
        /// Which kind.
        effect: EffectKind,
        /// The session it was for, if for one.
        session: Option<SessionId>,
        /// For people.
        say: String,
        /// Whether retries ran out (true) or it was refused at once (false).
        exhausted: bool,
    },
}

/// How our pull request stands when it is found.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PullStanding {
    /// Open.
    #[default]
    Open,
    /// Merged by a person.
    Merged,
    /// Closed by a person.
    Closed,
}

/// How an issue went away.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Gone {
    /// Closed.
    Closed,
    /// Deleted.
    Deleted,
    /// Moved to another repository.
    Transferred,
}

/// All that is read from GitHub before work may start. One effect reads it, the core judges it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TriggerFacts {
    /// Where.
    pub place: Place,
    /// Who asked.
    pub actor: Actor,
    /// What they may do; `None` for the operator, who is not asked.
    pub permission: Option<Permission>,
    /// The words, with comments.
    pub snapshot: Snapshot,
    /// The labels as they are now (the snapshot holds those of the trigger).
    pub labels_now: Vec<String>,
    /// Whether the issue is open now.
    pub open: bool,
    /// Whether the number is a pull request's.
    pub is_pull: bool,
    /// The repository's facts.
    pub repository: RepositoryFacts,
    /// The role files found on the default branch for the role labels.
    pub role_files: Vec<RoleFile>,
}

/// What matters of a repository.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RepositoryFacts {
    /// The branch work starts from.
    pub default_branch: String,
    /// Its head; `None` when the repository is empty.
    pub head: Option<Sha>,
    /// Read-only by its owner's wish.
    pub archived: bool,
}

/// A role file of the repository.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoleFile {
    /// The role's name (from the label).
    pub role: String,
    /// Where it lies.
    pub path: String,
    /// What it says.
    pub text: String,
}

/// What was found in the repository at the commit work starts from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BaseFacts {
    /// The commit.
    pub sha: Sha,
    /// The branch it is the head of.
    pub branch: String,
    /// `AGENTS.md`, bounded.
    pub agents_md: Option<String>,
    /// The pull request template, bounded.
    pub pull_template: Option<String>,
}

/// What must hold right before a push.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublishFacts {
    /// What the requester may do now; `None` for the operator.
    pub permission: Option<Permission>,
    /// Whether the issue is still open.
    pub open: bool,
    /// Whether the repository is archived now.
    pub archived: bool,
    /// The base branch's name now (it may have been renamed).
    pub base_branch: String,
}

/// How a file changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileChange {
    /// Where it lies now.
    pub path: String,
    /// `added`, `modified`, `deleted` or `renamed`.
    pub kind: String,
    /// Lines added.
    pub insertions: u64,
    /// Lines removed.
    pub deletions: u64,
    /// No lines are counted.
    pub binary: bool,
}

/// What git found after the process tree was gone: the only evidence there is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Work {
    /// What would be pushed.
    pub head: Sha,
    /// What it stands on.
    pub base: Sha,
    /// How many commits lie between.
    pub commits: u32,
    /// Whether we committed what the agent left.
    pub committed_by_us: bool,
    /// Which files changed; none means there is nothing to publish.
    pub files: Vec<FileChange>,
    /// Paths that need a person's explicit consent.
    pub protected: Vec<String>,
    /// Limits that were exceeded and shapes that are refused, as sentences.
    pub objections: Vec<String>,
}

impl Work {
    /// Whether there is anything to publish.
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// Whether git refused to take it: then there is something, but no commit of it.
    pub fn is_refused(&self) -> bool {
        !self.is_empty() && self.head == self.base
    }
}
