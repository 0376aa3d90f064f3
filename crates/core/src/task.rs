//! The work on one issue: everything `decide` knows of it, in one value that is stored whole.

use serde::{Deserialize, Serialize};

mod begun;
mod belonging;
mod conversation;
mod failure_class;
mod gate;
mod gates;
mod grants;
mod meter;
mod overlaps;
mod phase_wait;
mod pulls;
mod reading;
mod so_far;
mod spending;
mod stack;
mod stacked;
mod stage;
mod standing;
mod step;
mod touching;
mod verified;
mod wanted;
mod withheld;

use super::blocked::Blocked;
use super::containment::Attempts;
use super::dependency::Dependencies;
use super::discovery::Discovered;
use super::effect::{Reaction, StatusLabel};
use super::event::Timer;
use super::evidence_file::EvidenceFiles;
use super::ids::{AgentBranch, CommentId, Sha, TaskKey};
use super::location::Place;
use super::onboarding::Onboarding;
use super::outcome::PullOutcome;
use super::pull_gate::PullGate;
use super::recurring::Recurrences;
use super::repository_policy::{LastRead, RepositoryPolicy};
use super::schedule::Reason;
use super::session_check::SessionCheck;
use super::sprint::Sprint;
use super::suggestion::Suggested;

pub use begun::Begun;
pub use conversation::{Batch, Conversation, Heard, Plan, ReviewState, RunOptions, Told};
pub use failure_class::FailureClass;
pub use gates::{Approval, ApprovalReason, Gate, Gates, OnHold, Reading, Waived};
pub use meter::{Meter, SessionMeter, Since, Waited};
pub use overlaps::Overlaps;
pub use phase_wait::PhaseWait;
pub use so_far::TurnSoFar;
pub use stack::{Stack, StandsOn};
pub use stage::{BlockReason, End, Job, Next, Outage, Planning, ReturnTo, Stage, WorkspaceBase};
pub use step::{Progress, Pushed, Step, TurnFailure, TurnState};
pub use wanted::{Failed, Late, Order, Owed, PullOver, Read, Stray, Trigger, Wanted};
pub use withheld::{LetIn, Withheld};

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
    /// GitHub's time of the last removal of the switch that was taken; older ones are replays.
    #[serde(default)]
    pub last_removal: i64,
    /// Our branch on GitHub, while nobody else wrote to it and its pull request is not over.
    #[serde(default)]
    pub branch: Option<AgentBranch>,
    /// What we last wrote to it: the lease of the next push.
    pub branch_head: Option<Sha>,
    /// Others have written to it as well: no new session may begin it anew.
    #[serde(default)]
    pub branch_shared: bool,
    /// How many branches were left to others: merged, closed, or written to by somebody else.
    #[serde(default)]
    pub branches_left: u32,
    /// Our pull request.
    pub pull: Option<Pull>,
    /// The numbers of pull requests of ours that were left to others with their branch.
    #[serde(default)]
    pub pulls_left: Vec<i64>,
    /// What became of its pull requests: the last few, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub outcomes: Vec<PullOutcome>,
    /// Where it stands.
    pub stage: Stage,
    /// The last things that happened, oldest first, at most [`Task::TIMELINE`].
    #[serde(rename = "story")]
    pub timeline: Vec<TimelineEntry>,
    /// What people and the agent have to say to each other.
    #[serde(default, rename = "talk")]
    pub conversation: Conversation,
    /// What goes on about the pull request.
    #[serde(default, rename = "follow")]
    pub review: ReviewState,
    /// What people wish for by command, for the next session.
    #[serde(default, rename = "wish")]
    pub options: RunOptions,
    /// Whether an agent shall work here: what people last said by the label `agent:go` or by command; `None` before that.
    #[serde(default)]
    pub go: Option<bool>,
    /// Another bot that uses status labels of ours here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub second_bot: Option<String>,
    /// What it waits for in the queue, as its people know it.
    #[serde(default)]
    pub waits_for: Reason,
    /// When it may start, epoch milliseconds, as its people know it.
    #[serde(default)]
    pub may_start: Option<i64>,
    /// What the issue waits for, as it was when it was last read.
    #[serde(default, skip_serializing_if = "Dependencies::is_empty")]
    pub dependencies: Dependencies,
    /// What else may hold it before it begins, and what of all that does not count.
    #[serde(default, skip_serializing_if = "Gates::is_empty")]
    pub gates: Gates,
    /// Others whose work probably changes the same files.
    #[serde(default, skip_serializing_if = "Overlaps::is_empty")]
    pub overlaps: Overlaps,
    /// What its agents tried that the sandbox does not allow.
    #[serde(default, skip_serializing_if = "Attempts::is_empty")]
    pub attempts: Attempts,
    /// Hosts that its agents asked for and that nobody listed.
    #[serde(default, skip_serializing_if = "Blocked::is_empty")]
    pub blocked: Blocked,
    /// The repository's own policy, as it was last read.
    #[serde(default, skip_serializing_if = "RepositoryPolicy::is_empty")]
    pub policy: Box<RepositoryPolicy>,
    /// How that was.
    #[serde(default, skip_serializing_if = "LastRead::is_never")]
    pub policy_read: LastRead,
    /// What people without write access wrote that no agent reads, and what of it was let in.
    #[serde(default, skip_serializing_if = "Withheld::is_empty")]
    pub withheld: Withheld,
    /// The pull request of another issue that it may stand on, or stands on.
    #[serde(default, skip_serializing_if = "Stack::is_empty")]
    pub stack: Stack,
    /// Its sub-issues are worked on, by phases.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sprint: Option<Box<Sprint>>,
    /// It is a phase of a sprint to whose start somebody has to agree.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phase: Option<PhaseWait>,
    /// Issues that were found here and are to be made, or were.
    #[serde(default, skip_serializing_if = "Discovered::is_empty")]
    pub discovered: Discovered,
    /// Work that the repository's own file asks for again and again: of the repository itself.
    #[serde(default, skip_serializing_if = "Recurrences::is_empty")]
    pub recurring: Recurrences,
    /// The first pull request: of the repository itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub onboarding: Option<Onboarding>,
    /// What sessions proposed about the issue, and what became of it.
    #[serde(default, skip_serializing_if = "Suggested::is_empty")]
    pub suggested: Suggested,
    /// What its agents handed in as evidence.
    #[serde(default, skip_serializing_if = "EvidenceFiles::is_empty")]
    pub evidence: EvidenceFiles,
    /// It is no issue but a pull request, which must belong to one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pull_gate: Option<Box<PullGate>>,
    /// What was recorded and is not carried out yet.
    #[serde(default, skip_serializing_if = "Wanted::is_empty")]
    pub wanted: Wanted,
    /// What it has spent, and may spend.
    #[serde(default = "Meter::of_before")]
    pub meter: Meter,
    /// The moments it waits for, as they stand in the outbox.
    #[serde(default, rename = "timers")]
    pub timers: Vec<(Timer, i64)>,
}

