//! Which issue of a repository waits for which, drawn for the operator.

use std::collections::HashMap;

use super::lookup::unread;
use crate::core::graph::draw::{Bounds, Class, Drawn, Picture, dot, json, mermaid, tree};
use crate::core::ids::{RepositoryName, TaskKey};
use crate::core::task::Task;
use crate::core::text;
use crate::engine::{Engine, EngineError};
use crate::github::At;
use crate::http::types::{GraphAnswer, GraphFormat};
use crate::http::{ApiError, Sight};
use crate::store::Store;

/// What a drawing is made of.
pub(super) struct GraphView<'a> {
    pub(super) engine: &'a Engine,
    pub(super) store: &'a Store,
    /// The address of GitHub's pages, without a slash at its end.
    pub(super) web: &'a str,
    /// What whoever looks may see: of issues elsewhere no more than their number.
    pub(super) sight: &'a Sight,
}

/// What is known of an issue, from its own task or from one that waits for it.
struct Known {
    name: RepositoryName,
    title: String,
    class: Class,
}

impl GraphView<'_> {
    /// Draws it.
    pub(super) async fn of(&self, at: &At, format: GraphFormat) -> Result<GraphAnswer, ApiError> {
        let picture = self.picture(at).await?;
        let text = match format {
            GraphFormat::Mermaid => mermaid(&picture),
            GraphFormat::Dot => dot(&picture),
            GraphFormat::Json => json(&picture),
            GraphFormat::Text => tree(&picture),
        };
        Ok(GraphAnswer { format, text })
    }

    /// What is to be drawn.
    pub(super) async fn picture(&self, at: &At) -> Result<Picture, ApiError> {
        let keys = self.engine.related(at.repository).await.map_err(failed)?;
        let known = self.known(&keys).await?;
        let drawn = keys.iter().map(|key| self.drawn(*key, &known, at));
        let bounds = Bounds::default();
        let picture = self.engine.draw(drawn.collect(), bounds).await;
        let mut picture = picture.map_err(failed)?;
        for sprint in self.sprints(at).await? {
            picture = picture.with(sprint);
        }
        Ok(picture)
    }

    /// The issues that are worked on by phases.
    async fn sprints(&self, at: &At) -> Result<Vec<Picture>, ApiError> {
        let keys = self.engine.sprints(at.repository).await.map_err(failed)?;
        let tasks = self.tasks(&keys).await?;
        let picture = |task: &Task| task.sprint.as_ref()?.picture(task.key());
        Ok(tasks.iter().filter_map(picture).collect())
    }

    async fn tasks(&self, keys: &[TaskKey]) -> Result<Vec<Task>, ApiError> {
        let rows = self.store.tasks(keys).await;
        let rows = rows.map_err(|error| unread(&error))?;
        let tasks = rows.iter();
        Ok(tasks
            .filter_map(|row| serde_json::from_str(&row.body).ok())
            .collect())
    }

    async fn known(&self, keys: &[TaskKey]) -> Result<HashMap<TaskKey, Known>, ApiError> {
        let tasks = self.tasks(keys).await?;
        let mut known = HashMap::new();
        for task in &tasks {
            for blocker in &task.dependencies.blockers {
                known.entry(blocker.issue.key).or_insert_with(|| Known {
                    name: blocker.issue.name.clone(),
                    title: blocker.title.clone(),
                    class: Class::Outside,
                });
            }
        }
        let own = tasks.into_iter().map(|task| (task.key(), of_task(task)));
        known.extend(own);
        Ok(known)
    }

    fn drawn(&self, key: TaskKey, known: &HashMap<TaskKey, Known>, at: &At) -> Drawn {
        if !self.sight.sees(key.repository) {
            return Drawn {
                key,
                label: text::graph::elsewhere(key.issue),
                class: Class::Outside,
                link: None,
            };
        }
        let known = known.get(&key);
        let name = known.map_or(&at.name, |known| &known.name);
        let own = key.repository == at.repository;
        let title = known.map_or("", |known| known.title.as_str());
        Drawn {
            key,
            label: text::graph::label((!own).then_some(name), key.issue, title),
            class: known.map_or(Class::Outside, |known| known.class),
            link: Some(format!("{}/{name}/issues/{}", self.web, key.issue)),
        }
    }
}

fn of_task(task: Task) -> Known {
    let class = class(&task);
    let title = task.job().map(|job| job.snapshot.title.clone());
    Known {
        name: task.place.name,
        title: title.unwrap_or_default(),
        class,
    }
}

fn class(task: &Task) -> Class {
    match task.state() {
        "queued" => match task.gate() {
            Some(gate) if gate.needs_a_person() => Class::NeedsYou,
            Some(_) => Class::Waiting,
            None => Class::Ready,
        },
        "working" => Class::Working,
        "needs-you" | "paused" => Class::NeedsYou,
        "in-review" => Class::Review,
        "done" => Class::Done,
        "failed" => Class::Failed,
        "waiting" | "checking" => Class::Waiting,
        _ => Class::Outside,
    }
}

fn failed(error: EngineError) -> ApiError {
    tracing::error!(%error, "the graph could not be drawn");
    ApiError::internal()
}
