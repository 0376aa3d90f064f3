//! Which issue waits for which: the graph in memory is kept in step with what is decided, and whoever a change concerns is
//! told by a fact of their own.
//!
//! The tasks are the truth; the graph only finds whom to tell. It is read with the schedule, and again whenever that is.

use std::collections::{BTreeMap, BTreeSet};

use super::Engine;
use super::error::EngineError;
use super::open::Open;
use super::relation::{News, Relation};
use super::settle::read_stored;
use crate::core::dependency::{self, Blocker, BlockerNews, Named, NewStanding, RelatedNews};
use crate::core::event::Event;
use crate::core::graph::draw::{Bounds, Class, Drawn, Picture};
use crate::core::graph::{Graph, Known, Standing, Waiver};
use crate::core::ids::{RepositoryId, TaskKey};
use crate::core::task::{Reading, Task};
use crate::store::{DependencyRow, Transition};

/// The states in which it matters what a task waits for.
pub(super) const WAITING: [&str; 2] = ["queued", "checking"];

/// What one issue waits for, and what of it does not count.
#[derive(Default)]
struct Waits {
    blockers: Vec<TaskKey>,
    waived: Vec<TaskKey>,
}

/// Makes the graph from the table.
pub(super) async fn read(transition: &mut Transition) -> Result<Graph, EngineError> {
    let rows = transition.dependencies().await?;
    let mut standings = BTreeMap::new();
    let mut tasks: BTreeMap<TaskKey, Waits> = BTreeMap::new();
    for row in rows {
        standings.insert(row.blocker, row.standing);
        let waits = tasks.entry(row.task).or_default();
        waits.blockers.push(row.blocker);
        waits
            .waived
            .extend(Some(row.blocker).filter(|_| row.waived));
    }
    // What is only waited for stands otherwise all the same.
    for key in standings.keys() {
        tasks.entry(*key).or_default();
    }
    let known = tasks.into_iter().map(|(node, waits)| Known {
        node,
        standing: standings.get(&node).copied().unwrap_or_default(),
        blockers: waits.blockers,
        waiver: waiver(waits.waived),
    });
    Ok(Graph::load(known).graph)
}

fn waiver(issues: Vec<TaskKey>) -> Waiver {
    match issues.is_empty() {
        true => Waiver::Nothing,
        false => Waiver::Only(issues),
    }
}

impl Open<'_> {
    /// A task was decided on: the graph follows, and whom that concerns will be told.
    pub(super) async fn relate(
        &mut self,
        before: &Task,
        after: &Task,
        cause: i64,
    ) -> Result<(), EngineError> {
        let key = after.key();
        let was_read =
            before.gates.reading != Reading::Done && after.gates.reading == Reading::Done;
        let same = before.dependencies.blockers == after.dependencies.blockers
            && before.gates.waived.issues == after.gates.waived.issues;
        if !same {
            let rows: Vec<DependencyRow> = rows(after).collect();
            self.transition.replace_dependencies(key, &rows).await?;
            self.connect(after, cause);
        }
        if was_read {
            self.relations.push_back(Relation {
                cause,
                task: key,
                news: News::Cycle,
            });
        }
        let failed = |task: &Task| task.state() == "failed";
        if failed(before) != failed(after) {
            self.failed(key, failed(after), cause);
        }
        Ok(())
    }

    fn connect(&mut self, task: &Task, cause: i64) {
        let key = task.key();
        let blockers = &task.dependencies.blockers;
        let keys: Vec<TaskKey> = blockers.iter().map(|one| one.issue.key).collect();
        let waived = task.gates.waived.issues.clone();
        let graph = &mut self.slots.graph;
        let mut circles = Vec::new();
        for changes in [graph.waive(key, waiver(waived)), graph.set(key, &keys)] {
            circles.extend(changes.entered);
            circles.extend(changes.rerouted);
            circles.extend(changes.left);
        }
        for blocker in blockers {
            let changes = graph.stand(blocker.issue.key, standing(blocker));
            circles.extend(changes.entered);
            circles.extend(changes.rerouted);
            circles.extend(changes.left);
            // Whoever else waits for it hears as well what was read just now.
            let concerned = [changes.released, changes.held, changes.changed].concat();
            let news = News::Blocker;
            for task in concerned.into_iter().filter(|other| *other != key) {
                let news = news(blocker.issue.key, BlockerNews::Is(blocker.standing));
                self.relations.push_back(Relation { cause, task, news });
            }
        }
        self.circles(circles, cause);
    }

    fn circles(&mut self, mut tasks: Vec<TaskKey>, cause: i64) {
        tasks.sort_unstable();
        tasks.dedup();
        let news = || News::Cycle;
        let told = tasks.into_iter().map(|task| Relation {
            cause,
            task,
            news: news(),
        });
        self.relations.extend(told);
    }

    /// An issue stands otherwise, GitHub says.
    pub(super) fn stands(&mut self, issue: TaskKey, is: &NewStanding, cause: i64) {
        let standing = match is {
            NewStanding::Is(standing) => of_github(*standing),
            NewStanding::Deleted | NewStanding::Moved { .. } => Standing::Missing,
        };
        self.spread(issue, (standing, is.into()), cause);
        self.part_changed(issue, cause);
    }

    /// skep's work on an issue failed, or is not failed any more.
    fn failed(&mut self, issue: TaskKey, failed: bool, cause: i64) {
        let standing = match self.slots.graph.standing(issue) {
            Standing::Open | Standing::Failed if failed => Standing::Failed,
            Standing::Open | Standing::Failed => Standing::Open,
            _ => return,
        };
        self.spread(issue, (standing, BlockerNews::Failed(failed)), cause);
    }

    fn spread(&mut self, issue: TaskKey, (standing, news): (Standing, BlockerNews), cause: i64) {
        let graph = &mut self.slots.graph;
        let dependents = graph.dependents(issue);
        let changes = graph.stand(issue, standing);
        self.circles(
            [changes.entered, changes.rerouted, changes.left].concat(),
            cause,
        );
        let told = dependents.into_iter().map(|task| Relation {
            cause,
            task,
            news: News::Blocker(issue, news.clone()),
        });
        self.relations.extend(told);
    }
}

