//! The first page: what needs a person, what goes on, what waits, what failed; of all that what whoever asks may see, and the numbers of
//! the whole only for whoever may see the whole.

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
use crate::http::{ApiError, Sight};
use crate::store::{Counts, SessionFilter, SessionRow};

/// So many are listed of what needs a person, …
const NEEDS: usize = 40;
/// … of what is paused, in review and at work, …
const SOME: usize = 25;
/// … of what failed, and of the queue.
const FEW: usize = 10;

/// What was read for it.
struct Read {
    now: i64,
    live: Vec<SessionRow>,
    queue: QueueView,
    tasks: HashMap<TaskKey, Task>,
    /// How many ask for a person.
    asked: i64,
    in_review: Part,
    failed: Vec<TaskKey>,
}

/// Tasks in one state.
struct Part {
    /// The newest.
    keys: Vec<TaskKey>,
    /// How many there are in all.
    all: i64,
}

/// Where only a part may be seen, it is looked for among so many.
const LOOKED_THROUGH: i64 = 5_000;

/// How many have to be read so that enough are left of them.
pub(super) fn most_of(most: usize, sight: &Sight) -> usize {
    match sight.is_all() {
        true => most,
        false => usize::try_from(LOOKED_THROUGH).unwrap_or(most),
    }
}

/// Live sessions.
pub(super) async fn live(api: &AdminApi, sight: &Sight) -> Result<Vec<SessionRow>, ApiError> {
    let live = SessionFilter {
        live: Some(true),
        ..SessionFilter::default()
    };
    let most = i64::try_from(most_of(100, sight)).unwrap_or(LOOKED_THROUGH);
    let rows = api.store.sessions(&live, most).await;
    let mut rows = rows.map_err(|error| unread(&error))?;
    rows.retain(|row| sight.sees(row.task.repository));
    Ok(rows)
}

/// What of the queue may be seen, counted anew.
pub(super) fn narrowed(view: QueueView, sight: &Sight, live: &[SessionRow]) -> QueueView {
    if sight.is_all() {
        return view;
    }
    let sees = |key: &TaskKey| sight.sees(key.repository);
    let listed: Vec<_> = view
        .listed
        .into_iter()
        .filter(|(key, _)| sees(key))
        .collect();
    let held_back: Vec<TaskKey> = view.held_back.into_iter().filter(sees).collect();
    let at_work = live.iter().filter(|row| row.started_at.is_some()).count();
    let paused = view.paused.into_iter().filter(|pause| {
        let repository = pause.repository.as_ref();
        repository.is_none_or(|(id, _)| sight.sees(*id))
    });
    QueueView {
        at_work: u32::try_from(at_work).unwrap_or(u32::MAX),
        waiting: listed.len(),
        listed,
        held: held_back.len(),
        held_back,
        paused: paused.collect(),
        memory: view.memory,
    }
}

/// Reads it.
pub(in crate::app) async fn overview(api: &AdminApi, sight: &Sight) -> Result<Overview, ApiError> {
    let read = read(api, sight).await?;
    let slots = api.engine().map_or(0, |engine| engine.slots_in_all());
    let mut needs = read.needs();
    let more_needs = needs.len().saturating_sub(NEEDS);
    needs.truncate(NEEDS);
    let asked = usize::try_from(read.asked).unwrap_or(0);
    let unread = asked.saturating_sub(NEEDS_READ);
    let (troubles, figures) = match sight.is_all() {
        true => {
            let troubles = figures::troubles(api, read.now).await;
            let figures = figures::figures(api, read.tasks.values(), read.now);
            (troubles, Some(figures.await?))
        }
        false => (Vec::new(), None),
    };
    Ok(Overview {
        web: api.github.web_page().to_owned(),
        troubles,
        needs,
        more_needs: more_needs + unread,
        working: read.working(),
        queue: read.queue(slots, FEW),
        review: read.review(),
        in_review: read.in_review.all,
        failed: read.failed(),
        figures,
    })
}

/// So many tasks that ask for a person are read.
const NEEDS_READ: usize = 100;

/// Whoever reads tasks by their state.
struct ByState<'a> {
    api: &'a AdminApi,
    sight: &'a Sight,
    counts: &'a Counts,
}

impl ByState<'_> {
    async fn part(&self, state: &str, most: usize) -> Result<Part, ApiError> {
        let read = i64::try_from(most_of(most, self.sight)).unwrap_or(LOOKED_THROUGH);
        let keys = self.api.store.task_keys(state, read).await;
        let mut keys = keys.map_err(|error| unread(&error))?;
        keys.retain(|key| self.sight.sees(key.repository));
        let seen = i64::try_from(keys.len()).unwrap_or(i64::MAX);
        keys.truncate(most);
        let all = match self.sight.is_all() {
            true => self.counts.tasks.get(state).copied().unwrap_or(0),
            false => seen,
        };
        Ok(Part { keys, all })
    }
}

async fn read(api: &AdminApi, sight: &Sight) -> Result<Read, ApiError> {
    let store = &api.store;
    let counts = store.counts().await.map_err(|error| unread(&error))?;
    let by_state = ByState {
        api,
        sight,
        counts: &counts,
    };
    let live = live(api, sight).await?;
    let queue = match api.engine() {
        Ok(engine) => {
            let view = engine.queue(most_of(60, sight)).await;
            narrowed(
                view.map_err(|error| queue_lines::failed(&error))?,
                sight,
                &live,
            )
        }
        // GitHub has not said who we are: nothing is given out yet.
        Err(_) => QueueView::default(),
    };
    let (asked, paused) = (
        by_state.part("needs-you", NEEDS_READ).await?,
        by_state.part("paused", SOME).await?,
    );
    let (in_review, failed) = (
        by_state.part("in-review", SOME).await?,
        by_state.part("failed", FEW).await?,
    );
    let listed = queue.listed.iter().map(|(key, _)| *key);
    let all: HashSet<TaskKey> = listed
        .chain(queue.held_back.iter().copied())
        .chain(live.iter().map(|row| row.task))
        .chain(asked.keys.iter().copied())
        .chain(paused.keys)
        .chain(in_review.keys.iter().copied())
        .chain(failed.keys.iter().copied())
        .collect();
    let rows = store.tasks(&Vec::from_iter(all)).await;
    let rows = rows.map_err(|error| unread(&error))?;
    let tasks = rows
        .iter()
        .filter_map(|row| Some((row.key, serde_json::from_str(&row.body).ok()?)));
    Ok(Read {
        now: api.health.now(),
        asked: asked.all,
        live,
        tasks: tasks.collect(),
        queue,
        in_review,
        failed: failed.keys,
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
        self.in_review.keys.iter().filter_map(row).collect()
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
