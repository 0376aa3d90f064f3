//! What a test or a demo looks at: issues, threads, pull requests, files, calls, deliveries.
//!
//! It exists so that nobody needs to ask the simulator over HTTP what it knows. It must never change anything.

use crate::api_error::ApiError;
use crate::call_log::{CallRecord, Violation};
use crate::exchange::Exchange;
use crate::fault::FaultRule;
use crate::git::git_commands;
use crate::git::inspect;
use crate::git::inspect::Entry;
use crate::git::merging;
use crate::handle::simulator::{Simulator, SimulatorError};
use crate::ids::Sha;
use crate::thread::Hidden;
use crate::world::issue::Issue;
use crate::world::notice::Notice;
use crate::world::outgoing::Attempt;

/// A comment as it is now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommentView {
    /// Its number.
    pub id: i64,
    /// Who wrote it.
    pub author: String,
    /// What it says, HTML comments included.
    pub body: String,
    /// How often it was edited.
    pub edits: u32,
    /// `content login` of each reaction.
    pub reactions: Vec<String>,
    /// Folded away, with the reason.
    pub minimized: Option<String>,
    /// Pinned to the top of its issue.
    pub pinned: bool,
}

/// An issue as it is now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IssueView {
    /// Its number.
    pub number: i64,
    /// Title.
    pub title: String,
    /// Body.
    pub body: String,
    /// Who opened it.
    pub author: String,
    /// Open.
    pub open: bool,
    /// Labels, sorted.
    pub labels: Vec<String>,
    /// Who shall do it.
    pub assignees: Vec<String>,
    /// `content login` of each reaction.
    pub reactions: Vec<String>,
    /// How many comments.
    pub comments: usize,
}

/// A pull request as it is now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PullView {
    /// What it has as an issue.
    pub issue: IssueView,
    /// The branch it comes from.
    pub head: String,
    /// Its commit.
    pub head_sha: String,
    /// The branch it goes to.
    pub base: String,
    /// Not ready.
    pub draft: bool,
    /// It was merged.
    pub merged: bool,
    /// Commits in it.
    pub commits: i64,
    /// Files it changes.
    pub changed_files: i64,
    /// Who was asked to look.
    pub reviewers: Vec<String>,
    /// The teams that were asked, by slug.
    pub teams: Vec<String>,
    /// Ids of the comments on lines.
    pub lines: Vec<i64>,
}

fn reactions(all: &[crate::world::issue::Reaction]) -> Vec<String> {
    all.iter()
        .map(|reaction| format!("{} {}", reaction.content, reaction.user))
        .collect()
}

fn issue_view(issue: &Issue) -> IssueView {
    let mut labels = issue.labels.clone();
    labels.sort();
    IssueView {
        number: issue.number,
        title: issue.title.clone(),
        body: issue.body.clone().unwrap_or_default(),
        author: issue.author.clone(),
        open: issue.open,
        labels,
        assignees: issue.assignees.clone(),
        reactions: reactions(&issue.reactions),
        comments: issue.comments.len(),
    }
}

fn pull_view(issue: &Issue) -> Option<PullView> {
    let pull = issue.pull.as_ref()?;
    Some(PullView {
        issue: issue_view(issue),
        head: pull.head.clone(),
        head_sha: pull.head_sha.clone(),
        base: pull.base.clone(),
        draft: pull.draft,
        merged: pull.merged.is_some(),
        commits: pull.comparison.commits,
        changed_files: pull.comparison.changed_files,
        reviewers: pull.reviewers.clone(),
        teams: pull.teams.clone(),
        lines: pull.review_comments.iter().map(|line| line.id).collect(),
    })
}

impl Simulator {
    /// An issue or pull request.
    pub fn issue(
        &self,
        home: impl Into<i64>,
        issue: impl Into<i64>,
    ) -> Result<IssueView, SimulatorError> {
        let (home, issue) = (home.into(), issue.into());
        Ok(self
            .state()
            .read(|world| world.issue(home, issue).map(issue_view))?)
    }

    /// The comments of an issue or pull request, oldest first.
    pub fn comments(
        &self,
        home: impl Into<i64>,
        issue: impl Into<i64>,
    ) -> Result<Vec<CommentView>, SimulatorError> {
        let (home, issue) = (home.into(), issue.into());
        let view = |comment: &crate::world::issue::Comment| CommentView {
            id: comment.id,
            author: comment.author.clone(),
            body: comment.body.clone(),
            edits: comment.edits,
            reactions: reactions(&comment.reactions),
            minimized: comment.minimized.clone(),
            pinned: comment.pinned.is_some(),
        };
        Ok(self.state().read(|world| {
            Ok::<_, ApiError>(
                world
                    .issue(home, issue)?
                    .comments
                    .iter()
                    .map(view)
                    .collect(),
            )
        })?)
    }

    /// The labels a repository has: `name color description`.
    pub fn labels(&self, home: impl Into<i64>) -> Result<Vec<String>, SimulatorError> {
        let home = home.into();
        let line = |label: &crate::world::repository::Label| {
            format!(
                "{} {} {}",
                label.name,
                label.color,
                label.description.as_deref().unwrap_or_default()
            )
        };
        Ok(self.state().read(|world| {
            Ok::<_, ApiError>(world.repository(home)?.labels.iter().map(line).collect())
        })?)
    }

