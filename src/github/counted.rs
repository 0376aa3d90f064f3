//! What each call adds to what this process counts, and how many GitHub says are left.

use super::answer::Answer;
use super::error::GitHubError;
use crate::meter;

/// One call that was answered, or was not.
pub(super) fn call(answer: Result<&Answer, &GitHubError>) {
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
    if let Some(left) = answer.number("x-ratelimit-remaining") {
        meter::GITHUB_REMAINING.set(left);
    }
}
