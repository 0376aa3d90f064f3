//! The work on one issue: everything `decide` knows of it, in one value that is stored whole.

use serde::{Deserialize, Serialize};

use super::agent::{PlanEntry, TurnEnd};
use super::effect::StatusLabel;
use super::event::{BaseFacts, Work};
use super::ids::{AgentBranch, CommentId, SessionId, Sha, TaskKey};
use super::place::{Actor, Place, Snapshot};
use super::role::{Role, Why};
use super::session::{SessionRecord, SessionState};

/// The work on one issue.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Task {
    /// Where.
    pub place: Place,
    /// How many sessions there have been.
    pub sessions: u32,
    /// What we put on the issue.
    pub shown: Shown,
    /// GitHub's time of the last trigger that was taken; older ones are replays.
    pub last_trigger: i64,
    /// Our branch on GitHub, while nobody else wrote to it and its pull request is not over.
    #[serde(default)]
    pub branch: Option<AgentBranch>,
    /// What we last wrote to it: the lease of the next push.
    pub branch_head: Option<Sha>,
    /// How many branches were left to others: merged, closed, or written to by somebody else.
    #[serde(default)]
    pub branches_left: u32,
    /// Our pull request.
    pub pull: Option<Pull>,
    /// Where it stands.
    pub stage: Stage,
    /// The last things that happened, oldest first, at most [`Task::STORY`].
    pub story: Vec<Beat>,
}

/// What people see of the task on the issue.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shown {
    /// The status comment.
    pub comment: Option<CommentId>,
    /// The status label.
    pub label: Option<StatusLabel>,
    /// The time the last status edit was planned for.
    pub status_at: i64,
}

/// Our pull request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pull {
    /// Its number.
    pub number: i64,
    /// Its page.
    pub url: String,
    /// Whether it is a draft.
    pub draft: bool,
}

/// One line of the story.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Beat {
    /// When, epoch milliseconds.
    pub at: i64,
    /// What, for people.
    pub text: String,
}

/// Where a task stands; each variant carries what is true then and nothing else.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "stage")]
#[expect(clippy::large_enum_variant, reason = "one value per decision; boxing the step would only hide it")]
pub enum Stage {
    /// Nothing is wanted.
    Idle,
    /// Somebody asked; GitHub is asked whether they may.
    Checking {
        /// Who.
        actor: Actor,
    },
    /// Accepted; waits for a slot.
    Queued {
        /// What is to be done.
        job: Box<Job>,
        /// The place in the queue last told to people.
        told: Option<(i64, i64)>,
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

/// What is to be done, fixed when it is accepted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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
    /// Its head when the trigger was checked.
    pub base: Option<Sha>,
    /// The branch the work goes to.
    pub branch: AgentBranch,
    /// When it was accepted.
    pub queued_at: i64,
    /// When it got its slot.
    pub started_at: Option<i64>,
}

/// How far a session is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "step")]
pub enum Step {
    /// Its working copy is being made.
    Preparing,
    /// The agent works.
    Running {
        /// What it started from.
        base: BaseFacts,
        /// The agent's own id of its session, once it has one.
        agent_session: Option<String>,
    },
    /// Git decides what was made.
    Collecting {
        /// What it started from.
        base: BaseFacts,
        /// How the turn ended.
        end: TurnEnd,
    },
    /// The right to publish is asked for again.
    Asking {
        /// What it started from.
        base: BaseFacts,
        /// How the turn ended.
        end: TurnEnd,
        /// What is to be published.
        work: Work,
    },
    /// The branch is on its way.
    Publishing {
        /// What it started from.
        base: BaseFacts,
        /// How the turn ended.
        end: TurnEnd,
        /// What is published.
        work: Work,
        /// The base branch's name as it is now.
        base_branch: String,
    },
    /// The pull request is on its way.
    Opening {
        /// What was published.
        work: Work,
    },
    /// The answer is on its way to the issue.
    Answering,
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
    pub work: Option<Work>,
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
    /// It was not started.
    Refused {
        /// For people.
        say: String,
    },
    /// It failed.
    Failed {
        /// A short stable word for machines, such as `rate_limit`.
        class: String,
        /// For people.
        say: String,
    },
    /// A person ended it.
    Cancelled {
        /// For people.
        why: String,
    },
}

impl Task {
    /// How many lines of the story are kept.
    pub const STORY: usize = 12;

    /// A task nobody asked anything of yet.
    pub fn new(place: Place) -> Self {
        Self {
            place,
            sessions: 0,
            shown: Shown::default(),
            last_trigger: 0,
            branch: None,
            branch_head: None,
            branches_left: 0,
            pull: None,
            stage: Stage::Idle,
            story: Vec::new(),
        }
    }

