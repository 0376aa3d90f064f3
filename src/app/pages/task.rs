//! The page of a task.

use std::collections::HashSet;

use serde_json::Value;

use super::words::{moment, place, spent, title};
use crate::app::admin_api::AdminApi;
use crate::app::lookup::{read_task, unread};
use crate::core::ids::{IssueNumber, TaskKey};
use crate::core::task::Task;
use crate::core::text::pages::{
    Acts, DependencyRow, EffectStep, Fact, Line, SessionRow, TaskPage, Timeline, standing,
};
use crate::core::text::requests::absent;
use crate::core::text::requests::order::OPERATOR;
use crate::github::At;
use crate::http::{ApiError, Sight};
use crate::store::{EffectFilter, EffectLook, EventRow, InboxRow, SessionFilter};

/// So many facts, events and effects of it are shown.
const FACTS: i64 = 200;
const EVENTS: i64 = 500;
const SESSIONS: i64 = 50;

/// Reads it.
pub(super) async fn task(
    api: &AdminApi,
    at: &At,
    (issue, sight): (IssueNumber, &Sight),
) -> Result<TaskPage, ApiError> {
    let key = TaskKey::new(at.repository, issue);
    let task = read_task(&api.store, key).await?.ok_or_else(|| {
        ApiError::not_found(absent::task(&at.name.to_string(), issue.0)).next(absent::TASK_NEXT)
    })?;
    let now = api.health.now();
    let page = of(api, &task, now);
    let dependencies = DependencyRow::all(&task).into_iter();
    let dependencies = dependencies.map(|row| match sight.sees_named(&row.place.repository) {
        true => row,
        // Its name stands in the issue; its title does not.
        false => DependencyRow {
            title: Line::default(),
            ..row
        },
    });
    Ok(TaskPage {
        dependencies: dependencies.collect(),
        sessions: sessions(api, key, now).await?,
        timeline: timeline(api, key, now).await?,
        ..page
    })
}

fn of(api: &AdminApi, task: &Task, now: i64) -> TaskPage {
    let job = task.job();
    let (stands, waits) = standing(task);
    let asked_by = job.map(|job| job.actor.login().unwrap_or(OPERATOR));
    let branch = job.map(|job| job.branch.to_string());
    TaskPage {
        place: place(task),
        web: api.github.web_page().to_owned(),
        title: title(task),
        state: Line::new(task.state()),
        stands,
        waits,
        asked_by: Line::new(asked_by.unwrap_or_default()),
        role: Line::new(job.map_or("", |job| job.role.name.as_str())),
        agent: Line::new(job.map_or("", |job| job.agent.as_str())),
        branch: Line::new(&branch.unwrap_or_default()),
        pull: task.pull.as_ref().map(|pull| (pull.number, pull.draft)),
        sessions: Vec::new(),
        dependencies: Vec::new(),
        timeline: Timeline::default(),
        acts: Acts::of(task, &place(task).page(), now),
    }
}

async fn sessions(api: &AdminApi, key: TaskKey, now: i64) -> Result<Vec<SessionRow>, ApiError> {
    let filter = SessionFilter {
        task: Some(key),
        ..SessionFilter::default()
    };
    let rows = api.store.sessions(&filter, SESSIONS).await;
    let rows = rows.map_err(|error| unread(&error))?;
    let row = |row: &crate::store::SessionRow| SessionRow {
        id: row.id.clone(),
        state: Line::new(&row.state),
        stop: Line::new(row.stop.as_deref().unwrap_or_default()),
        agent: Line::new(&row.agent),
        spent: spent(row),
        created: moment(row.created_at, now),
    };
    Ok(rows.iter().map(row).collect())
}

/// What came in, what followed from it, and how that went.
async fn timeline(api: &AdminApi, key: TaskKey, now: i64) -> Result<Timeline, ApiError> {
    let store = &api.store;
    let facts = store.inbox_of_task(key, FACTS).await;
    let mut facts = facts.map_err(|error| unread(&error))?;
    let events = store.task_events(key, EVENTS).await;
    let events = events.map_err(|error| unread(&error))?;
    // A delivery's row does not know its task; the events that followed from it do.
    let causes: HashSet<&str> = {
        let known: HashSet<&str> = facts.iter().map(|row| row.id.as_str()).collect();
        let causes = events
            .iter()
            .filter_map(|row| row.event.delivery.as_deref());
        causes.filter(|id| !known.contains(id)).collect()
    };
    let causes = store.inbox_rows(&Vec::from_iter(causes)).await;
    facts.extend(causes.map_err(|error| unread(&error))?);
    facts.sort_by_key(|row| row.seq);
    let of_it = EffectFilter {
        task: Some(key),
        ..EffectFilter::default()
    };
    let effects = store.effects(&of_it, EVENTS).await;
    let effects = effects.map_err(|error| unread(&error))?;
    let more = i64::try_from(facts.len()).is_ok_and(|read| read >= FACTS);
    let facts = facts.iter().map(|row| (row.seq, fact(row, &events, now)));
    let effects = effects
        .iter()
        .filter(|look| look.effect.lane != "clock")
        .filter_map(|look| Some((cause(&look.effect.id)?, step(look, now))));
    let joined = Timeline::join(facts.collect(), effects.collect());
    Ok(Timeline { more, ..joined })
}

/// An effect's id says from which fact it followed: `e<place in the inbox>.<which>`.
fn cause(id: &str) -> Option<i64> {
    id.strip_prefix('e')?.split('.').next()?.parse().ok()
}

fn fact(row: &InboxRow, events: &[EventRow], now: i64) -> Fact {
    let followed = events
        .iter()
        .filter(|event| event.event.delivery.as_deref() == Some(&row.id));
    Fact {
        id: Line::new(&row.id),
        source: Line::new(row.kind.name()),
        name: Line::new(&row.name),
        at: moment(row.received_at, now),
        decision: Line::of_markdown(row.result.as_deref().unwrap_or_default()),
        events: followed
            .map(|event| (Line::new(&event.event.name), details(&event.event.body)))
            .collect(),
        effects: Vec::new(),
    }
}

/// Small values of an event's details, by name.
fn details(body: &str) -> Line {
    let body: Value = serde_json::from_str(body).unwrap_or_default();
    let plain = |(name, value): (&String, &Value)| match value {
        Value::String(text) if !text.is_empty() => Some(format!("{name}: {text}")),
        Value::Number(number) => Some(format!("{name}: {number}")),
        Value::Bool(true) => Some(name.clone()),
        _ => None,
    };
    let parts = body.as_object().into_iter().flatten().filter_map(plain);
    Line::new(&parts.collect::<Vec<_>>().join(", "))
}

fn step(look: &EffectLook, now: i64) -> EffectStep {
    let state = match (look.result, &look.owner) {
        (Some(result), _) => result.name(),
        (None, Some(_)) => "at work",
        (None, None) => "waits",
    };
    EffectStep {
        kind: Line::new(&look.effect.kind),
        state: Line::new(state),
        why: Line::of_markdown(look.why.as_deref().unwrap_or_default()),
        closed: look.closed_at.map(|at| moment(at, now)),
        tries: look.effect.attempts,
    }
}
