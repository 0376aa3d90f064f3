//! Rows of the database as the admin address shows them. Pure.

use serde_json::Value;

use crate::core::task::Task;
use crate::core::text::requests;
use crate::core::usage::{Spent, Tokens};
use crate::github::{Brake, HeldUp};
use crate::http::api_types::{EventLine, HeldLine, LogLine, QueueLine, SessionLine, UsageLine};
use crate::store::{EventRow, LogRow, SessionRow, TaskRow};

pub(super) fn held_line(held: &HeldUp) -> HeldLine {
    let by = match held.brake {
        Brake::GitHub => "github",
        Brake::Pace => "pace",
    };
    HeldLine {
        installation: held.installation.map(|installation| installation.0),
        until: held.until,
        by: by.to_owned(),
    }
}

pub(super) fn session_line(row: &SessionRow, disk_bytes: Option<u64>) -> SessionLine {
    let body: Value = serde_json::from_str(&row.body).unwrap_or_default();
    let text = |value: &Value| value.as_str().map(str::to_owned);
    SessionLine {
        id: row.id.to_string(),
        task: row.task.to_string(),
        repository: text(&body["repository"]),
        issue: body["issue"].as_i64(),
        number: row.number,
        state: row.state.clone(),
        live: row.live,
        role: row.role.clone(),
        agent: row.agent.clone(),
        stop: row.stop.clone(),
        branch: row.branch.clone(),
        pull: row.pull,
        pull_url: text(&body["pull"]["url"]),
        created_at: row.created_at,
        started_at: row.started_at,
        ended_at: row.ended_at,
        disk_bytes,
        usage: serde_json::from_value(body["usage"].clone())
            .ok()
            .map(usage_line),
    }
}

fn usage_line(spent: Spent) -> UsageLine {
    let Tokens {
        input,
        cached_read,
        cached_write,
        output,
    } = spent.tokens;
    UsageLine {
        tokens: spent.all_tokens().into(),
        input_tokens: input,
        cached_read_tokens: cached_read,
        cached_write_tokens: cached_write,
        output_tokens: output,
        cost_micro_usd: spent.cost.into(),
        worked_ms: spent.worked_ms,
    }
}

/// What the wait is for is said as the issue says it: while the disk is nearly full a free slot would change nothing.
pub(super) fn queued_line(row: &TaskRow, short: bool) -> Option<QueueLine> {
    let reason = if short {
        requests::queue::FOR_DISK
    } else {
        requests::queue::FOR_SLOT
    };
    let task: Task = serde_json::from_str(&row.body).ok()?;
    let job = task.job()?;
    Some(QueueLine {
        repository: Some(task.place.name.to_string()),
        issue: Some(task.place.issue.0),
        session: Some(job.session.to_string()),
        role: Some(job.role.name.to_string()),
        queued_at: job.queued_at,
        reason: reason.to_owned(),
    })
}

/// An event as it goes over the wire and onto `--json`: flat, with a dotted name.
pub fn event_json(row: &EventRow) -> Value {
    serde_json::to_value(event_line(row)).unwrap_or_default()
}

pub(super) fn event_line(row: &EventRow) -> EventLine {
    let event = &row.event;
    EventLine {
        seq: row.seq,
        time: event.at,
        event: event.name.clone(),
        repository: event.repository.clone(),
        issue: event.issue,
        session: event.session.as_ref().map(ToString::to_string),
        delivery: event.delivery.clone(),
        details: serde_json::from_str(&event.body).unwrap_or_default(),
    }
}

pub(super) fn log_line(row: &LogRow) -> LogLine {
    let line = &row.line;
    LogLine {
        seq: row.seq,
        time: line.at,
        kind: line.kind.clone(),
        body: serde_json::from_str(&line.body).unwrap_or_else(|_| line.body.clone().into()),
    }
}
