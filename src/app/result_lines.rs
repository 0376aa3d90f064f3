//! How sessions went, as the admin address shows it: rows of the database, and the same added up.

use super::answer_lines::session_line;
use super::lookup::unread;
use crate::core::results::{self, Run, Totals, Window};
use crate::core::session::SessionState;
use crate::http::types::{ResultLine, ResultTotals, ResultsAnswer, SessionLine};
use crate::http::{ApiError, Span};
use crate::store::Store;

/// So many are listed and counted.
const MOST: i64 = 10_000;

/// How the sessions went that were queued since, with so many slots as there are.
pub(super) async fn results(
    store: &Store,
    span: Span,
    slots: Option<u32>,
    now: i64,
) -> Result<ResultsAnswer, ApiError> {
    let rows = store.sessions_since(span.since, MOST + 1).await;
    let mut rows = rows.map_err(|error| unread(&error))?;
    let most = usize::try_from(MOST).unwrap_or(usize::MAX);
    let more = rows.len() > most;
    rows.truncate(most);
    let lines = rows.iter().map(|row| session_line(row, None));
    let wanted = span.repository.map(|name| name.to_string());
    let lines: Vec<SessionLine> = lines
        .filter(|line| is_in(line, wanted.as_deref()))
        .collect();
    let runs: Vec<Run> = lines.iter().filter_map(run).collect();
    let window = Window {
        since: span.since,
        until: now,
        slots,
    };
    Ok(ResultsAnswer {
        since: span.since,
        until: now,
        totals: totals(&results::totals(&runs, window), runs.len()),
        sessions: lines.iter().map(line).collect(),
        more,
    })
}

/// Whether a session is of this repository, or none is asked for.
pub(super) fn is_in(line: &SessionLine, wanted: Option<&str>) -> bool {
    let its = line.repository.as_deref().unwrap_or_default();
    wanted.is_none_or(|wanted| wanted.eq_ignore_ascii_case(its))
}

/// A state of a newer skep is listed and not counted.
fn run(line: &SessionLine) -> Option<Run> {
    let state: SessionState = line.known_state()?;
    Some(Run {
        state,
        queued_at: line.created_at,
        started_at: line.started_at,
        ended_at: line.ended_at,
    })
}

fn line(session: &SessionLine) -> ResultLine {
    let usage = session.usage.clone().unwrap_or_default();
    let run = run(session);
    ResultLine {
        session: session.id.clone(),
        repository: session.repository.clone(),
        issue: session.issue,
        state: session.state.clone(),
        stop: session.stop.clone(),
        role: session.role.clone(),
        agent: session.agent.clone(),
        pull: session.pull,
        queued_at: session.created_at,
        started_at: session.started_at,
        ended_at: session.ended_at,
        waited_ms: run.as_ref().and_then(results::waited),
        took_ms: run.as_ref().and_then(results::took),
        worked_ms: usage.worked_ms,
        tokens: usage.tokens,
        cost_micro_usd: usage.cost_micro_usd,
    }
}

fn totals(totals: &Totals, sessions: usize) -> ResultTotals {
    ResultTotals {
        sessions: u64::try_from(sessions).unwrap_or(u64::MAX),
        ended: totals.ended,
        completed: totals.completed,
        failed: totals.failed,
        cancelled: totals.cancelled,
        at_work: totals.at_work,
        waiting: totals.waiting,
        percent_success: totals.percent_success,
        percent_done: totals.percent_done,
        shortest_ms: totals.took.map(|took| took.shortest),
        mean_ms: totals.took.map(|took| took.mean),
        median_ms: totals.took.map(|took| took.median),
        longest_ms: totals.took.map(|took| took.longest),
        mean_wait_ms: totals.mean_wait,
        percent_utilised: totals.percent_utilised,
        ended_per_hour: totals.ended_per_hour,
        done_at: totals.done_at,
    }
}
