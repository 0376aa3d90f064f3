//! What is known of what may hold a task before it begins, besides what it waits for: whether a person has to agree, what a
//! person said does not count. It must never hold a choice: which gate is shut follows from it, in `gate`.

use serde::{Deserialize, Serialize};

use crate::dependency::{Blocker, Dependencies, Named, Unresolved};
use crate::ids::{IssueNumber, TaskKey};
use crate::overlap::Meeting;
use crate::project_status::ProjectStatus;

/// What is known of what may hold the task, besides what it waits for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gates {
    /// How far the reading of what it waits for is.
    #[serde(default)]
    pub reading: Reading,
    /// What of that does not count, because a person said so.
    #[serde(default)]
    pub waived: Waived,
    /// The way along which it waits for itself: it waits for the second, each for the next, the last for the first. Empty if
    /// it does not.
    #[serde(default)]
    pub cycle: Vec<Named>,
    /// Whether a person has to agree before it starts.
    #[serde(default)]
    pub approval: Option<Approval>,
    /// The repository says that no work starts there.
    #[serde(default)]
    pub project: Option<OnHold>,
}

/// The repository says that no work starts there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OnHold {
    /// How it says it stands.
    pub is: ProjectStatus,
    /// When it is looked at again, epoch milliseconds.
    pub look_at: i64,
}

/// How far the reading of what an issue waits for is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reading {
    /// It is read, or there is nothing to read.
    #[default]
    Done,
    /// GitHub is being asked.
    Asked,
    /// GitHub did not tell.
    Failed,
}

/// What a person said does not count. What is found later does.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Waived {
    /// These issues.
    #[serde(default)]
    pub issues: Vec<TaskKey>,
    /// These, of which nothing is known: the repository in lower letters, where another one was named, and the number.
    #[serde(default)]
    pub unresolved: Vec<(Option<String>, IssueNumber)>,
    /// So many that GitHub counts and does not show.
    #[serde(default)]
    pub hidden: u32,
    /// So many that were left out.
    #[serde(default)]
    pub cut: u32,
    /// That it could not be read.
    #[serde(default)]
    pub unread: bool,
}

/// A person has to agree to a start.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Approval {
    /// Why.
    pub why: ApprovalReason,
    /// Since when it is waited for, epoch milliseconds.
    pub since: i64,
    /// Whether people were reminded.
    #[serde(default)]
    pub reminded: bool,
    /// Whether the issue's words are others than those that the job has.
    #[serde(default)]
    pub stale: bool,
    /// Who agreed; `None` until somebody does.
    #[serde(default)]
    pub by: Option<String>,
    /// Whose agreement did not count any more, because the words were changed after it.
    #[serde(default)]
    pub void: Option<String>,
    /// Reactions count from here on, epoch milliseconds: what was agreed to before was something else.
    #[serde(default)]
    pub counts_from: i64,
    /// When it is looked for them next, epoch milliseconds, and how often it was.
    #[serde(default)]
    pub look_at: i64,
    /// How often it was looked for them.
    #[serde(default)]
    pub looked: u32,
}

/// Why a person has to agree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ApprovalReason {
    /// The issue has the label `checkpoint`.
    Checkpoint,
    /// Its role asks for it.
    Role,
    /// The operator wants it for the repository.
    Repository,
    /// Its role plans, and nobody asked for this start by hand.
    Planning,
}

/// What holds a task that is to start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gate<'a> {
    /// What it waits for is being read.
    Reading,
    /// What it waits for could not be read.
    Unread,
    /// It waits for itself.
    Cycle(&'a [Named]),
    /// It waits for issues that are open, and for nothing else.
    Blockers,
    /// It waits for issues that will not come by themselves, or of which nothing is known.
    Unmet,
    /// A person has to agree.
    Approval(&'a Approval),
    /// Work on the same files is to be over first.
    Overlap(&'a Meeting),
    /// The repository says that no work starts there.
    Project(&'a ProjectStatus),
}

impl Gate<'_> {
    /// Its name, for programs.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Reading => "reading",
            Self::Unread => "unread",
            Self::Cycle(_) => "cycle",
            Self::Blockers => "blockers",
            Self::Unmet => "unmet",
            Self::Approval(_) => "approval",
            Self::Overlap(_) => "overlap",
            Self::Project(_) => "repository",
        }
    }

    /// Whether it stays shut until a person does something about it here.
    pub fn needs_a_person(&self) -> bool {
        match self {
            Self::Reading | Self::Blockers | Self::Overlap(_) | Self::Project(_) => false,
            Self::Unread | Self::Cycle(_) | Self::Unmet | Self::Approval(_) => true,
        }
    }
}

impl Gates {
    /// Nothing is known.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Whether a person has to agree, and nobody has.
    pub fn waits_for_approval(&self) -> bool {
        self.approval.as_ref().is_some_and(|one| one.by.is_none())
    }

    /// The words of the issue were changed: whoever agreed to what stood there did not agree to this.
    pub fn words_changed(&mut self, now: i64) {
        if let Some(approval) = &mut self.approval {
            approval.stale = true;
            approval.counts_from = now;
            approval.void = approval.by.take().or(approval.void.take());
        }
    }
}

impl Waived {
    /// Whether this blocker does not count.
    pub fn covers(&self, blocker: &Blocker) -> bool {
        self.issues.contains(&blocker.issue.key)
    }

    /// Whether this one, of which nothing is known, does not count.
    pub fn covers_unresolved(&self, one: &Unresolved) -> bool {
        self.unresolved.contains(&named(one))
    }

    /// Adds everything that is not met now.
    pub fn add(&mut self, found: &Dependencies, reading: Reading) {
        let unmet = found
            .blockers
            .iter()
            .filter(|one| one.holds() && !self.covers(one));
        let unmet: Vec<TaskKey> = unmet.map(|one| one.issue.key).collect();
        self.issues.extend(unmet);
        let unknown = found
            .unresolved
            .iter()
            .filter(|one| !self.covers_unresolved(one));
        let unknown: Vec<_> = unknown.map(named).collect();
        self.unresolved.extend(unknown);
        (self.hidden, self.cut) = (found.hidden.max(self.hidden), found.cut.max(self.cut));
        self.unread |= reading == Reading::Failed;
    }
}

fn named(one: &Unresolved) -> (Option<String>, IssueNumber) {
    let repository = one.repository.as_ref();
    let lowered = repository.map(|name| name.to_string().to_ascii_lowercase());
    (lowered, one.number)
}
