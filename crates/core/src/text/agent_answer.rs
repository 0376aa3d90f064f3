//! The agent's answer as a comment of its own: for roles that only analyse, and for work that changed nothing.

use super::{LIMIT, failure};
use crate::agent::{Finished, TurnEnd};
use crate::sanitise::{self, Allow};
use crate::task::Job;

/// Renders the answer.
pub fn render(job: &Job, end: &TurnEnd) -> String {
    let mention: Vec<String> = job.actor.login().map(str::to_owned).into_iter().collect();
    let to = job
        .actor
        .login()
        .map(|login| format!("@{login} "))
        .unwrap_or_default();
    let kind = if job.role.writes {
        "no file was changed. The agent says:"
    } else {
        "the agent answers:"
    };
    let allow = Allow {
        mention,
        ..Allow::default()
    };
    let said = sanitise::outbound(&sanitise::redact(end.message.trim(), &[]), &allow);
    let rest = end
        .unfinished()
        .map(|class| format!("\n\nIt did not finish: {}.", failure::what(class)));
    sanitise::fit(
        &format!("{to}{kind}\n\n{said}{}", rest.unwrap_or_default()),
        LIMIT,
    )
}

/// What the agent says at the end: by its own tool where it used it, else its last message.
pub fn finished(finished: &Finished, message: &str) -> String {
    let mut text = finished.summary.trim().to_owned();
    if !finished.verified.is_empty() {
        let lines: Vec<String> = finished
            .verified
            .iter()
            .take(20)
            .map(|line| format!("- {}", line.trim()))
            .collect();
        text.push_str(&format!("\n\nVerified, it says:\n\n{}", lines.join("\n")));
    }
    if text.trim().is_empty() {
        message.to_owned()
    } else {
        text.trim().to_owned()
    }
}

/// There is no answer.
pub fn none(login: &str, why: &str) -> String {
    let why = sanitise::outbound(why, &Allow::default());
    format!("@{login} your question was not answered: {why} `/agent ask` asks again.")
}

/// The agent's answer to somebody who asked it.
pub fn to_person(login: &str, end: &TurnEnd) -> String {
    if let Some(class) = end.unfinished() {
        return none(login, &failure::agent_error(class, &end.message));
    }
    let said = sanitise::outbound(
        &sanitise::redact(end.message.trim(), &[]),
        &Allow::default(),
    );
    if said.is_empty() {
        return format!(
            "@{login} the agent ended its turn without a word. `/agent ask` asks again."
        );
    }
    sanitise::fit(&format!("@{login} the agent answers:\n\n{said}"), LIMIT)
}
