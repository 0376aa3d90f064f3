//! `/agent budget`: people see what an issue has cost, and those with write access raise what it may cost. That a session goes
//! on with it is a rule's.

use serde_json::json;

use super::reply::said;
use crate::budget::{Cap, WARN_PERCENT, percent};
use crate::command::Raise;
use crate::decide::record::recording::Recording;
use crate::event::AuthorizedComment;
use crate::event_name::DomainEvent;
use crate::task::Task;
use crate::text;

/// Shows it, or raises it.
pub(super) fn asked(
    on: &mut Recording<'_>,
    task: &mut Task,
    found: &AuthorizedComment,
    raise: Option<Raise>,
) -> String {
    let Some(raise) = raise else {
        let say = text::budget::shown(on.known, on.cx);
        return said(on, found, say);
    };
    if !found.permission.may_start() {
        return said(on, found, text::budget::WRITERS_ONLY);
    }
    match meant(task, raise, on) {
        Ok((cap, by)) => raised(on, task, found, Amount { cap, by }),
        Err(say) => said(on, found, say),
    }
}

/// Which limit is meant, and how much of its unit; else why there is none.
fn meant(task: &Task, raise: Raise, on: &Recording<'_>) -> Result<(Cap, u64), String> {
    let policy = on.cx.policy;
    let cap = match raise {
        Raise::Of(cap, _) => cap,
        Raise::Plain(_) => task.used_up(policy).ok_or(text::budget::WHICH)?,
    };
    if task.caps(policy).of(cap) == 0 {
        return Err(text::budget::unlimited(cap));
    }
    let by = raise.of(cap).ok_or(text::budget::WHICH)?;
    Ok((cap, by))
}

/// By how much a limit goes up.
struct Amount {
    cap: Cap,
    by: u64,
}

fn raised(
    on: &mut Recording<'_>,
    task: &mut Task,
    found: &AuthorizedComment,
    by: Amount,
) -> String {
    let Amount { cap, by } = by;
    let policy = on.cx.policy;
    task.meter.raised.raise(cap, by);
    let limit = task.caps(policy).of(cap);
    if percent(task.used(cap), limit) < WARN_PERCENT {
        task.meter.warned.retain(|warned| *warned != cap);
    }
    let login = &found.actor.login;
    on.notes.tell(text::budget::raised_by(login, cap, limit));
    on.notes.note(
        DomainEvent::BudgetRaised,
        json!({ "cap": cap, "by": by, "limit": limit, "login": login }),
    );
    let say = text::budget::raised(task, cap, policy);
    said(on, found, say)
}