/// What people see of the task on the issue.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shown {
    /// The status comment.
    pub comment: Option<CommentId>,
    /// The status label.
    pub label: Option<StatusLabel>,
    /// The check run on the head of the pull request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub check: Option<SessionCheck>,
    /// The time the last status edit was planned for.
    pub status_at: i64,
    /// The reaction that says how it ended.
    #[serde(default)]
    pub end: Option<Reaction>,
    /// The key of the comment that told of the last bad end.
    #[serde(default)]
    pub notice: Option<String>,
    /// Whether the label `agent:go` is there, as far as we know.
    #[serde(default)]
    pub go: Option<bool>,
    /// Whether a person set it, and it was not taken away since: then it has to be there before anything is published.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub labeled: bool,
    /// Until when GitHub's limits hold something of it up, epoch milliseconds.
    #[serde(default)]
    pub held_until: Option<i64>,
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
    /// Its role's reviewers were asked.
    #[serde(default)]
    pub shown_to_reviewers: bool,
}

/// One line of the timeline.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TimelineEntry {
    /// When, epoch milliseconds.
    pub at: i64,
    /// What, for people.
    pub text: String,
}

impl Task {
    /// How many lines of the timeline are kept.
    pub const TIMELINE: usize = 12;

    /// A task nobody asked anything of yet.
    pub fn new(place: Place) -> Self {
        Self {
            place,
            sessions: 0,
            shown: Shown::default(),
            last_trigger: 0,
            last_removal: 0,
            branch: None,
            branch_head: None,
            branch_shared: false,
            branches_left: 0,
            pull: None,
            pulls_left: Vec::new(),
            outcomes: Vec::new(),
            stage: Stage::Idle,
            timeline: Vec::new(),
            conversation: Conversation::default(),
            review: ReviewState::default(),
            options: RunOptions::default(),
            go: None,
            second_bot: None,
            waits_for: Reason::default(),
            may_start: None,
            dependencies: Dependencies::default(),
            overlaps: Overlaps::default(),
            attempts: Attempts::default(),
            blocked: Blocked::default(),
            policy: Box::default(),
            policy_read: LastRead::default(),
            withheld: Withheld::default(),
            stack: Stack::default(),
            gates: Gates::default(),
            sprint: None,
            phase: None,
            discovered: Discovered::default(),
            recurring: Recurrences::default(),
            onboarding: None,
            suggested: Suggested::default(),
            evidence: EvidenceFiles::default(),
            pull_gate: None,
            wanted: Wanted::default(),
            meter: Meter::default(),
            timers: Vec::new(),
        }
    }

    /// Its key.
    pub fn key(&self) -> TaskKey {
        self.place.task()
    }

    /// The job in hand or the last one.
    pub fn job(&self) -> Option<&Job> {
        self.stage.job()
    }

    /// What people see of the session in hand or the last one.
    pub fn progress(&self) -> Option<&Progress> {
        match &self.stage {
            Stage::Idle | Stage::Checking { .. } | Stage::Queued { .. } => None,
            Stage::Working { progress, .. }
            | Stage::Blocked { progress, .. }
            | Stage::Ended { progress, .. } => Some(progress),
        }
    }

    /// Somebody set or took the label `agent:go`.
    pub fn switched(&mut self, on: bool) {
        (self.go, self.shown.go) = (Some(on), Some(on));
        self.shown.labeled = on;
    }

    /// The job in hand or the last one, to change it.
    pub fn job_mut(&mut self) -> Option<&mut Job> {
        self.stage.job_mut()
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
        self.branch_shared = false;
        self.branches_left = self.branches_left.saturating_add(1);
        self.pulls_left
            .extend(self.pull.as_ref().map(|pull| pull.number));
        let surplus = self.pulls_left.len().saturating_sub(Self::TIMELINE);
        self.pulls_left.drain(..surplus);
    }

    /// Adds a line to the timeline.
    pub fn tell(&mut self, at: i64, text: impl Into<String>) {
        self.timeline.push(TimelineEntry {
            at,
            text: text.into(),
        });
        if self.timeline.len() > Self::TIMELINE {
            self.timeline.remove(0);
        }
    }
}
