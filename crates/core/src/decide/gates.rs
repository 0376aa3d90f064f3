//! What stands against a start, as one ordered list: a new gate is a function here and its line in [`GATES`]. Each answers a
//! sentence for the issue. They are asked when work is asked for, and when a paused session is to go on.

use crate::event::{Asking, TriggerFacts};
use crate::policy::Policy;
use crate::task::Task;
use crate::text;

type Gate = fn(&Task, &TriggerFacts, &Policy) -> Option<String>;

/// Each with the name it has in a dry run.
const GATES: &[(&str, Gate)] = &[
    ("is_on", is_off),
    ("is_an_issue", is_a_pull),
    ("is_open", is_closed),
    ("may_start", may_not_start),
    ("is_not_archived", is_archived),
    ("has_commits", is_empty),
];

/// The first thing that stands in the way.
pub(super) fn obstacle(task: &Task, facts: &TriggerFacts, policy: &Policy) -> Option<String> {
    GATES.iter().find_map(|(_, gate)| gate(task, facts, policy))
}

/// What every gate says, in their order.
pub(super) fn each(task: &Task, facts: &TriggerFacts, policy: &Policy) -> Vec<GateAnswer> {
    let answer = |(name, gate): &(&'static str, Gate)| GateAnswer {
        name,
        says: gate(task, facts, policy),
    };
    GATES.iter().map(answer).collect()
}

/// What a gate says of a start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GateAnswer {
    /// What holds where it lets the start through, as one word: `is_open`.
    pub name: &'static str,
    /// Why it does not let it through; `None` where it does.
    pub says: Option<String>,
}

/// The operator switched it off, for the repository or for whoever asks.
fn is_off(task: &Task, facts: &TriggerFacts, policy: &Policy) -> Option<String> {
    text::off::refused(&task.place.name, facts.actor.login(), &policy.issues)
}

/// Sessions are for issues.
fn is_a_pull(_: &Task, facts: &TriggerFacts, _: &Policy) -> Option<String> {
    facts.is_pull.then(|| text::refusal::PULL.into())
}

/// Nobody works for a closed issue.
fn is_closed(_: &Task, facts: &TriggerFacts, _: &Policy) -> Option<String> {
    (!facts.open).then(|| text::refusal::CLOSED.into())
}

/// Whoever asks has the right, or a writer let them speak here. Where the operator lets fewer people start, nobody lets
/// others: going on after a pause is not starting. To pass what holds an issue nobody lets others.
fn may_not_start(task: &Task, facts: &TriggerFacts, policy: &Policy) -> Option<String> {
    let login = facts.actor.login().unwrap_or_default();
    let permission = facts.permission?;
    let who = &policy.issues.who_starts;
    let resumes = task.is_paused();
    let passes = facts.asking == Asking::Override;
    if task.delegated(login) && (who.is_open() || resumes) && !passes {
        return None;
    }
    if who.is_open() || resumes {
        let lacks = !permission.may_start();
        return lacks.then(|| text::refusal::permission(login, permission));
    }
    let facts_of = facts.starter.as_ref();
    let may = who.allows(&facts.actor, permission, facts_of);
    (!may).then(|| text::who_starts::refused(login, who, facts_of))
}

/// An archived repository takes nothing.
fn is_archived(_: &Task, facts: &TriggerFacts, _: &Policy) -> Option<String> {
    let archived = facts.repository.archived;
    archived.then(|| text::refusal::ARCHIVED.into())
}

/// Without a commit there is nothing to start from.
fn is_empty(_: &Task, facts: &TriggerFacts, _: &Policy) -> Option<String> {
    let repository = &facts.repository;
    let empty = repository.head.is_none();
    empty.then(|| text::refusal::empty(&repository.default_branch))
}
