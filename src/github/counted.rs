//! What each call adds to what this process counts, and how many GitHub says are left.

use super::answer::Answer;
use super::error::GitHubError;
use crate::meter;

/// One call of the App's that was answered, or was not.
pub(super) fn call(answer: Result<&Answer, &GitHubError>, now: i64) {
    answered(answer);
    let answer = answer.ok();
    if let Some(date) = answer.and_then(Answer::date) {
        // Its Date has whole seconds: the middle of that second is meant.
        let ahead = now.saturating_sub(date.saturating_add(500));
        meter::CLOCK_SKEW.set((ahead as f64 / 1000.0).round() as i64);
    }
    let left = answer.and_then(|answer| answer.number("x-ratelimit-remaining"));
    if let Some(left) = left {
        meter::GITHUB_REMAINING.set(left);
    }
}

/// The same of a call with a token whose allowance is none of the App's.
pub(super) fn answered(answer: Result<&Answer, &GitHubError>) {
    let Ok(answer) = answer else {
        return meter::GITHUB_CALLS.add(&["lost"], 1);
    };
    let outcome = match answer.status.as_u16() {
        304 => "not_modified",
        200..=399 => "ok",
        429 => "limited",
        403 if answer.number("x-ratelimit-remaining") == Some(0) => "limited",
        400..=499 => "refused",
        _ => "server_error",
    };
    meter::GITHUB_CALLS.add(&[outcome], 1);
}