fn rows(task: &Task) -> impl Iterator<Item = DependencyRow> + '_ {
    let blockers = task.dependencies.blockers.iter();
    blockers.map(|one| DependencyRow {
        task: task.key(),
        blocker: one.issue.key,
        standing: standing(one),
        waived: task.gates.waived.covers(one),
    })
}

fn standing(blocker: &Blocker) -> Standing {
    match blocker.failed {
        true => Standing::Failed,
        false => of_github(blocker.standing),
    }
}

fn of_github(standing: dependency::Standing) -> Standing {
    match standing {
        dependency::Standing::Open => Standing::Open,
        dependency::Standing::Completed => Standing::Done,
        dependency::Standing::NotPlanned
        | dependency::Standing::Duplicate
        | dependency::Standing::Other => Standing::NotPlanned,
    }
}

impl Engine {
    /// Tells everybody whom something concerns that was decided, until nothing more follows.
    pub(super) async fn tell_related(&self, open: &mut Open<'_>) -> Result<(), EngineError> {
        let mut number = 0_u32;
        while let Some(Relation { cause, task, news }) = open.relations.pop_front() {
            number += 1;
            let news = match news {
                news @ (News::Part(_) | News::Work(_) | News::Said(_)) => {
                    let told = Relation { cause, task, news };
                    self.tell_sprint(open, told, number).await?;
                    continue;
                }
                News::Pull(issue) => {
                    let name = format!("pull-{cause}-{number}");
                    self.tell_pull(open, (task, issue), &name).await?;
                    continue;
                }
                News::Released(issue) => {
                    let name = format!("gate-{cause}-{number}");
                    self.tell_gate(open, (task, issue), &name).await?;
                    continue;
                }
                news @ (News::Blocker(..) | News::Cycle) => news,
            };
            let Some(row) = open.task(task).await? else {
                continue;
            };
            if !WAITING.contains(&row.state.as_str()) {
                continue;
            }
            let (name, news) = match news {
                News::Blocker(issue, news) => ("blocker", RelatedNews::Blocker { issue, news }),
                News::Cycle => {
                    let path = self.cycle(open, task).await?;
                    if read_stored(&row)?.gates.cycle == path {
                        continue;
                    }
                    ("cycle", RelatedNews::Cycle { path })
                }
                News::Part(_)
                | News::Work(_)
                | News::Said(_)
                | News::Pull(_)
                | News::Released(_) => continue,
            };
            let event = Event::Related { news };
            self.tell(open, &row, event, &format!("{name}-{cause}-{number}"))
                .await?;
        }
        Ok(())
    }

    /// The way by which a task waits for itself; empty if it does not.
    async fn cycle(&self, open: &mut Open<'_>, task: TaskKey) -> Result<Vec<Named>, EngineError> {
        let keys = open.slots.graph.cycle(task).unwrap_or_default();
        let mut path = Vec::with_capacity(keys.len());
        for key in keys {
            // What waits for something has a task, by which that was read.
            if let Some(row) = open.task(key).await? {
                let name = read_stored(&row)?.place.name;
                path.push(Named { key, name });
            }
        }
        Ok(path)
    }
}

/// So many issues are looked through for a drawing.
const DRAWN: usize = 10_000;

impl Engine {
    /// The issues of a repository that wait for others or are waited for, and those others, by key; bounded.
    pub async fn related(&self, repository: RepositoryId) -> Result<Vec<TaskKey>, EngineError> {
        let open = self.begin().await?;
        let graph = &open.slots.graph;
        let own = graph.nodes().filter(|key| key.repository == repository);
        let own: Vec<TaskKey> = own.take(DRAWN).collect();
        let beside = own.iter().flat_map(|key| {
            let blockers = graph.blockers(*key).map(|one| one.key);
            blockers.chain(graph.dependents(*key))
        });
        let all: BTreeSet<TaskKey> = own.iter().copied().chain(beside.take(DRAWN)).collect();
        open.commit().await?;
        Ok(all.into_iter().collect())
    }

    /// The issues of a repository whose sub-issues are worked on, in order; bounded.
    pub async fn sprints(&self, repository: RepositoryId) -> Result<Vec<TaskKey>, EngineError> {
        let open = self.begin().await?;
        let all = open.slots.parts.values().flatten().copied();
        let own: BTreeSet<TaskKey> = all.filter(|key| key.repository == repository).collect();
        open.commit().await?;
        Ok(own.into_iter().take(DRAWN).collect())
    }

    /// A drawing of these issues and of what they wait for among them.
    pub async fn draw(&self, issues: Vec<Drawn>, bounds: Bounds) -> Result<Picture, EngineError> {
        let open = self.begin().await?;
        let graph = &open.slots.graph;
        let issues = issues
            .into_iter()
            .map(|issue| match graph.is_in_cycle(issue.key) {
                true => Drawn {
                    class: Class::Cycle,
                    ..issue
                },
                false => match graph.standing(issue.key) {
                    Standing::Done => Drawn {
                        class: Class::Done,
                        ..issue
                    },
                    _ => issue,
                },
            });
        let picture = Picture::of(graph, issues, bounds);
        open.commit().await?;
        Ok(picture)
    }
}
