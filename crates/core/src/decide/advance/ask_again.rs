//! Those whose review asked for changes are asked to look again: not before the server has seen the work pass, where the repository has
//! commands for that.

use super::state::Advance;
use crate::effect;

/// Reviewers are asked again: at once, or when the server has seen that it passes.
pub(super) fn when_seen(on: &mut Advance<'_>, reviewers: Vec<String>) {
    if on.task.policy.verify.is_empty() {
        return request(on, reviewers);
    }
    let waiting = &mut on.task.review.ask_again;
    for login in reviewers {
        if !waiting.contains(&login) {
            waiting.push(login);
        }
    }
}

/// Asks them now.
pub(super) fn request(on: &mut Advance<'_>, logins: Vec<String>) {
    let pull = on.task.pull.as_ref().map(|pull| pull.number);
    if let Some(pull) = pull.filter(|_| !logins.is_empty()) {
        on.plan(effect::RequestReview {
            pull,
            logins,
            teams: Vec::new(),
        });
    }
}
