//! How far a session at work is, its turn, and what people see of its course. A step waits for one outcome, which is written
//! into it; a rule takes it up from there.

use serde::{Deserialize, Serialize};

use crate::agent::{ErrorClass, Finished, PlanEntry, ThreadReply, TurnEnd};
use crate::event::{FetchProgress, PublishFacts, PullStanding, Work};
use crate::ids::Sha;
use crate::message::AgentMessage;

/// How far a session is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "step")]
pub enum Step {
    /// Its working copy is being made.
    Preparing {
        /// It stands.
        #[serde(default, skip_serializing_if = "is_false")]
        ready: bool,
    },
    /// The agent works.
    Running {
        /// What the turn is about.
        turn: TurnState,
    },
    /// A question is open and the agent waits, with its process alive.
    Waiting {
        /// Until when it keeps its process and slot, epoch milliseconds.
        until: i64,
    },
    /// Git decides what was made.
    Collecting {
        /// How the turn ended.
        end: TurnEnd,
        /// What git found.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        found: Option<Work>,
    },
    /// The right to publish is asked for again.
    Asking {
        /// How the turn ended.
        end: TurnEnd,
        /// What is to be published.
        work: Box<Work>,
        /// What was read.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        may: Option<Box<PublishFacts>>,
    },
    /// The branch is on its way.
    Publishing {
        /// How the turn ended.
        end: TurnEnd,
        /// What is published.
        work: Box<Work>,
        /// The base branch's name as it is now.
        base_branch: String,
        /// What came of it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pushed: Option<Box<Pushed>>,
    },
    /// The pull request is on its way.
    Opening {
        /// What was published.
        work: Work,
        /// It is there, and stands so.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        opened: Option<PullStanding>,
    },
    /// The answer is on its way to the issue.
    Answering {
        /// It is there.
        #[serde(default, skip_serializing_if = "is_false")]
        posted: bool,
    },
}

/// What came of a push.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Pushed {
    /// The branch is on GitHub, at this commit.
    At(Sha),
    /// Somebody else wrote to it: their head, or `None` when they deleted it.
    Moved(Option<Sha>),
    /// Nothing was pushed: it changes protected paths in a way that nobody let through.
    Held,
}

/// `skip_serializing_if` wants a function.
pub(super) fn is_false(flag: &bool) -> bool {
    !flag
}

/// A prompt turn under way.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct TurnState {
    /// What the agent was told with it.
    pub heard: Vec<AgentMessage>,
    /// When it was planned, epoch milliseconds.
    #[serde(default)]
    pub began: i64,
    /// Whether the agent takes further prompts meanwhile.
    pub queues: bool,
    /// Whether it may change files.
    pub writes: bool,
    /// What the agent said when it was done.
    pub finished: Option<Finished>,
    /// The questions of its that were open when it began: it was told what people said meanwhile, and that they are open.
    #[serde(default)]
    pub open: Vec<u32>,
    /// Its end, while words that were offered to it are still on their way.
    pub over: Option<TurnEnd>,
    /// How it failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failed: Option<TurnFailure>,
    /// The words it did not take: they wait for its end, unless more are said.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub declined: Vec<String>,
}

/// How a turn failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TurnFailure {
    /// The kind of failure.
    pub class: ErrorClass,
    /// For people.
    pub say: String,
}

/// What people see of a session's course.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    /// The agent's plan.
    pub plan: Vec<PlanEntry>,
    /// What it does, one line.
    pub doing: String,
    /// The last log lines, redacted.
    pub tail: Vec<String>,
    /// Name and version the agent gave.
    pub agent: Option<String>,
    /// What was changed, when git has said so.
    pub work: Option<Box<Work>>,
    /// How long it has said nothing, milliseconds; 0 unless that is long.
    #[serde(default)]
    pub silent_ms: i64,
    /// What the agent last reported by its own tool, one line.
    #[serde(default)]
    pub report: String,
    /// Its answers to the threads of a review.
    #[serde(default)]
    pub replies: Vec<ThreadReply>,
    /// What it says it has checked, one line each.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub claimed: Vec<String>,
    /// How far the repository's fetch is, while that is what it waits for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fetch: Option<FetchProgress>,
}
