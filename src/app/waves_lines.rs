//! A repository's queue in waves, as the admin address shows it: forecasts on what the mirror knows of the repository, and
//! what sessions have changed already.
//!
//! It only looks: nothing is fetched for it, and nothing starts or waits because of it.

use std::collections::BTreeMap;

use super::lookup::unread;
use super::orders::refused;
use crate::core::dependency::Standing;
use crate::core::ids::{RepositoryId, TaskKey};
use crate::core::overlap::{
    self, Because, Forecast, History, Member, Planned, Touched, Tree, WaveTerms,
};
use crate::core::task::{Stage, Task};
use crate::core::text::waves as text;
use crate::engine::Engine;
use crate::http::types::{FileLine, WaveLine, WavesAnswer};
use crate::http::{ApiError, WavesQuestion};
use crate::runner::Services;
use crate::store::SessionFilter;

/// So many waiting tasks are looked at, whatever their repository.
const QUEUE: usize = 10_000;
/// So many sessions at work are looked at.
const AT_WORK: i64 = 1_000;
/// So many files are shown of an issue.
const FILES: usize = 5;

/// A question, and those who can answer it.
pub(super) struct Asked<'a> {
    pub(super) services: &'a Services,
    pub(super) engine: &'a Engine,
    pub(super) question: WavesQuestion,
}

impl Asked<'_> {
    /// Looks.
    pub(super) async fn answer(self) -> Result<WavesAnswer, ApiError> {
        let name = &self.question.repository;
        let at = self.services.github.locate(name).await.map_err(refused)?;
        let tasks = self.tasks(at.repository).await?;
        let (tree, history) = self.known(at.repository, tasks.first()).await;
        let sessions = usize::try_from(self.engine.slots_in_all()).unwrap_or(usize::MAX);
        let terms = WaveTerms {
            at_once: self.question.at_once.unwrap_or(sessions).max(1),
            threshold: self
                .question
                .threshold
                .unwrap_or(self.services.policy.limits.overlap_share())
                .clamp(0.01, 1.0),
        };
        let repository = name.to_string();
        // Many forecasts are work for a while.
        let planned = tokio::task::spawn_blocking(move || {
            let answer = plan(&tasks, (&tree, &history), terms);
            WavesAnswer {
                repository,
                ..answer
            }
        });
        planned.await.map_err(|error| {
            tracing::error!(%error, "waves could not be planned");
            ApiError::internal()
        })
    }

    /// The tasks at work in a repository and those that wait there, in order.
    async fn tasks(&self, repository: RepositoryId) -> Result<Vec<Task>, ApiError> {
        let store = &self.services.store;
        let live = SessionFilter {
            live: Some(true),
            ..SessionFilter::default()
        };
        let live = store
            .sessions(&live, AT_WORK)
            .await
            .map_err(|error| unread(&error))?;
        let view = self.engine.queue(QUEUE).await.map_err(|error| {
            tracing::error!(%error, "the queue could not be read");
            ApiError::internal()
        })?;
        let waiting = view.listed.iter().map(|(task, _)| *task);
        let keys = live.iter().map(|row| row.task).chain(waiting);
        let mut seen = std::collections::BTreeSet::new();
        let of_it = |key: &TaskKey| key.repository == repository && seen.insert(*key);
        let keys: Vec<TaskKey> = keys.filter(of_it).collect();
        let rows = store.tasks(&keys).await.map_err(|error| unread(&error))?;
        let rows = rows.iter();
        let mut tasks: BTreeMap<TaskKey, Task> = rows
            .filter_map(|row| Some((row.key, serde_json::from_str(&row.body).ok()?)))
            .collect();
        let mut tasks: Vec<Task> = keys.iter().filter_map(|key| tasks.remove(key)).collect();
        tasks.sort_by_key(|task| !is_at_work(task));
        Ok(tasks)
    }

    /// What the mirror knows of a repository; nothing before a session has fetched it.
    async fn known(&self, repository: RepositoryId, one: Option<&Task>) -> (Tree, History) {
        let git = &self.services.git;
        let branch = one.and_then(Task::job).map(|job| job.base_branch.as_str());
        let Some(head) = branch.and_then(|branch| git.last_head(repository, branch)) else {
            return Default::default();
        };
        match git.known(repository, &head).await {
            Ok(known) => (known.0.clone(), known.1.clone()),
            Err(error) => {
                tracing::warn!(%repository, %error, "the repository's history could not be read");
                Default::default()
            }
        }
    }
}

fn is_at_work(task: &Task) -> bool {
    matches!(task.stage, Stage::Working { .. } | Stage::Blocked { .. })
}

fn plan(tasks: &[Task], known: (&Tree, &History), terms: WaveTerms) -> WavesAnswer {
    let forecasts: BTreeMap<TaskKey, Forecast> = tasks
        .iter()
        .map(|task| (task.key(), task.forecast(known.0, known.1)))
        .collect();
    let planned = tasks.iter().map(|task| {
        let expected = Touched::expected(&forecasts[&task.key()], known.1);
        Planned {
            task: task.key(),
            at_work: is_at_work(task),
            waits_for: waits_for(task),
            touches: expected.with(Touched::changed(task.changed_paths(), known.1)),
        }
    });
    let planned: Vec<Planned> = planned.collect();
    let plan = overlap::waves(&planned, terms);
    let line = |member: Member| {
        let task = tasks.iter().find(|task| task.key() == member.task)?;
        Some(line(task, member.because, &forecasts[&member.task]))
    };
    let wave = |wave: Vec<Member>| wave.into_iter().filter_map(line).collect();
    WavesAnswer {
        commits: known.1.len(),
        at_once: terms.at_once,
        threshold: terms.threshold,
        waves: plan.waves.into_iter().map(wave).collect(),
        left: plan.left.iter().map(|task| task.issue.0).collect(),
        ..WavesAnswer::default()
    }
}

fn waits_for(task: &Task) -> Vec<TaskKey> {
    let blockers = task.dependencies.blockers.iter();
    let open = blockers.filter(|blocker| blocker.standing == Standing::Open);
    open.map(|blocker| blocker.issue.key).collect()
}

fn line(task: &Task, because: Because, forecast: &Forecast) -> WaveLine {
    let job = task.job();
    let has_changed: Vec<&str> = task.changed_paths().take(FILES).collect();
    let changed = has_changed.iter().map(|path| FileLine {
        path: (*path).to_owned(),
        weight: 1.0,
        why: text::CHANGED.to_owned(),
    });
    let guesses = forecast
        .files
        .iter()
        .filter(|guess| !has_changed.contains(&guess.path.as_str()));
    let guessed = guesses.map(|guess| FileLine {
        path: guess.path.clone(),
        weight: guess.weight,
        why: text::evidence(&guess.evidence),
    });
    let (after, overlap) = match &because {
        Because::First | Because::Full => (None, 0.0),
        Because::WaitsFor(other) => (Some(other.issue.0), 0.0),
        Because::Meets(other, shared) => (Some(other.issue.0), shared.share),
    };
    WaveLine {
        issue: task.place.issue.0,
        title: job
            .map(|job| job.snapshot.title.clone())
            .unwrap_or_default(),
        role: job.map(|job| job.role.name.to_string()).unwrap_or_default(),
        at_work: is_at_work(task),
        reason: text::because(&because),
        after,
        overlap,
        files: changed.chain(guessed).take(FILES).collect(),
    }
}
