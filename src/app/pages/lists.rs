//! The pages that are lists: the queue, what came in, and what became of it.

use std::collections::HashMap;

use super::overview::{Bounds, brief, live, most_of, narrowed};
use super::words::moment;
use crate::app::admin_api::AdminApi;
use crate::app::lookup::unread;
use crate::app::{outcome_lines, queue_lines};
use crate::core::ids::{IssueNumber, TaskKey};
use crate::core::task::Task;
use crate::core::text::budget::{self, Known};
use crate::core::text::cli;
use crate::core::text::pages::{
    Deliveries, DeliveryRow, Line, OutcomeGroupRow, OutcomeRow, Outcomes, Place, QueuePage,
};
use crate::http::types::FigureLine;
use crate::http::types::{OutcomeGroup, OutcomeLine};
use crate::http::{ApiError, Sight, Span};
use crate::store::InboxRow;

/// A day, milliseconds.
const DAY: i64 = 24 * 3_600_000;
/// So many of the queue, …
const QUEUE: usize = 200;
/// … of deliveries, …
const DELIVERIES: i64 = 100;
/// … and of pull requests.
const PULLS: usize = 200;
/// Outcomes are of so many days.
const OUTCOME_DAYS: i64 = 30;

/// What waits.
pub(super) async fn queue(api: &AdminApi, sight: &Sight) -> Result<QueuePage, ApiError> {
    let engine = api.engine()?;
    let view = engine.queue(most_of(QUEUE, sight)).await;
    let view = view.map_err(|error| queue_lines::failed(&error))?;
    let live = live(api, sight).await?;
    let view = narrowed(view, sight, &live);
    let listed = view.listed.iter().map(|(key, _)| *key);
    let keys: Vec<TaskKey> = listed.chain(view.held_back.iter().copied()).collect();
    let rows = api.store.tasks(&keys).await;
    let rows = rows.map_err(|error| unread(&error))?;
    let tasks: HashMap<TaskKey, Task> = rows
        .iter()
        .filter_map(|row| Some((row.key, serde_json::from_str(&row.body).ok()?)))
        .collect();
    let bounds = Bounds {
        now: api.health.now(),
        slots: engine.slots_in_all(),
        most: QUEUE,
    };
    let queue = brief(&view, &tasks, bounds);
    let more = (view.waiting + view.held).saturating_sub(queue.rows.len());
    Ok(QueuePage { queue, more })
}

/// What came in, or the part of it before a place.
pub(super) async fn deliveries(
    api: &AdminApi,
    before: Option<i64>,
) -> Result<Deliveries, ApiError> {
    let now = api.health.now();
    let rows = api
        .store
        .deliveries_before(before.unwrap_or(i64::MAX), DELIVERIES)
        .await
        .map_err(|error| unread(&error))?;
    let seen = api.health.shown().deliveries;
    let words = match &seen.last_accepted {
        Some(last) => cli::webhooks(seen.accepted, &moment(last.time, now).age(), &last.event),
        None => cli::NO_WEBHOOKS.to_owned(),
    };
    let refused = seen.last_refused.as_ref().map(|last| {
        let when = moment(last.time, now).age();
        cli::refused_webhooks(seen.refused, &when, &last.why)
    });
    let row = |row: &InboxRow| {
        let result = row.result.as_deref().unwrap_or_default();
        let reason = result.strip_prefix("ignored: ");
        DeliveryRow {
            id: Line::new(row.id.strip_prefix("webhook:").unwrap_or(&row.id)),
            name: Line::new(&row.name),
            ignored: reason.is_some(),
            result: Line::of_markdown(reason.unwrap_or(result)),
            at: moment(row.received_at, now),
        }
    };
    let full = i64::try_from(rows.len()).is_ok_and(|read| read >= DELIVERIES);
    Ok(Deliveries {
        rows: rows.iter().map(row).collect(),
        seen: Line::new(&words),
        refused: Line::new(&refused.unwrap_or_default()),
        older: rows.last().filter(|_| full).map(|row| row.seq),
    })
}

/// What became of what was opened in the last days.
pub(super) async fn outcomes(api: &AdminApi, sight: &Sight) -> Result<Outcomes, ApiError> {
    let now = api.health.now();
    let span = Span {
        since: now - OUTCOME_DAYS * DAY,
        repository: None,
    };
    let found = outcome_lines::outcomes(&api.store, &span, sight).await?;
    let group = |group: &OutcomeGroup| OutcomeGroupRow {
        role: Line::new(&group.role),
        agent: Line::new(&group.agent),
        total: group.pulls,
        accepted: group.accepted,
        percent: group.percent_accepted,
        cost: cost(&group.cost_micro_usd),
    };
    let row = |line: &OutcomeLine| {
        Some(OutcomeRow {
            place: Place {
                repository: line.repository.parse().ok()?,
                issue: IssueNumber(line.issue),
            },
            pull: line.pull,
            became: Line::new(&line.became.replace('_', " ")),
            role: Line::new(&line.role),
            agent: Line::new(&line.agent),
            rounds: line.rounds,
            cost: cost(&line.cost_micro_usd),
            opened: moment(line.opened_at, now),
        })
    };
    Ok(Outcomes {
        groups: found.groups.iter().map(group).collect(),
        rows: found.pulls.iter().take(PULLS).filter_map(row).collect(),
        days: OUTCOME_DAYS,
        more: found.more || found.pulls.len() > PULLS,
        web: api.github.web_page().to_owned(),
    })
}

fn cost(figure: &FigureLine) -> Line {
    Line::new(&budget::cost(Known {
        amount: figure.amount,
        exactness: figure.exactness,
    }))
}
