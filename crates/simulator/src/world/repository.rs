//! A repository and what hangs on it besides issues: labels, protections, check runs, statuses.
//!
//! It exists as the record the world keeps. It must never hold file contents: those are in the git directory.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use serde_json::Value;

use crate::world::account::Collaborator;
use crate::world::issue::{Issue, same_label};
use crate::world::ruleset::Ruleset;

/// A label that can be put on issues.
#[derive(Debug, Clone)]
pub struct Label {
    /// Its number.
    pub id: i64,
    /// Its name; compared without case.
    pub name: String,
    /// Six hexadecimal digits.
    pub color: String,
    /// What it is for.
    pub description: Option<String>,
}

/// A check run.
#[derive(Debug, Clone)]
pub struct CheckRun {
    /// Its number.
    pub id: i64,
    /// The suite it belongs to.
    pub suite: i64,
    /// The App that made it, by slug.
    pub app: String,
    /// Its name.
    pub name: String,
    /// The commit.
    pub head_sha: String,
    /// `queued`, `in_progress` or `completed`.
    pub status: String,
    /// How it ended.
    pub conclusion: Option<String>,
    /// The maker's own name for it.
    pub external_id: Option<String>,
    /// Where it is explained.
    pub details_url: Option<String>,
    /// Title, summary, text.
    pub output: Value,
    /// When it began.
    pub started_at: i64,
    /// When it ended.
    pub completed_at: Option<i64>,
    /// What a job of GitHub Actions did, and how each step ended.
    pub steps: Vec<(String, String)>,
    /// What a job wrote; `None`: no log, or not any more.
    pub log: Option<String>,
}

/// A run of a workflow of GitHub Actions.
#[derive(Debug, Clone)]
pub struct WorkflowRun {
    /// Its number.
    pub id: i64,
    /// The suite its jobs are in.
    pub suite: i64,
    /// The workflow's name.
    pub name: String,
    /// The commit.
    pub head_sha: String,
    /// How it ended when no job says so: `startup_failure`.
    pub conclusion: Option<String>,
    /// When it began.
    pub created_at: i64,
}

/// A commit status.
#[derive(Debug, Clone)]
pub struct Status {
    /// Its number.
    pub id: i64,
    /// The commit.
    pub sha: String,
    /// `error`, `failure`, `pending` or `success`.
    pub state: String,
    /// Its name.
    pub context: String,
    /// What it says.
    pub description: Option<String>,
    /// Where it is explained.
    pub target_url: Option<String>,
    /// Who made it.
    pub creator: String,
    /// When.
    pub created_at: i64,
}

/// A milestone.
#[derive(Debug, Clone)]
pub struct Milestone {
    /// Its number in the whole of GitHub.
    pub id: i64,
    /// Its number in the repository.
    pub number: i64,
    /// Title.
    pub title: String,
    /// Description.
    pub description: Option<String>,
    /// Who made it.
    pub creator: String,
    /// When.
    pub created_at: i64,
}

/// Why an issue number answers no more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gone {
    /// It was deleted.
    Deleted,
    /// It lives elsewhere.
    Moved {
        /// The repository it moved to.
        repository: i64,
        /// Its number there.
        number: i64,
    },
}

/// A repository.
#[derive(Debug, Clone)]
pub struct Repository {
    /// Its number: its identity.
    pub id: i64,
    /// The account.
    pub owner: String,
    /// The name below the account.
    pub name: String,
    /// Names it had before: they answer 301.
    pub former: Vec<(String, String)>,
    /// Where a pull request goes.
    pub default_branch: String,
    /// Not for everybody.
    pub private: bool,
    /// Read-only.
    pub archived: bool,
    /// Draft pull requests are possible (not on every private plan).
    pub drafts: bool,
    /// What it was forked from.
    pub parent: Option<i64>,
    /// The bare repository on disk.
    pub git_dir: PathBuf,
    /// Who may what.
    pub collaborators: BTreeMap<String, Collaborator>,
    /// The labels that exist.
    pub labels: Vec<Label>,
    /// The names of the types its issues may have.
    pub kinds: Vec<String>,
    /// Milestones in order of creation.
    pub milestones: Vec<Milestone>,
    /// Branches nobody may push to directly.
    pub protected: BTreeSet<String>,
    /// Issues and pull requests by number.
    pub issues: BTreeMap<i64, Issue>,
    /// Numbers that answer no more.
    pub gone: BTreeMap<i64, Gone>,
    /// The number the next issue or pull request gets.
    pub next_number: i64,
    /// Check runs in order of creation.
    pub checks: Vec<CheckRun>,
    /// Check suites: (id, head sha, App slug, when).
    pub suites: Vec<(i64, String, String, i64)>,
    /// Commit statuses in order of creation.
    pub statuses: Vec<Status>,
    /// Workflow runs in order of creation.
    pub workflows: Vec<WorkflowRun>,
    /// Releases in order of publication, as GitHub describes them.
    pub releases: Vec<Value>,
    /// Checks that must be green before a merge, by branch: those of branch protection and those of rule sets.
    pub required: BTreeMap<String, (Vec<String>, Vec<String>)>,
    /// Rulesets of its branches.
    pub rulesets: Vec<Ruleset>,
    /// Branch heads as of the last change, by branch.
    pub heads: BTreeMap<String, String>,
    /// When it was made.
    pub created_at: i64,
    /// When it was last pushed to.
    pub pushed_at: i64,
}

impl Repository {
    /// `owner/name`.
    pub fn full_name(&self) -> String {
        format!("{}/{}", self.owner, self.name)
    }

    /// The milestone of that number.
    pub fn milestone(&self, number: i64) -> Option<&Milestone> {
        self.milestones
            .iter()
            .find(|milestone| milestone.number == number)
    }

    /// Whether a branch has a protection: nobody may push to it, or checks must be green.
    pub fn is_protected(&self, branch: &str) -> bool {
        self.protected.contains(branch)
            || self
                .required
                .get(branch)
                .is_some_and(|(classic, _)| !classic.is_empty())
    }

    /// The label of that name, whatever its case.
    pub fn label(&self, name: &str) -> Option<&Label> {
        self.labels
            .iter()
            .find(|label| same_label(&label.name, name))
    }
}
