//! The names of what the world may know: one enum, from which the live feed, `--json` and the documentation are made.

use serde::{Deserialize, Serialize};

/// Something that happened, under its wire name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum DomainEvent {
    /// A webhook was stored and understood.
    #[serde(rename = "delivery.accepted")]
    DeliveryAccepted,
    /// Somebody asked for work.
    #[serde(rename = "task.received")]
    TaskReceived,
    /// Work was not accepted.
    #[serde(rename = "task.refused")]
    TaskRefused,
    /// Work was accepted and waits for a slot.
    #[serde(rename = "task.queued")]
    TaskQueued,
    /// It still waits.
    #[serde(rename = "task.waiting")]
    TaskWaiting,
    /// Something of its own holds it before it begins: other issues, or people who have to agree.
    #[serde(rename = "task.held")]
    TaskHeld,
    /// Nothing of its own holds it any more.
    #[serde(rename = "task.released")]
    TaskReleased,
    /// A session got its slot.
    #[serde(rename = "session.dispatched")]
    SessionDispatched,
    /// Its working copy stands.
    #[serde(rename = "workspace.ready")]
    WorkspaceReady,
    /// Its agent has the prompt.
    #[serde(rename = "session.running")]
    SessionRunning,
    /// The plan or the activity changed.
    #[serde(rename = "session.progress")]
    SessionProgress,
    /// The turn is over; git decides.
    #[serde(rename = "session.idle")]
    SessionIdle,
    /// Git has decided.
    #[serde(rename = "session.collected")]
    SessionCollected,
    /// What was made holds a secret: nothing of it is pushed.
    #[serde(rename = "secret.stopped")]
    SecretStopped,
    /// The branch is on GitHub.
    #[serde(rename = "branch.pushed")]
    BranchPushed,
    /// How much care what was pushed needs, and why.
    #[serde(rename = "change.risk")]
    RiskMarked,
    /// The pull request is open.
    #[serde(rename = "pull_request.opened")]
    PullRequestOpened,
    /// The pull request was merged.
    #[serde(rename = "pull_request.merged")]
    PullRequestMerged,
    /// The pull request was closed unmerged.
    #[serde(rename = "pull_request.closed")]
    PullRequestClosed,
    /// A person opened our pull request again.
    #[serde(rename = "pull_request.reopened")]
    PullRequestReopened,
    /// A merged change is on its base branch.
    #[serde(rename = "change.landed")]
    ChangeLanded,
    /// A merged change is not on its base branch.
    #[serde(rename = "change.missing")]
    ChangeMissing,
    /// A commit on the base branch reverts a merged change.
    #[serde(rename = "change.reverted")]
    ChangeReverted,
    /// The agent's answer is on the issue.
    #[serde(rename = "answer.posted")]
    AnswerPosted,
    /// The agent asked people.
    #[serde(rename = "question.asked")]
    QuestionAsked,
    /// A question was answered.
    #[serde(rename = "question.answered")]
    QuestionAnswered,
    /// The agent finished without an answer, and so took its questions back.
    #[serde(rename = "question.withdrawn")]
    QuestionWithdrawn,
    /// The session waits for people, with its process alive.
    #[serde(rename = "session.waiting")]
    SessionWaiting,
    /// The session waits for people, without a process.
    #[serde(rename = "session.parked")]
    SessionParked,
    /// A person paused the session.
    #[serde(rename = "session.paused")]
    SessionPaused,
    /// The session goes on.
    #[serde(rename = "session.resumed")]
    SessionResumed,
    /// The sandbox refused something that the agent tried.
    #[serde(rename = "session.attempt_refused")]
    AttemptRefused,
    /// What it tried looks like more than a program's habits.
    #[serde(rename = "session.alarm")]
    ContainmentAlarm,
    /// People are asked about a host that nobody listed.
    #[serde(rename = "host.asked")]
    HostAsked,
    /// Somebody decided on it.
    #[serde(rename = "host.ruled")]
    HostRuled,
    /// Hosts are proposed for the repository's own policy.
    #[serde(rename = "policy.proposed")]
    PolicyProposed,
    /// What an issue may cost is nearly used up.
    #[serde(rename = "budget.neared")]
    BudgetNeared,
    /// It is used up: the session waits for people.
    #[serde(rename = "budget.used_up")]
    BudgetUsedUp,
    /// A person raised it.
    #[serde(rename = "budget.raised")]
    BudgetRaised,
    /// A person's words were taken for the agent.
    #[serde(rename = "message.queued")]
    MessageQueued,
    /// The agent has heard them.
    #[serde(rename = "message.delivered")]
    MessageDelivered,
    /// Somebody let an agent read a comment of somebody without write access.
    #[serde(rename = "comment.let_in")]
    CommentLetIn,
    /// A command was taken.
    #[serde(rename = "command.taken")]
    CommandTaken,
    /// The agent's plan waits for approval.
    #[serde(rename = "plan.proposed")]
    PlanProposed,
    /// It was approved.
    #[serde(rename = "plan.approved")]
    PlanApproved,
    /// What was made changes protected paths, and waits for somebody's word.
    #[serde(rename = "paths.held")]
    PathsHeld,
    /// Somebody let exactly these changes of protected paths through.
    #[serde(rename = "paths.approved")]
    PathsApproved,
    /// Somebody had the work published without them.
    #[serde(rename = "paths.dropped")]
    PathsDropped,
    /// A review of the pull request was taken.
    #[serde(rename = "review.taken")]
    ReviewTaken,
    /// Checks failed on our branch.
    #[serde(rename = "checks.failed")]
    ChecksFailed,
    /// They passed.
    #[serde(rename = "checks.passed")]
    ChecksPassed,
    /// The server runs the repository's own commands on the head of the pull request.
    #[serde(rename = "verification.started")]
    VerificationStarted,
    /// They passed.
    #[serde(rename = "verification.passed")]
    VerificationPassed,
    /// They failed, or could not be run.
    #[serde(rename = "verification.failed")]
    VerificationFailed,
    /// A session found work beside its task, of which issues are made.
    #[serde(rename = "issues.discovered")]
    IssuesDiscovered,
    /// One of those issues is there.
    #[serde(rename = "issue.created")]
    IssueCreated,
    /// A repository's first pull request is there, or it needs none.
    OnboardingProposed,
    /// A session proposed changes of its issue.
    #[serde(rename = "changes.proposed")]
    ChangesProposed,
    /// A revision of the pull request was begun.
    #[serde(rename = "revision.started")]
    RevisionStarted,
    /// The pull request is no draft any more.
    #[serde(rename = "pull_request.ready")]
    PullRequestReady,
    /// A person has to look.
    #[serde(rename = "session.needs_person")]
    NeedsPerson,
    /// The session ended well.
    #[serde(rename = "session.completed")]
    SessionCompleted,
    /// The session ended badly.
    #[serde(rename = "session.failed")]
    SessionFailed,
    /// The session was ended by a person.
    #[serde(rename = "session.cancelled")]
    SessionCancelled,
}

