//! What a repository's CI says: checks, jobs with steps and logs, statuses; and which of them a branch requires.
//!
//! It must never decide by itself how something ended.

use crate::api_error::ApiError;
use crate::handle::simulator::Simulator;
use crate::handle::simulator::SimulatorError;
use crate::world::check::ACTIONS;
use crate::world::check::CheckDraft;
use crate::world::repository::{CheckRun, Status};

type Done<T> = Result<T, SimulatorError>;

/// How a job of GitHub Actions ended.
#[derive(Debug, Clone, Copy, Default)]
pub struct JobEnd<'a> {
    /// The job.
    pub name: &'a str,
    /// `success`, `failure` and the like.
    pub conclusion: &'a str,
    /// Each step, and how it ended.
    pub steps: &'a [(&'a str, &'a str)],
    /// What it wrote; empty: its log is gone.
    pub log: &'a str,
}

/// A commit status to be set.
#[derive(Debug, Clone, Copy)]
pub struct StatusDraft<'a> {
    /// Whose: the name that sets it apart from other statuses of the commit.
    pub context: &'a str,
    /// `success`, `failure`, `pending` or `error`.
    pub state: &'a str,
}

/// Where it is said that a check must be green.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Required {
    /// In the branch's protection.
    Protection,
    /// In a rule set.
    Rules,
}

/// A check run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckView {
    /// Its number.
    pub id: i64,
    /// The App that made it, by slug.
    pub app: String,
    /// Its name.
    pub name: String,
    /// The maker's own name for it.
    pub external_id: String,
    /// How far it is, in GitHub's word.
    pub status: String,
    /// How it ended; empty while it has not.
    pub conclusion: String,
    /// The page that its maker names.
    pub details_url: String,
    /// The headline.
    pub title: String,
    /// The summary.
    pub summary: String,
}

impl CheckView {
    fn of(check: &CheckRun) -> Self {
        let said = |name: &str| {
            let text = check.output.get(name).and_then(|text| text.as_str());
            text.unwrap_or_default().to_owned()
        };
        Self {
            id: check.id,
            app: check.app.clone(),
            name: check.name.clone(),
            external_id: check.external_id.clone().unwrap_or_default(),
            status: check.status.clone(),
            conclusion: check.conclusion.clone().unwrap_or_default(),
            details_url: check.details_url.clone().unwrap_or_default(),
            title: said("title"),
            summary: said("summary"),
        }
    }
}

impl Simulator {
    /// Reports a check of the repository's CI: `None` is in progress, otherwise a conclusion such as `success`.
    pub fn set_check(
        &self,
        home: impl Into<i64>,
        sha: &str,
        name: &str,
        conclusion: Option<&str>,
    ) -> Done<()> {
        let home = home.into();
        let (app, by) = ("github-actions", "github-actions[bot]");
        self.create_bot(by);
        let draft = CheckDraft {
            name: Some(name.to_owned()),
            head_sha: sha.to_owned(),
            status: Some(
                if conclusion.is_some() {
                    "completed"
                } else {
                    "in_progress"
                }
                .to_owned(),
            ),
            conclusion: conclusion.map(str::to_owned),
            ..CheckDraft::default()
        };
        self.state().change(|world| {
            let checks = &world.repository(home)?.checks;
            let there = checks
                .iter()
                .find(|c| c.head_sha == sha && c.name == name && c.conclusion.is_none());
            match there.map(|check| check.id) {
                Some(id) => world.update_check(home, id, &draft, by),
                None => world.create_check(home, app, &draft, by).map(drop),
            }
        })?;
        Ok(())
    }

    /// The check runs of a commit, in the order in which they were made.
    pub fn checks(&self, home: impl Into<i64>, sha: &str) -> Vec<CheckView> {
        let home = home.into();
        self.state().read(|world| {
            let all = world.repository(home).map(|home| home.checks.as_slice());
            let of_it = all.unwrap_or_default().iter();
            of_it
                .filter(|check| check.head_sha == sha)
                .map(CheckView::of)
                .collect()
        })
    }

    /// Somebody presses "Re-run" at a check run.
    pub fn rerequest_check(&self, home: impl Into<i64>, check: i64, actor: &str) -> Done<()> {
        let home = home.into();
        Ok(self
            .state()
            .change(|world| world.rerequest_check(home, check, actor))?)
    }

    /// Ends a job of GitHub Actions on a commit with its steps and its log; the job is made when it is not under way.
    pub fn finish_check(&self, home: impl Into<i64>, sha: &str, end: JobEnd<'_>) -> Done<i64> {
        let home = home.into();
        let by = "github-actions[bot]";
        self.create_bot(by);
        let steps = end
            .steps
            .iter()
            .map(|(step, ended)| ((*step).to_owned(), (*ended).to_owned()))
            .collect();
        let draft = CheckDraft {
            name: Some(end.name.to_owned()),
            head_sha: sha.to_owned(),
            conclusion: Some(end.conclusion.to_owned()),
            steps,
            log: (!end.log.is_empty()).then(|| end.log.to_owned()),
            ..CheckDraft::default()
        };
        Ok(self.state().change(|world| {
            let checks = &world.repository(home)?.checks;
            let open = checks
                .iter()
                .find(|c| c.head_sha == sha && c.name == end.name && c.conclusion.is_none());
            match open.map(|check| check.id) {
                Some(id) => world.update_check(home, id, &draft, by).map(|()| id),
                None => world.create_check(home, ACTIONS, &draft, by),
            }
        })?)
    }

    /// A workflow that could not start, for instance because its file is broken: no job, no check run.
    pub fn fail_to_start(&self, home: impl Into<i64>, sha: &str, name: &str) -> Done<()> {
        let home = home.into();
        let by = "github-actions[bot]";
        self.create_bot(by);
        Ok(self
            .state()
            .change(|world| world.fail_to_start(home, sha, name, by))?)
    }

    /// Sets a commit status as somebody.
    pub fn set_status(
        &self,
        home: impl Into<i64>,
        sha: &str,
        status: StatusDraft<'_>,
        actor: &str,
    ) -> Done<()> {
        let status = Status {
            id: 0,
            sha: sha.to_owned(),
            state: status.state.to_owned(),
            context: status.context.to_owned(),
            description: None,
            target_url: None,
            creator: actor.to_owned(),
            created_at: 0,
        };
        self.as_user(actor, |world| {
            world.create_status(home.into(), status, actor)
        })
        .map(drop)
    }

    /// Says which checks a branch requires before a merge.
    pub fn require_checks(
        &self,
        home: impl Into<i64>,
        branch: &str,
        place: Required,
        names: &[&str],
    ) -> Done<()> {
        let home = home.into();
        let names = names.iter().map(|name| (*name).to_owned()).collect();
        self.state().change(|world| {
            let required = world
                .repository_mut(home)?
                .required
                .entry(branch.to_owned())
                .or_default();
            match place {
                Required::Protection => required.0 = names,
                Required::Rules => required.1 = names,
            }
            Ok::<_, ApiError>(())
        })?;
        Ok(())
    }
}
