//! The ledger of pull requests as the admin address shows it: rows of the database, and the same added up by role and agent.

use super::lookup::unread;
use crate::core::outcome::{Became, Entry, Group, groups};
use crate::core::usage::Figure;
use crate::http::types::{OutcomeGroup, OutcomeLine, OutcomesAnswer};
use crate::http::{ApiError, Sight, Span};
use crate::store::{OutcomeRow, Store};

/// So many are listed and counted.
const MOST: i64 = 10_000;

/// What became of what was opened since.
pub(super) async fn outcomes(
    store: &Store,
    span: &Span,
    sight: &Sight,
) -> Result<OutcomesAnswer, ApiError> {
    let since = span.since;
    let mut rows = store
        .outcomes(since, MOST + 1)
        .await
        .map_err(|error| unread(&error))?;
    let most = usize::try_from(MOST).unwrap_or(usize::MAX);
    let more = rows.len() > most;
    rows.truncate(most);
    if let Some(only) = &span.repository {
        let only = only.to_string();
        rows.retain(|row| row.name.eq_ignore_ascii_case(&only));
    }
    rows.retain(|row| sight.sees(row.repository));
    let entries: Vec<Entry> = rows.iter().filter_map(entry).collect();
    Ok(OutcomesAnswer {
        since,
        groups: groups(&entries).iter().map(group).collect(),
        pulls: rows.iter().map(line).collect(),
        more,
    })
}

/// A word of a newer skep is listed and not counted.
fn entry(row: &OutcomeRow) -> Option<Entry> {
    Some(Entry {
        role: row.role.clone(),
        agent: row.agent.clone(),
        became: Became::of(&row.became)?,
        cost: cost(row),
        tokens: tokens(row),
    })
}

fn tokens(row: &OutcomeRow) -> Figure {
    let (amount, more) = row.tokens;
    Figure {
        amount: amount.unsigned_abs(),
        more,
        less: false,
    }
}

fn cost(row: &OutcomeRow) -> Figure {
    let (amount, more, less) = row.cost;
    Figure {
        amount: amount.unsigned_abs(),
        more,
        less,
    }
}

fn line(row: &OutcomeRow) -> OutcomeLine {
    OutcomeLine {
        repository: row.name.clone(),
        issue: row.issue,
        pull: row.pull,
        session: row.session.clone(),
        role: row.role.clone(),
        agent: row.agent.clone(),
        became: row.became.clone(),
        rounds: row.rounds,
        tokens: tokens(row).into(),
        cost_micro_usd: cost(row).into(),
        worked_ms: row.worked_ms,
        queued_at: row.queued_at,
        opened_at: row.opened_at,
        over_at: row.over_at,
    }
}

fn group(group: &Group) -> OutcomeGroup {
    OutcomeGroup {
        role: group.role.clone(),
        agent: group.agent.clone(),
        pulls: group.total(),
        open: group.count(Became::Open),
        merged: group.count(Became::Merged),
        reworked: group.count(Became::Reworked),
        not_landed: group.count(Became::NotLanded),
        reverted: group.count(Became::Reverted),
        closed: group.count(Became::Closed),
        accepted: group.accepted(),
        percent_accepted: group.percent_accepted(),
        tokens: group.tokens.into(),
        cost_micro_usd: group.cost.into(),
        cost_per_accepted_micro_usd: group.cost_per_accepted().map(Into::into),
    }
}