impl DomainEvent {
    /// Every name.
    pub const ALL: [Self; 64] = [
        Self::DeliveryAccepted,
        Self::TaskReceived,
        Self::TaskRefused,
        Self::TaskQueued,
        Self::TaskWaiting,
        Self::TaskHeld,
        Self::TaskReleased,
        Self::SessionDispatched,
        Self::WorkspaceReady,
        Self::SessionRunning,
        Self::SessionProgress,
        Self::SessionIdle,
        Self::SessionCollected,
        Self::SecretStopped,
        Self::BranchPushed,
        Self::RiskMarked,
        Self::PullRequestOpened,
        Self::PullRequestMerged,
        Self::PullRequestClosed,
        Self::PullRequestReopened,
        Self::ChangeLanded,
        Self::ChangeMissing,
        Self::ChangeReverted,
        Self::AnswerPosted,
        Self::QuestionAsked,
        Self::QuestionAnswered,
        Self::QuestionWithdrawn,
        Self::SessionWaiting,
        Self::SessionParked,
        Self::SessionPaused,
        Self::SessionResumed,
        Self::AttemptRefused,
        Self::ContainmentAlarm,
        Self::HostAsked,
        Self::HostRuled,
        Self::PolicyProposed,
        Self::BudgetNeared,
        Self::BudgetUsedUp,
        Self::BudgetRaised,
        Self::MessageQueued,
        Self::MessageDelivered,
        Self::CommentLetIn,
        Self::CommandTaken,
        Self::PlanProposed,
        Self::PlanApproved,
        Self::PathsHeld,
        Self::PathsApproved,
        Self::PathsDropped,
        Self::ReviewTaken,
        Self::ChecksFailed,
        Self::ChecksPassed,
        Self::VerificationStarted,
        Self::VerificationPassed,
        Self::VerificationFailed,
        Self::IssuesDiscovered,
        Self::IssueCreated,
        Self::OnboardingProposed,
        Self::ChangesProposed,
        Self::RevisionStarted,
        Self::PullRequestReady,
        Self::NeedsPerson,
        Self::SessionCompleted,
        Self::SessionFailed,
        Self::SessionCancelled,
    ];

