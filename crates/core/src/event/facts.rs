//! What was read before a decision: one effect reads it, the core judges it. Facts only, no verdicts.

mod landed;
mod secret;
mod work;

use serde::{Deserialize, Serialize};

pub use landed::LandedFacts;
pub use secret::{SecretFound, SecretPlace};
pub use work::{LeftOut, Whole, WhyLeftOut, Work};

use super::asking::Asking;
use super::issue_links::IssueLinks;
use crate::actor::{Account, Actor, Permission};
use crate::attachment::Attached;
use crate::ci_secrets::CiSecrets;
use crate::command::Priority;
use crate::ids::{CommentId, IssueNumber, Sha};
use crate::location::Place;
use crate::message::Thread;
use crate::outsider::{Outsider, OutsiderInThread};
use crate::project_status::ProjectStatus;
use crate::repository_policy;
use crate::snapshot::Snapshot;
use crate::starter::StarterFacts;

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

/// A comment as it is now, and what its writer may do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuthorizedComment {
    /// Which.
    pub comment: CommentId,
    /// The number it stands under.
    pub on: IssueNumber,
    /// Who wrote or changed it.
    pub actor: Account,
    /// What they may do.
    pub permission: Permission,
    /// Whether our own comment was changed (a box was ticked), not one of theirs written.
    pub of_ours: bool,
    /// Its words now; `None` when it is gone.
    pub body: Option<String>,
    /// GitHub's time of its last change, epoch milliseconds.
    pub at: i64,
    /// Who opened the issue.
    pub issue_author: String,
    /// Whether the issue is open now.
    #[serde(default = "yes")]
    pub issue_open: bool,
}

/// What was stored before it was read is taken as it was taken then.
fn yes() -> bool {
    true
}

/// A review, with what its author may do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReviewFacts {
    /// The pull request.
    pub pull: i64,
    /// The review.
    pub id: i64,
    /// Who.
    pub author: Account,
    /// What they may do.
    pub permission: Permission,
    /// What it comes to.
    pub verdict: ReviewVerdict,
    /// Its own words.
    pub body: String,
    /// The threads its line comments belong to.
    pub threads: Vec<Thread>,
    /// GitHub's time of it, epoch milliseconds.
    pub at: i64,
    /// Whether the issue is open now.
    #[serde(default = "yes")]
    pub issue_open: bool,
    /// What of the threads was said by people without write access.
    #[serde(default)]
    pub outsiders: Vec<OutsiderInThread>,
}

/// GitHub's `state` of a review.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReviewVerdict {
    /// Approved.
    Approved,
    /// Changes are requested.
    ChangesRequested,
    /// Comments only.
    Commented,
    /// Dismissed, pending, or something GitHub may name later.
    Other,
}

/// Our pull request and the checks of its head, as they are now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PullFacts {
    /// Its number.
    pub number: i64,
    /// How it stands.
    pub standing: PullStanding,
    /// Whether it is a draft.
    pub draft: bool,
    /// The head of its branch.
    pub head: Sha,
    /// The branch it goes to.
    #[serde(default)]
    pub base_branch: Option<String>,
    /// The head of that branch.
    pub base_head: Option<Sha>,
    /// Whether it conflicts with its base; `None` while GitHub has not said.
    pub conflicts: Option<bool>,
    /// The checks of `head`.
    pub checks: Checks,
    /// Whether the issue is open now.
    #[serde(default = "yes")]
    pub issue_open: bool,
}

/// The checks of one commit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checks {
    /// What they come to: only required ones count where some are required.
    pub state: ChecksState,
    /// Those that failed.
    pub failing: Vec<Failing>,
    /// The names among them that fail on the base as well.
    pub failing_on_base: Vec<String>,
}

/// What the checks of a commit come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChecksState {
    /// There are none.
    None,
    /// Some are not over.
    Pending,
    /// All passed.
    Green,
    /// Some failed, and none is still on its way.
    Red,
}

/// A check that failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failing {
    /// Its name.
    pub name: String,
    /// Its page.
    pub url: String,
    /// The step that failed, where it has steps.
    pub step: Option<String>,
    /// The end of its log or of its summary, bounded and redacted.
    pub tail: String,
}