    /// All pull requests of a repository, oldest first.
    pub fn pulls(&self, home: impl Into<i64>) -> Result<Vec<PullView>, SimulatorError> {
        let home = home.into();
        Ok(self.state().read(|world| {
            Ok::<_, ApiError>(
                world
                    .repository(home)?
                    .issues
                    .values()
                    .filter_map(pull_view)
                    .collect(),
            )
        })?)
    }

    /// The whole thread of an issue as a reader sees it: HTML comments are left out.
    pub fn thread(
        &self,
        home: impl Into<i64>,
        issue: impl Into<i64>,
    ) -> Result<String, SimulatorError> {
        let (home, issue) = (home.into(), issue.into());
        self.thread_with(home, issue, Hidden::Stripped)
    }

    /// The whole thread of an issue, with HTML comments left out or not.
    pub fn thread_with(
        &self,
        home: impl Into<i64>,
        issue: impl Into<i64>,
        hidden: Hidden,
    ) -> Result<String, SimulatorError> {
        let (home, issue) = (home.into(), issue.into());
        Ok(self
            .state()
            .read(|world| world.thread(home, issue, hidden))?)
    }

    /// A pull request as a reader sees it: its thread, then reviews with the threads on lines.
    pub fn pull_thread(
        &self,
        home: impl Into<i64>,
        pull: impl Into<i64>,
    ) -> Result<String, SimulatorError> {
        let (home, pull) = (home.into(), pull.into());
        Ok(self
            .state()
            .read(|world| world.pull_thread(home, pull, Hidden::Stripped))?)
    }

    /// The threads on lines of a pull request, as text.
    pub fn review_threads(
        &self,
        home: impl Into<i64>,
        pull: impl Into<i64>,
    ) -> Result<String, SimulatorError> {
        let (home, pull) = (home.into(), pull.into());
        Ok(self
            .state()
            .read(|world| world.line_threads(home, pull, Hidden::Stripped))?
            .join("\n"))
    }

    /// The unified diff of a pull request.
    pub async fn diff(
        &self,
        home: impl Into<i64>,
        pull: impl Into<i64>,
    ) -> Result<String, SimulatorError> {
        let (home, pull) = (home.into(), pull.into());
        Ok(merging::diff(self.state(), home, pull).await?)
    }

    /// A file's text on a branch.
    pub async fn file(
        &self,
        home: impl Into<i64>,
        branch: &str,
        path: &str,
    ) -> Result<Option<String>, SimulatorError> {
        let home = home.into();
        let dir = self
            .state()
            .read(|world| world.repository(home).map(|home| home.git_dir.clone()))?;
        let Some(commit) = git_commands::resolve(&dir, &format!("refs/heads/{branch}")).await?
        else {
            return Ok(None);
        };
        Ok(match inspect::entry(&dir, &commit, path).await? {
            Some(Entry::File { bytes, .. }) => Some(String::from_utf8_lossy(&bytes).into_owned()),
            _ => None,
        })
    }

    /// Where a branch is.
    pub fn branch_head(&self, home: impl Into<i64>, branch: &str) -> Option<Sha> {
        let home = home.into();
        let head = self
            .state()
            .read(|world| world.repositories.get(&home)?.heads.get(branch).cloned());
        head.and_then(|text| text.parse().ok())
    }

    /// All branches, sorted.
    pub fn branches(&self, home: impl Into<i64>) -> Vec<String> {
        let home = home.into();
        self.state().read(|world| {
            world
                .repositories
                .get(&home)
                .map(|home| home.heads.keys().cloned().collect())
                .unwrap_or_default()
        })
    }

    /// The name a repository bears now.
    pub fn name(&self, home: impl Into<i64>) -> Option<String> {
        let home = home.into();
        self.state()
            .read(|world| world.repositories.get(&home)?.full_name().parse().ok())
    }

    /// Every call that was answered (or cut off), oldest first. Control addresses are not among them.
    pub fn calls(&self) -> Vec<CallRecord> {
        self.state().call_log(|traffic| traffic.calls.clone())
    }

    /// The whole exchanges since the last time, oldest first, where they are kept.
    pub fn take_exchanges(&self) -> Vec<Exchange> {
        self.state().take_exchanges()
    }

    /// Calls a well-behaved skep never makes.
    pub fn violations(&self) -> Vec<Violation> {
        self.state().call_log(|traffic| traffic.violations.clone())
    }

    /// Calls of addresses this GitHub does not know, as `GET /path`.
    pub fn unknown_calls(&self) -> Vec<String> {
        self.state().call_log(|traffic| traffic.unknown.clone())
    }

    /// Every attempt to deliver a webhook, oldest first.
    pub fn deliveries(&self) -> Vec<Attempt> {
        self.state().read(|world| world.outgoing.log.clone())
    }

    /// What people were notified of, oldest first.
    pub fn notices(&self) -> Vec<Notice> {
        self.state().read(|world| world.notices.clone())
    }

    /// How many webhooks are held back.
    pub fn held(&self) -> usize {
        self.state().read(|world| world.outgoing.held())
    }

    /// Faults asked for and not played out.
    pub fn waiting_faults(&self) -> Vec<FaultRule> {
        self.state().faults(|faults| faults.waiting())
    }
}
