//! The agent's answer as a comment of its own: for roles that only analyse, and for work that changed nothing.

use super::LIMIT;
use crate::core::agent::TurnEnd;
use crate::core::place::Actor;
use crate::core::sanitise::{self, Allow};
use crate::core::task::Job;

/// Renders the answer.
pub fn render(job: &Job, end: &TurnEnd) -> String {
    let mention: Vec<String> = job.actor.login().map(str::to_owned).into_iter().collect();
    let to = match &job.actor {
        Actor::Person(account) => format!("@{}: ", account.login),
        Actor::Operator => String::new(),
    };
    let kind = if job.role.writes { "changed no file and answers" } else { "answers" };
    let allow = Allow { mention, ..Allow::default() };
    let said = sanitise::outbound(&sanitise::redact(end.message.trim(), &[]), &allow);
    let head = format!("{to}`{}` (session {}) {kind}:\n\n", job.role.name, job.session);
    sanitise::fit(&format!("{head}{said}"), LIMIT)
}
