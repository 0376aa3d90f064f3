//! What an earlier try of a turn had cost when it was cut short, by a stop of skep or its death: read from the session's log,
//! where it is written as it is told, and stated as a fact before the turn is tried again. Stated twice it counts once.

use crate::core::agent::Update;
use crate::core::budget::TurnBudget;
use crate::core::event::{Event, Fact};
use crate::core::failure::Failure;
use crate::core::usage::Report;
use crate::runner::lease::Lease;
use crate::runner::scope::Turns;
use crate::store::{InboxKind, LogRow, NewInbox};

/// So many of the log's last lines are looked through.
const LINES: i64 = 2_000;

/// States it, if there was an earlier try in which the agent said or did anything.
pub(super) async fn tell(
    budget: &TurnBudget,
    lease: &Lease,
    scope: &Turns<'_>,
) -> Result<(), Failure> {
    // A turn that was planned before anybody counted has no beginning.
    if lease.is_first_try() || budget.began == 0 {
        return Ok(());
    }
    let session = lease.session()?;
    let log = scope.store.log_tail(session, LINES).await?;
    // What stands there of the very moment may be of the turn before, which is counted.
    let of_this_turn = log.iter().filter(|row| row.line.at > budget.began);
    let rows: Vec<&LogRow> = of_this_turn.collect();
    let Some(last) = last(&rows) else {
        return Ok(());
    };
    let told = rows.iter().rev().find(|row| row.line.kind == "usage");
    let told = told.and_then(|row| read(row)).unwrap_or_default();
    let usage = Report {
        partial: true,
        worked_ms: worked_ms(&rows),
        began: budget.began,
        ..told
    };
    let event = Event::UsageReported {
        session: session.clone(),
        usage,
    };
    let place = lease.place().clone();
    let fact = NewInbox {
        id: format!("usage:{}:{last}", lease.id()),
        kind: InboxKind::Agent,
        name: "usage_reported".to_owned(),
        task: Some(place.task()),
        body: Fact { place, event }.to_json(),
        received_at: (scope.clock)(),
    };
    scope.store.accept(fact).await.map(drop)?;
    Ok(())
}

/// The number of the last line that an agent is the cause of.
fn last(rows: &[&LogRow]) -> Option<i64> {
    let by_agent = |row: &&&LogRow| !matches!(row.line.kind.as_str(), "note" | "stderr");
    rows.iter().rev().find(by_agent).map(|row| row.seq)
}

fn read(row: &LogRow) -> Option<Report> {
    let Ok(Update::Usage(report)) = serde_json::from_str(&row.line.body) else {
        return None;
    };
    Some(report)
}

/// How long it worked, as far as its lines tell.
fn worked_ms(rows: &[&LogRow]) -> i64 {
    match (rows.first(), rows.last()) {
        (Some(first), Some(last)) => last.line.at.saturating_sub(first.line.at).max(0),
        _ => 0,
    }
}
