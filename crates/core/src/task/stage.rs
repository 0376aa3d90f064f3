//! Where a task stands, and the job in it: each variant carries what is true then and nothing else.

use serde::{Deserialize, Serialize};

use super::FailureClass;
use super::step::{Progress, Step, TurnState, is_false};
use crate::actor::Actor;
use crate::agent::{ErrorClass, TurnEnd};
use crate::base_branch::BaseSource;
use crate::budget::Cap;
use crate::command::Priority;
use crate::effect::Start;
use crate::event::BaseFacts;
use crate::ids::{AgentBranch, SessionId, Sha, TaskKey};
use crate::message::Spoken;
use crate::role::{Role, Why};
use crate::snapshot::Snapshot;

/// Where a task stands; each variant carries what is true then and nothing else.
#[expect(
    clippy::large_enum_variant,
    reason = "a task has one, and nearly all of its life it is at work"
)]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "stage")]
pub enum Stage {
    /// Nothing is wanted.
    Idle,
    /// Somebody asked; GitHub is asked whether they may.
    Checking {
        /// Who.
        actor: Actor,
        /// What was here before, which is here again if nothing starts.
        #[serde(default)]
        before: Option<Box<Stage>>,
    },
    /// Accepted; waits for a slot.
    Queued {
        /// What is to be done.
        job: Box<Job>,
        /// The place in the queue last told to people.
        told: Option<(i64, i64)>,
        /// What it does when it has a slot.
        #[serde(default)]
        next: Next,
        /// It has its slot.
        #[serde(default, skip_serializing_if = "is_false")]
        slot: bool,
        /// What people see of it, when it has been at work before.
        #[serde(default)]
        progress: Progress,
    },
    /// A session is on.
    Working {
        /// What is done.
        job: Box<Job>,
        /// How far it is.
        step: Step,
        /// What people see of it.
        progress: Progress,
    },
    /// Held for people: no process, no slot, the working copy kept.
    #[serde(rename = "held")]
    Blocked {
        /// What is blocked.
        job: Box<Job>,
        /// Why.
        #[serde(rename = "hold")]
        reason: BlockReason,
        /// What it does when it goes on.
        next: Next,
        /// What people see of it.
        progress: Progress,
        /// Since when.
        since: i64,
    },
    /// Over, until somebody asks again.
    Ended {
        /// What was done, unless it never began.
        job: Option<Box<Job>>,
        /// How it ended.
        end: End,
        /// The last plan and log lines.
        progress: Progress,
        /// When.
        at: i64,
    },
}

impl Stage {
    /// The job in hand or the last one.
    pub fn job(&self) -> Option<&Job> {
        match self {
            Self::Idle | Self::Checking { .. } => None,
            Self::Queued { job, .. } | Self::Working { job, .. } | Self::Blocked { job, .. } => {
                Some(job)
            }
            Self::Ended { job, .. } => job.as_deref(),
        }
    }

    /// The same, to change it.
    pub fn job_mut(&mut self) -> Option<&mut Job> {
        match self {
            Self::Idle | Self::Checking { .. } => None,
            Self::Queued { job, .. } | Self::Working { job, .. } | Self::Blocked { job, .. } => {
                Some(job)
            }
            Self::Ended { job, .. } => job.as_deref_mut(),
        }
    }

    /// What people see of the session's course, to change it; what waits in the queue shows what it showed before.
    pub fn progress_mut(&mut self) -> Option<&mut Progress> {
        match self {
            Self::Idle | Self::Checking { .. } | Self::Queued { .. } => None,
            Self::Working { progress, .. }
            | Self::Blocked { progress, .. }
            | Self::Ended { progress, .. } => Some(progress),
        }
    }

    /// The turn under way.
    pub fn turn_mut(&mut self) -> Option<&mut TurnState> {
        match self {
            Self::Working {
                step: Step::Running { turn },
                ..
            } => Some(turn),
            Self::Idle
            | Self::Checking { .. }
            | Self::Queued { .. }
            | Self::Working { .. }
            | Self::Blocked { .. }
            | Self::Ended { .. } => None,
        }
    }

    /// A session is on, waits, or is held.
    pub fn is_live(&self) -> bool {
        matches!(
            self,
            Self::Queued { .. } | Self::Working { .. } | Self::Blocked { .. }
        )
    }
}

