//! From what was decided to rows of the audit.

use serde::Deserialize;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::core::audit::{Entry, OPERATOR};
use crate::core::task::Task;
use crate::store::{InboxKind, InboxRow, NewAudit};

/// The row of a decision.
pub(super) fn decision(entry: Entry, task: &Task, row: &InboxRow, now: i64) -> NewAudit {
    NewAudit {
        task: Some(task.key().to_string()),
        repository: Some(task.place.name.to_string()),
        issue: Some(task.place.issue.0),
        session: task.record().map(|record| record.id.to_string()),
        who: signed(row).or(entry.who),
        ..of(row, entry.facts, now)
    }
}

/// The row of an order for the whole queue.
pub(super) fn order(result: &str, row: &InboxRow, now: i64) -> NewAudit {
    NewAudit {
        who: Some(signed(row).unwrap_or_else(|| OPERATOR.to_owned())),
        ..of(row, json!({ "why": result }), now)
    }
}

/// An order that came with a token of its own (it has a sign in it that no login has), or from somebody who signed in with GitHub.
fn signed(row: &InboxRow) -> Option<String> {
    #[derive(Deserialize)]
    struct Ordered {
        by: Option<String>,
        person: Option<String>,
    }
    let is_order = row.kind == InboxKind::Operator;
    let ordered: Ordered = is_order.then(|| serde_json::from_str(&row.body).ok())??;
    let person = ordered.person.map(|login| format!("@{login}"));
    person.or(ordered.by.map(|name| format!("token:{name}")))
}

/// What was decided on is named by its digest: the words themselves are kept for a while only.
fn of(row: &InboxRow, mut facts: Value, now: i64) -> NewAudit {
    facts["content"] = hex::encode(Sha256::digest(row.body.as_bytes())).into();
    NewAudit {
        at: now,
        kind: format!("{}.{}", row.kind.name(), row.name),
        task: None,
        repository: None,
        issue: None,
        session: None,
        who: None,
        cause: Some(row.id.clone()),
        facts: facts.to_string(),
    }
}
