//! The first page: what needs a person, what goes on, what waits, what failed.

use std::collections::{HashMap, HashSet};

use super::figures;
use super::words::{moment, place, spent, title};
use crate::app::admin_api::AdminApi;
use crate::app::lookup::unread;
use crate::app::queue_lines;
use crate::core::event::ChecksState;
use crate::core::ids::TaskKey;
use crate::core::schedule::Told;
use crate::core::task::{End, Stage, Task};
use crate::core::text::pages::{
    FailedRow, Line, Need, Overview, QueueBrief, QueueRow, ReviewRow, WorkRow, needs, standing,
};
use crate::core::text::{cli, gate, pages, waiting};
use crate::engine::QueueView;
use crate::http::ApiError;
use crate::store::{Counts, SessionFilter, SessionRow};

/// So many are listed of what needs a person, …
const NEEDS: usize = 40;
/// … of what is paused, in review and at work, …
const SOME: i64 = 25;
/// … of what failed, and of the queue.
const FEW: i64 = 10;

/// What was read for it.
struct Read {
    now: i64,
    counts: Counts,
    live: Vec<SessionRow>,
    queue: QueueView,
    tasks: HashMap<TaskKey, Task>,
    in_review: Vec<TaskKey>,
    failed: Vec<TaskKey>,
}

/// Reads it.
pub(super) async fn overview(api: &AdminApi) -> Result<Overview, ApiError> {
    let read = read(api).await?;
    let slots = api.engine().map_or(0, |engine| engine.slots_in_all());
    let mut needs = read.needs();
    let more_needs = needs.len().saturating_sub(NEEDS);
    needs.truncate(NEEDS);
    let asked = read.counts.tasks.get("needs-you").copied().unwrap_or(0);
    let unread = usize::try_from(asked - NEEDS_READ).unwrap_or(0);
    Ok(Overview {
        web: api.github.web_page().to_owned(),
        troubles: figures::troubles(api, read.now),
        needs,
        more_needs: more_needs + unread,
        working: read.working(),
        queue: read.queue(slots, usize::try_from(FEW).unwrap_or(0)),
        review: read.review(),
        in_review: read.counts.tasks.get("in-review").copied().unwrap_or(0),
        failed: read.failed(),
        figures: figures::figures(api, read.now).await?,
    })
}

/// So many tasks that ask for a person are read.
const NEEDS_READ: i64 = 100;

async fn read(api: &AdminApi) -> Result<Read, ApiError> {
    let store = &api.store;
    let keys = async |state: &str, limit: i64| {
        let keys = store.task_keys(state, limit).await;
        keys.map_err(|error| unread(&error))
    };
    let live = SessionFilter {
        live: Some(true),
        ..SessionFilter::default()
    };
    let live = store.sessions(&live, 100).await;
    let live = live.map_err(|error| unread(&error))?;
    let queue = match api.engine() {
        Ok(engine) => {
            let view = engine.queue(60).await;
            view.map_err(|error| queue_lines::failed(&error))?
        }
        // GitHub has not said who we are: nothing is given out yet.
        Err(_) => QueueView::default(),
    };
    let (asked, paused) = (
        keys("needs-you", NEEDS_READ).await?,
        keys("paused", SOME).await?,
    );
    let (in_review, failed) = (keys("in-review", SOME).await?, keys("failed", FEW).await?);
    let listed = queue.listed.iter().map(|(key, _)| *key);
    let all: HashSet<TaskKey> = listed
        .chain(queue.held_back.iter().copied())
        .chain(live.iter().map(|row| row.task))
        .chain(asked)
        .chain(paused)
        .chain(in_review.iter().copied())
        .chain(failed.iter().copied())
        .collect();
    let rows = store.tasks(&Vec::from_iter(all)).await;
    let rows = rows.map_err(|error| unread(&error))?;
    let tasks = rows
        .iter()
        .filter_map(|row| Some((row.key, serde_json::from_str(&row.body).ok()?)));
    Ok(Read {
        now: api.health.now(),
        counts: store.counts().await.map_err(|error| unread(&error))?,
        live,
        tasks: tasks.collect(),
        queue,
        in_review,
        failed,
    })
}

impl Read {
    /// What waits for a person, the longest wait first; what failed has a place of its own.
    fn needs(&self) -> Vec<Need> {
        let failed: HashSet<TaskKey> = self.failed.iter().copied().collect();
        let open = self.tasks.iter().filter(|(key, _)| !failed.contains(key));
        let mut all: Vec<Need> = open.flat_map(|(_, task)| needs(task, self.now)).collect();
        let since = |need: &Need| need.since.map_or(self.now, |since| since.at);
        all.sort_by_key(|need| (since(need), need.place.name()));
        all
    }

