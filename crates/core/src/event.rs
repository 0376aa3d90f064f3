//! What happened: the one type every inbox row is parsed to, and outcomes are stored as. Past tense, complete, never a choice.

mod asking;
mod fact;
mod facts;
mod fetch;
mod held_up;
mod issue_links;
mod looked;
mod people;
mod publish_facts;
mod removal;
mod wait;
mod when;

pub use self::{asking::Asking, fact::Fact, held_up::HeldUp, issue_links::IssueLinks, wait::Wait};
pub use facts::*;
pub use fetch::{FetchProgress, FetchStep, Fetching};
pub use looked::{ApprovalsRead, Looked, PolicyProposed, ProjectRead, WithheldRead};
pub use people::{Assigned, PullReopened, ReviewersLeftOut};
pub use publish_facts::{BranchMoved, BroughtUp, FoundPull, PublishFacts, PushHeld};
pub use removal::{Loss, Removal};
use serde::{Deserialize, Serialize};

use super::actor::Account;
use super::agent::{ErrorClass, Finished, PlanEntry, TurnEnd};
use super::dependency::{Dependencies, RelatedNews, Standing};
use super::effect::EffectKind;
use super::ids::{CommentId, InstallationId, IssueNumber, SessionId, Sha};
use super::question::Asked;
use super::snapshot::Snapshot;
use super::{budget::Cap, command::Command, containment::Contained, usage::Report};
use super::{discovery::DiscoveryNews, evidence_file::EvidenceNews, pull_gate::GateNews};
use super::{sprint::SprintNews, suggestion::SuggestionNews};

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
        /// The issue's words in the same delivery (without comments: those are read when the trigger is checked).
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
    #[serde(alias = "gone")]
    IssueRemoved {
        /// Which of these.
        how: Removal,
        /// By whom.
        sender: Account,
        /// GitHub's time of it, epoch milliseconds.
        at: i64,
        /// How a closed one stands; `None` where that was not told.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<Standing>,
    },
    /// What the issue waits for, or is part of, may have changed: it is read again.
    DependenciesChanged {
        /// What GitHub said, for the reason.
        hint: String,
        /// Who did it.
        sender: Account,
    },
    /// What the issue waits for was read.
    DependenciesRead {
        /// All of it.
        found: Box<Dependencies>,
    },
    /// Something about an issue concerns this one, which waits for it.
    Related {
        /// What.
        news: RelatedNews,
    },
    /// Something was looked at again that GitHub does not tell of.
    Looked(Looked),
    /// There is news of a sprint, or for an issue of one.
    Sprint(SprintNews),
    /// There is news of issues that are to be made, or for one that was.
    Discovery(DiscoveryNews),
    /// There is news of recurring work, or for an issue of it.
    Recurring(super::recurring::RecurringNews),
    /// There is news of a repository's first pull request.
    Onboarding(super::onboarding::OnboardingNews),
    /// There is news of what a session proposes about its issue.
    Suggestion(SuggestionNews),
    /// There is news of a pull request at the gate.
    PullGate(GateNews),
    /// There is news of what the server saw of the work.
    Verification(super::verification::VerifyNews),
    /// An issue was opened.
    IssueOpened {
        /// By whom.
        sender: Account,
        /// Its words.
        snapshot: Snapshot,
    },
    /// The issue's title or body was changed.
    IssueEdited {
        /// By whom.
        sender: Account,
        /// The title as it is now.
        title: String,
        /// The title before, if it was changed.
        old_title: Option<String>,
        /// The body as it is now.
        body: String,
        /// The body before, if it was changed.
        old_body: Option<String>,
        /// GitHub's time of it, epoch milliseconds.
        at: i64,
    },
    /// Somebody wrote or changed a comment on the issue or on our pull request.
    Commented {
        /// Which.
        comment: CommentId,
        /// The number it stands under: the issue's, or our pull request's.
        on: IssueNumber,
        /// Whose comment it is.
        author: Account,
        /// Who wrote or changed it now.
        sender: Account,
        /// Its words in the delivery.
        body: String,
        /// GitHub's time of it, epoch milliseconds.
        at: i64,
        /// Changed, not new.
        edited: bool,
    },
    /// A comment is gone.
    CommentDeleted {
        /// Which.
        comment: CommentId,
        /// By whom.
        sender: Account,
    },
    /// Whoever asked for the work may not start work here any more.
    RightLost {
        /// Who.
        login: String,
    },
    /// A comment was read again, and what its author may do.
    #[serde(alias = "weighed")]
    CommentAuthorized {
        /// What was found.
        found: Box<AuthorizedComment>,
    },
    /// A review of our pull request was submitted.
    Reviewed {
        /// The pull request.
        pull: i64,
        /// The review.
        review: i64,
        /// By whom.
        sender: Account,
        /// GitHub's time of it, epoch milliseconds.
        at: i64,
    },
    /// A review was read.
    ReviewRead {
        /// What it says.
        review: Box<ReviewFacts>,
    },
    /// Something about our branch or its checks may have changed: a check ended, somebody pushed.
    #[serde(alias = "pull_stirred")]
    PullRequestChanged {
        /// What GitHub said, for the reason.
        hint: String,
        /// Who did it.
        sender: Account,
    },
    /// Our pull request was looked at.
    #[serde(alias = "pull_looked")]
    PullRequestRefreshed {
        /// What was found.
        facts: Box<PullFacts>,
    },
    /// A moment came that the task waited for.
    #[serde(alias = "rang")]
    TimerFired {
        /// Which.
        alarm: Timer,
    },
    /// A comment of ours is there.
    Posted {
        /// What it is, such as `question:1`.
        key: String,
        /// Its number.
        comment: CommentId,
    },
    /// Somebody was assigned for us.
    Assigned(Assigned),
    /// Some of those who were asked for a review cannot be.
    ReviewersLeftOut(ReviewersLeftOut),
    /// Our pull request is no draft any more.
    MadeReady {
        /// Its number.
        number: i64,
    },
    /// The agent asks people.
    Asked {
        /// In which session.
        session: SessionId,
        /// What.
        asked: Vec<Asked>,
    },
    /// The agent says how far it is.
    Reported {
        /// In which session.
        session: SessionId,
        /// Its words.
        text: String,
    },
    /// The agent says that it is done.
    Finished {
        /// In which session.
        session: SessionId,
        /// Its words.
        finished: Finished,
    },
    /// Answers that were handed to a form of the agent do not fill it.
    Unfitting {
        /// In which session.
        session: SessionId,
        /// The answers, with what was asked.
        text: String,
    },
    /// Words were offered to a running turn.
    Steered {
        /// Of which session.
        session: SessionId,
        /// The ids of those that were offered.
        offered: Vec<String>,
        /// Whether they were taken.
        taken: bool,
    },
    /// The owner took the repository away from us, it is said.
    TakenAway {
        /// How.
        how: Loss,
    },
    /// GitHub was asked who covers the repository now.
    AccessRead {
        /// The App's installation that does; `None`: none of them.
        installation: Option<InstallationId>,
    },
    /// The repository was archived, or is writable again.
    Archived {
        /// Archived, or not any more.
        on: bool,
    },
    /// A pull request from a branch of ours was opened again.
    PullReopened(PullReopened),
    /// Our pull request was merged or closed.
    PullClosed {
        /// Its number.
        number: i64,
        /// Merged, or merely closed.
        merged: bool,
    },
    /// It was looked whether a merged change is on its base.
    LandedChecked(Box<LandedFacts>),
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
    /// Somebody gave a command at the machine or on the dashboard.
    Ordered {
        /// Which.
        command: Command,
        /// Who signed in on the dashboard with GitHub and gave it there, by login; none: whoever holds a token.
        by: Option<String>,
    },
    /// The scheduler gave the task a slot.
    SlotGranted {
        /// The agent it is given to, where there was a choice.
        agent: Option<String>,
    },
    /// The scheduler looked and the task still waits.
    Waiting(Wait),
    /// The trigger was checked with GitHub.
    TriggerChecked {
        /// What was read.
        facts: Box<TriggerFacts>,
    },
    /// The repository is being fetched, which takes long.
    FetchProgressed(Fetching),
    /// The working copy stands.
    WorkspaceReady {
        /// For which session.
        session: SessionId,
        /// What was found at its base.
        base: BaseFacts,
        /// What the working copy stands on: the base, or the head of our branch.
        #[serde(default)]
        head: Option<Sha>,
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
        /// Whether it takes further prompts while it works on one.
        #[serde(default)]
        queues: bool,
    },
    /// The plan or the log's tail changed enough to be shown.
    Progressed {
        /// For which session.
        session: SessionId,
        /// The whole plan.
        plan: Vec<PlanEntry>,
        /// What the agent is doing, one line.
        doing: String,
        /// How long it has said nothing, milliseconds; 0 unless that is long.
        #[serde(default)]
        silent_ms: i64,
        /// The last lines of its log, redacted.
        #[serde(default)]
        tail: Vec<String>,
    },
    /// An agent hands in evidence, or what was handed in is on GitHub.
    Evidence(Box<EvidenceNews>),
    /// The sandbox refused something.
    Contained(Box<Contained>),
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
        /// What it cost so far.
        #[serde(default)]
        usage: Report,
    },
    /// A try of a turn is over of which nothing else is told: it was withdrawn, or cut short and is taken up again.
    UsageReported {
        /// In which session.
        session: SessionId,
        /// What it cost so far.
        usage: Report,
    },
    /// A running turn has nearly used up what its issue may.
    BudgetNeared {
        /// In which session.
        session: SessionId,
        /// What of it.
        cap: Cap,
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
    BranchMoved(BranchMoved),
    /// What was to be pushed changes protected paths otherwise than somebody let through; nothing was pushed.
    PushHeld(PushHeld),
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
    /// An effect waits because GitHub takes no more at present, or would soon take no more.
    HeldUp(HeldUp),
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