/// What is to be done, fixed when it is accepted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Job {
    /// The session that does it.
    pub session: SessionId,
    /// Who asked.
    pub actor: Actor,
    /// The words.
    pub snapshot: Snapshot,
    /// The kind of worker.
    pub role: Role,
    /// Why that kind.
    pub why: Why,
    /// The operator's name of the agent.
    pub agent: String,
    /// The branch work starts from.
    pub base_branch: String,
    /// By what that branch was named; `None` for the default branch.
    #[serde(default)]
    pub base_from: Option<BaseSource>,
    /// Its head when the trigger was checked.
    pub base: Option<Sha>,
    /// The branch the work goes to.
    pub branch: AgentBranch,
    /// Whether a rule of the operator started it, and nobody by hand.
    #[serde(default)]
    pub by_rule: bool,
    /// How soon a field of the issue said, when it was accepted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub priority: Option<Priority>,
    /// The sprint that asked for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sprint: Option<TaskKey>,
    /// When it was accepted.
    pub queued_at: i64,
    /// When it first got its slot.
    pub started_at: Option<i64>,
    /// What was found where the working copy stands, once it does.
    #[serde(default, rename = "ground")]
    pub workspace: Option<WorkspaceBase>,
    /// The agent's own id of its session, once it has one, to load it again.
    #[serde(default)]
    pub agent_session: Option<String>,
    /// Whether it first makes a plan, and files may be changed only once that is approved.
    #[serde(default)]
    pub plan: Planning,
    /// What the working copy begins with.
    #[serde(default)]
    pub start: Start,
    /// How many revisions of its pull request it has begun.
    #[serde(default)]
    pub round: u32,
    /// Whether it has gone on once on top of what somebody pushed to our branch meanwhile.
    #[serde(default)]
    pub moved: bool,
    /// How long its agent has worked since it began or was last sent back to work, milliseconds.
    #[serde(default)]
    pub worked_ms: i64,
    /// Our comments for it so far.
    #[serde(default)]
    pub comments: u32,
    /// What was said in it, for an agent that has to be told again.
    #[serde(default)]
    pub spoken: Vec<Spoken>,
    /// It is there only to answer a person's question.
    #[serde(default)]
    pub only_asked: bool,
    /// Where it goes back to when it only answers a person's question.
    #[serde(default, rename = "back")]
    pub return_to: Option<ReturnTo>,
    /// Whether its agent lost its session and was told again what was said.
    #[serde(default)]
    pub cold: bool,
    /// How often its working copy was gone and was laid out anew.
    #[serde(default, skip_serializing_if = "is_never")]
    pub laid_out_anew: u32,
    /// How its model has failed since it last worked.
    #[serde(default)]
    pub outage: Option<Outage>,
}

fn is_never(times: &u32) -> bool {
    *times == 0
}

impl Job {
    /// Its base branch, if that is not simply the default branch.
    pub fn named_base(&self) -> Option<String> {
        self.base_from.is_some().then(|| self.base_branch.clone())
    }
}

/// A model that fails for now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outage {
    /// How many turns in a row it has failed.
    pub tries: u32,
    /// Since when, epoch milliseconds.
    pub since: i64,
}

/// The working copy as it was laid out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorkspaceBase {
    /// What was found at its base.
    pub base: BaseFacts,
    /// What git judges the work against: the base, or the head of our branch it went on from.
    pub from: Sha,
    /// The word in the envelope around other people's text (R56): it cannot be guessed.
    pub nonce: String,
}

/// Whether a session makes a plan first.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Planning {
    /// No plan was asked for.
    #[default]
    None,
    /// It makes one, changing nothing, and waits.
    Wanted,
    /// It was approved.
    Approved,
}

/// Where a session goes back to after it has answered a person's question.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "back")]
pub enum ReturnTo {
    /// It is blocked again.
    #[serde(rename = "held")]
    Blocked {
        /// Why.
        #[serde(rename = "hold")]
        reason: BlockReason,
        /// What it does when it goes on.
        next: Box<Next>,
    },
    /// It is over again.
    Ended {
        /// How.
        end: End,
        /// Since when.
        at: i64,
    },
}

/// Why a session is held.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "hold")]
pub enum BlockReason {
    /// Questions are open.
    Asked,
    /// Its plan waits for approval.
    Plan,
    /// What it made changes protected paths, and waits for somebody's word.
    Paths,
    /// Its model failed for now, and is tried again.
    Later {
        /// How it failed.
        class: ErrorClass,
        /// When, epoch milliseconds.
        until: i64,
    },
    /// Its issue has used up what it may.
    Budget {
        /// What of it.
        cap: Cap,
    },
    /// A person paused it.
    Paused {
        /// For people, half a sentence.
        why: String,
        /// Because the repository was archived, and until it is writable again.
        #[serde(default, skip_serializing_if = "is_false")]
        archived: bool,
        /// GitHub was asked since then whether it may go on.
        #[serde(default, skip_serializing_if = "is_false")]
        asked: bool,
    },
}

/// What a session does when it gets a slot.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "next")]
pub enum Next {
    /// Make the working copy and begin.
    #[default]
    Begin,
    /// Lay the working copy out from our branch and revise the pull request.
    Revise,
    /// Prompt the agent again in its working copy.
    Conversation {
        /// Whether a turn was cut short.
        interrupted: bool,
    },
    /// Let git look at what was made.
    Look {
        /// How the turn ended.
        end: TurnEnd,
    },
}

/// How work ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "end")]
pub enum End {
    /// A pull request waits for review.
    InReview,
    /// The pull request was merged.
    Merged,
    /// The pull request was closed unmerged.
    PullClosed,
    /// The agent answered in words; nothing was to be changed.
    Answered,
    /// The agent answered in words where a change was asked for: a person has to look.
    Unchanged,
    /// It was not started.
    Refused {
        /// For people.
        say: String,
    },
    /// It failed.
    Failed {
        /// Why, as a word for machines.
        class: FailureClass,
        /// For people.
        say: String,
    },
    /// A person ended it.
    Cancelled {
        /// For people.
        why: String,
    },
}