    /// The event of that wire name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|event| event.name() == name)
    }

    /// The wire name.
    pub fn name(self) -> &'static str {
        match self {
            Self::DeliveryAccepted => "delivery.accepted",
            Self::TaskReceived => "task.received",
            Self::TaskRefused => "task.refused",
            Self::TaskQueued => "task.queued",
            Self::TaskWaiting => "task.waiting",
            Self::TaskHeld => "task.held",
            Self::TaskReleased => "task.released",
            Self::SessionDispatched => "session.dispatched",
            Self::WorkspaceReady => "workspace.ready",
            Self::SessionRunning => "session.running",
            Self::SessionProgress => "session.progress",
            Self::SessionIdle => "session.idle",
            Self::SessionCollected => "session.collected",
            Self::SecretStopped => "secret.stopped",
            Self::BranchPushed => "branch.pushed",
            Self::RiskMarked => "change.risk",
            Self::PullRequestOpened => "pull_request.opened",
            Self::PullRequestMerged => "pull_request.merged",
            Self::PullRequestClosed => "pull_request.closed",
            Self::PullRequestReopened => "pull_request.reopened",
            Self::ChangeLanded => "change.landed",
            Self::ChangeMissing => "change.missing",
            Self::ChangeReverted => "change.reverted",
            Self::AnswerPosted => "answer.posted",
            Self::QuestionAsked => "question.asked",
            Self::QuestionAnswered => "question.answered",
            Self::QuestionWithdrawn => "question.withdrawn",
            Self::SessionWaiting => "session.waiting",
            Self::SessionParked => "session.parked",
            Self::SessionPaused => "session.paused",
            Self::SessionResumed => "session.resumed",
            Self::AttemptRefused => "session.attempt_refused",
            Self::ContainmentAlarm => "session.alarm",
            Self::HostAsked => "host.asked",
            Self::HostRuled => "host.ruled",
            Self::PolicyProposed => "policy.proposed",
            Self::BudgetNeared => "budget.neared",
            Self::BudgetUsedUp => "budget.used_up",
            Self::BudgetRaised => "budget.raised",
            Self::MessageQueued => "message.queued",
            Self::MessageDelivered => "message.delivered",
            Self::CommentLetIn => "comment.let_in",
            Self::CommandTaken => "command.taken",
            Self::PlanProposed => "plan.proposed",
            Self::PlanApproved => "plan.approved",
            Self::PathsHeld => "paths.held",
            Self::PathsApproved => "paths.approved",
            Self::PathsDropped => "paths.dropped",
            Self::ReviewTaken => "review.taken",
            Self::ChecksFailed => "checks.failed",
            Self::ChecksPassed => "checks.passed",
            Self::VerificationStarted => "verification.started",
            Self::VerificationPassed => "verification.passed",
            Self::VerificationFailed => "verification.failed",
            Self::IssuesDiscovered => "issues.discovered",
            Self::IssueCreated => "issue.created",
            Self::OnboardingProposed => "onboarding.proposed",
            Self::ChangesProposed => "changes.proposed",
            Self::RevisionStarted => "revision.started",
            Self::PullRequestReady => "pull_request.ready",
            Self::NeedsPerson => "session.needs_person",
            Self::SessionCompleted => "session.completed",
            Self::SessionFailed => "session.failed",
            Self::SessionCancelled => "session.cancelled",
        }
    }
}