/// A moment a task waits for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "alarm")]
pub enum Timer {
    /// The agent has waited long enough with its process alive.
    Park,
    /// People are reminded of the open questions.
    Remind,
    /// A question's deadline or the last day for an answer came.
    Expire,
    /// The checks of the pull request are looked at (again).
    Look,
    /// A model that failed is tried again.
    Again,
    /// The base branch is looked at for a merged change.
    Landed,
    /// It is looked for those who agree to a start by a reaction.
    Approvals,
    /// It is looked how the repository says it stands.
    Project,
    /// It is looked whether somebody lets in what is withheld.
    Withheld,
    /// Work that recurs is due by the calendar.
    Recurring,
}

/// All that is read from GitHub before work may start. One effect reads it, the core judges it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TriggerFacts {
    /// Where.
    pub place: Place,
    /// By what it was asked for.
    #[serde(default)]
    pub asking: Asking,
    /// Who asked.
    pub actor: Actor,
    /// What they may do; `None` for the operator, who is not asked.
    pub permission: Option<Permission>,
    /// The words, with the comments of those who may write there.
    pub snapshot: Snapshot,
    /// The comments of all others.
    #[serde(default)]
    pub outsiders: Vec<Outsider>,
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
    /// The role that was asked for by command, instead of the labels'.
    #[serde(default)]
    pub role: Option<String>,
    /// The base branch that was asked for by command, instead of what the issue says.
    #[serde(default)]
    pub base_wish: Option<String>,
    /// The base branch that was named, as it was found; `None` where the default branch counts.
    #[serde(default)]
    pub base: Option<FoundBranch>,
    /// What was read of whoever asked, where the operator names who may start.
    #[serde(default)]
    pub starter: Option<StarterFacts>,
    /// How the issue stands among others.
    #[serde(default)]
    pub links: IssueLinks,
    /// How soon a field of the issue says, where the operator names one.
    #[serde(default)]
    pub priority: Option<Priority>,
    /// How the repository says it stands, where the operator names the file.
    #[serde(default)]
    pub project: ProjectStatus,
    /// The repository's own policy; `None` where nothing starts from it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy: Option<Box<repository_policy::Found>>,
}

/// A branch that was looked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FoundBranch {
    /// The name it was looked for by.
    pub asked: String,
    /// What it is called now: GitHub leads from an old name to the new one.
    pub name: String,
    /// Its head; `None` when there is no such branch.
    pub head: Option<Sha>,
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
    /// Whether Git LFS keeps files of it, and what becomes of a change to one.
    #[serde(default)]
    pub lfs: Lfs,
    /// Whether the contents of files are missing as they were in older commits.
    #[serde(default)]
    pub partial: bool,
    /// What people attached.
    #[serde(default)]
    pub attachments: Vec<Attached>,
    /// The repository's own policy, where it was read again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy: Option<Box<repository_policy::Found>>,
    /// Which secrets its workflows would let code on our branch read.
    #[serde(default)]
    pub secrets: CiSecrets,
}

/// Git LFS in a repository.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Lfs {
    /// No `.gitattributes` speaks of it.
    #[default]
    Unused,
    /// New content is stored.
    Stored,
    /// New content is refused: this machine has no git-lfs.
    Refused,
}

/// How a file changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChangeKind {
    /// It is new.
    Added,
    /// Its content, mode or type changed.
    Modified,
    /// It is gone.
    Deleted,
    /// It has another path (and perhaps other content).
    Renamed,
}

impl ChangeKind {
    /// The word for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Modified => "modified",
            Self::Deleted => "deleted",
            Self::Renamed => "renamed",
        }
    }
}

/// One changed file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileChange {
    /// The path (after a rename: the new one); bytes that are not UTF-8 are replaced.
    pub path: String,
    /// How it changed.
    pub kind: ChangeKind,
    /// Lines added; 0 for a binary file.
    pub insertions: u64,
    /// Lines removed; 0 for a binary file.
    pub deletions: u64,
    /// Whether git takes it for binary.
    pub binary: bool,
}