    /// Its key.
    pub fn key(&self) -> TaskKey {
        self.place.task()
    }

    /// The job in hand or the last one.
    pub fn job(&self) -> Option<&Job> {
        match &self.stage {
            Stage::Idle | Stage::Checking { .. } => None,
            Stage::Queued { job, .. } | Stage::Working { job, .. } => Some(job),
            Stage::Ended { job, .. } => job.as_deref(),
        }
    }

    /// What people see of the session in hand or the last one.
    pub fn progress(&self) -> Option<&Progress> {
        match &self.stage {
            Stage::Idle | Stage::Checking { .. } | Stage::Queued { .. } => None,
            Stage::Working { progress, .. } | Stage::Ended { progress, .. } => Some(progress),
        }
    }

    /// The state's name on the wire and in tables.
    pub fn state(&self) -> &'static str {
        match &self.stage {
            Stage::Idle => "idle",
            Stage::Checking { .. } => "checking",
            Stage::Queued { .. } => "queued",
            Stage::Working { .. } => "working",
            Stage::Ended { end, .. } => match end {
                End::InReview => "in-review",
                End::Merged | End::PullClosed | End::Answered => "done",
                End::Refused { .. } => "refused",
                End::Failed { .. } => "failed",
                End::Cancelled { .. } => "cancelled",
            },
        }
    }

    /// The status label that fits.
    pub fn label(&self) -> Option<StatusLabel> {
        match &self.stage {
            Stage::Idle | Stage::Checking { .. } => self.shown.label,
            Stage::Queued { .. } => Some(StatusLabel::Queued),
            Stage::Working { .. } => Some(StatusLabel::Working),
            Stage::Ended { end, .. } => match end {
                End::InReview => Some(StatusLabel::Review),
                End::Merged | End::PullClosed | End::Answered => Some(StatusLabel::Done),
                End::Failed { .. } => Some(StatusLabel::Failed),
                End::Refused { .. } | End::Cancelled { .. } => None,
            },
        }
    }

    /// What is kept of the session in hand or the last one.
    pub fn record(&self) -> Option<SessionRecord> {
        let job = self.job()?;
        let (stop, ended_at) = match &self.stage {
            Stage::Ended { end, at, .. } => (Some(end.stop()), Some(*at)),
            _ => (None, None),
        };
        Some(SessionRecord {
            id: job.session.clone(),
            number: self.sessions,
            state: self.session_state(),
            role: job.role.name.to_string(),
            agent: job.agent.clone(),
            stop,
            branch: job.branch.clone(),
            pull: self.pull.as_ref().map(|pull| pull.number),
            created_at: job.queued_at,
            started_at: job.started_at,
            ended_at,
        })
    }

    fn session_state(&self) -> SessionState {
        match &self.stage {
            Stage::Idle | Stage::Checking { .. } | Stage::Queued { .. } => SessionState::Created,
            Stage::Working { step, .. } => match step {
                Step::Preparing => SessionState::Dispatched,
                Step::Running { .. } => SessionState::Running,
                Step::Collecting { .. }
                | Step::Asking { .. }
                | Step::Publishing { .. }
                | Step::Opening { .. }
                | Step::Answering => SessionState::Idle,
            },
            Stage::Ended { end, .. } => match end {
                End::InReview | End::Merged | End::PullClosed | End::Answered => SessionState::Completed,
                End::Failed { .. } | End::Refused { .. } => SessionState::Failed,
                End::Cancelled { .. } => SessionState::Cancelled,
            },
        }
    }

    /// Our branch is where we left it.
    pub fn wrote_branch(&mut self, branch: AgentBranch, head: Sha) {
        self.branch = Some(branch);
        self.branch_head = Some(head);
    }

    /// Our branch is others' from now on: the next session has one of its own.
    pub fn leave_branch(&mut self) {
        self.branch = None;
        self.branch_head = None;
        self.branches_left = self.branches_left.saturating_add(1);
    }

    /// Adds a line to the story.
    pub fn tell(&mut self, at: i64, text: impl Into<String>) {
        self.story.push(Beat { at, text: text.into() });
        if self.story.len() > Self::STORY {
            self.story.remove(0);
        }
    }
}

impl End {
    /// A short stable word for machines.
    pub fn stop(&self) -> String {
        match self {
            Self::InReview => "pull_request".into(),
            Self::Merged => "merged".into(),
            Self::PullClosed => "pull_request_closed".into(),
            Self::Answered => "answered".into(),
            Self::Refused { .. } => "refused".into(),
            Self::Failed { class, .. } => class.clone(),
            Self::Cancelled { .. } => "cancelled".into(),
        }
    }
}