    fn working(&self) -> Vec<WorkRow> {
        let row = |row: &SessionRow| {
            let task = self.tasks.get(&row.task)?;
            let progress = task.progress();
            let doing = progress.map(|progress| Line::new(&progress.doing));
            let stands = || standing(task).0;
            Some(WorkRow {
                place: place(task),
                title: title(task),
                session: row.id.clone(),
                role: Line::new(&row.role),
                agent: Line::new(&row.agent),
                doing: doing
                    .filter(|doing| !doing.is_empty())
                    .unwrap_or_else(stands),
                since: moment(row.started_at.unwrap_or(row.created_at), self.now),
                spent: spent(row),
            })
        };
        self.live
            .iter()
            .filter(|row| row.started_at.is_some())
            .filter_map(row)
            .collect()
    }

    fn queue(&self, slots: u32, most: usize) -> QueueBrief {
        brief(
            &self.queue,
            &self.tasks,
            Bounds {
                now: self.now,
                slots,
                most,
            },
        )
    }

    fn review(&self) -> Vec<ReviewRow> {
        let row = |key: &TaskKey| {
            let task = self.tasks.get(key)?;
            let pull = task.pull.as_ref()?;
            let since = match &task.stage {
                Stage::Ended { at, .. } => *at,
                _ => self.now,
            };
            Some(ReviewRow {
                place: place(task),
                title: title(task),
                pull: pull.number,
                draft: pull.draft,
                checks: Line::new(match task.review.checks {
                    Some(ChecksState::Pending) => "pending",
                    Some(ChecksState::Green) => "green",
                    Some(ChecksState::Red) => "failing",
                    Some(ChecksState::None) | None => "",
                }),
                since: moment(since, self.now),
            })
        };
        self.in_review.iter().filter_map(row).collect()
    }

    fn failed(&self) -> Vec<FailedRow> {
        let row = |key: &TaskKey| {
            let task = self.tasks.get(key)?;
            let Stage::Ended {
                end: End::Failed { say, .. },
                at,
                ..
            } = &task.stage
            else {
                return None;
            };
            Some(FailedRow {
                place: place(task),
                title: title(task),
                why: Line::of_markdown(say),
                at: moment(*at, self.now),
            })
        };
        self.failed.iter().filter_map(row).collect()
    }
}

/// How much of the queue is shown, and when.
#[derive(Clone, Copy)]
pub(super) struct Bounds {
    pub(super) now: i64,
    pub(super) slots: u32,
    pub(super) most: usize,
}

/// The queue as its pages show it.
pub(super) fn brief(
    view: &QueueView,
    tasks: &HashMap<TaskKey, Task>,
    bounds: Bounds,
) -> QueueBrief {
    let Bounds { now, slots, most } = bounds;
    let listed = view.listed.iter();
    let listed = listed.filter_map(|(key, told)| listed_row(tasks.get(key)?, told, now));
    let held = view.held_back.iter();
    let held = held.filter_map(|key| held_row(tasks.get(key)?, now));
    let paused = view.paused.iter().map(|pause| {
        let name = pause.repository.as_ref().map(|(_, name)| name.as_str());
        let since = moment(pause.at, now).iso();
        Line::of_markdown(&cli::paused(name, &since))
    });
    QueueBrief {
        at_work: view.at_work,
        slots,
        waiting: view.waiting,
        held: view.held,
        paused: paused.collect(),
        rows: listed.chain(held).take(most).collect(),
    }
}

fn listed_row(task: &Task, told: &Told, now: i64) -> Option<QueueRow> {
    let starts = told
        .within
        .map(|within| moment(now.saturating_add(within), now));
    row(task, &waiting::words(&told.reason), now).map(|row| QueueRow {
        number: told.place.map(|(position, _)| position),
        starts,
        ..row
    })
}

fn held_row(task: &Task, now: i64) -> Option<QueueRow> {
    row(task, &gate::words(task, &task.gate()?), now)
}

fn row(task: &Task, reason: &str, now: i64) -> Option<pages::QueueRow> {
    let job = task.job()?;
    Some(QueueRow {
        place: place(task),
        role: Line::new(job.role.name.as_str()),
        number: None,
        reason: Line::of_markdown(reason),
        since: moment(job.queued_at, now),
        starts: None,
    })
}
