//! Rows of the database as the admin address shows them. Pure.

use serde_json::Value;

use crate::core::effect::{EffectKind, Worth};
use crate::core::ids::InstallationId;
use crate::core::usage::{Spent, Tokens};
use crate::engine;
use crate::github::{Brake, Budget, HeldUp, Used};
use crate::http::types::{
    AuditLine, BudgetLine, EventLine, HeldLine, LogLine, PointsLine, SessionLine, UsageLine,
    UsedLine, WaitingLine,
};
use crate::store::{AuditRow, EventRow, LogRow, SessionRow, WaitingContent};

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

/// What installations have used up of their creations, and what waits for more.
pub(super) fn budget_lines(
    budgets: &[(InstallationId, Budget)],
    waiting: &[WaitingContent],
) -> Vec<BudgetLine> {
    let line = |(installation, budget): &(InstallationId, Budget)| {
        let mut line = BudgetLine {
            installation: installation.0,
            minute: used_line(budget.minute),
            hour: used_line(budget.hour),
            points: PointsLine {
                used: budget.points.0,
                of: budget.points.1,
            },
            ..BudgetLine::default()
        };
        let of_it = |content: &&WaitingContent| {
            engine::lane_installation(&content.lane) == Some(*installation)
        };
        for content in waiting.iter().filter(of_it) {
            let group = if content.kind == EffectKind::OpenPull.name() {
                &mut line.pulls
            } else if engine::worth_of_rank(content.rank) == Worth::Low {
                &mut line.statuses
            } else {
                &mut line.comments
            };
            *group = WaitingLine {
                count: group.count.saturating_add(content.count),
                until: group.until.into_iter().chain([content.not_before]).min(),
            };
        }
        line
    };
    budgets.iter().map(line).collect()
}

fn used_line(used: Used) -> UsedLine {
    UsedLine {
        used: used.all,
        of: used.of,
        statuses: used.low,
        statuses_of: used.low_of,
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

/// Field for field: its hash is over all of them.
pub(super) fn audit_line(row: AuditRow) -> AuditLine {
    AuditLine {
        seq: row.seq,
        at: row.at,
        kind: row.kind,
        task: row.task,
        repository: row.repository,
        issue: row.issue,
        session: row.session,
        who: row.who,
        cause: row.cause,
        facts: row.facts,
        prev: row.prev,
        hash: row.hash,
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
