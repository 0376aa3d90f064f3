//! What GitHub said last of how many requests each installation has left: remembered from the headers of every answer, so that
//! whoever asks for what can wait knows when to wait. It must never hold a call up by itself.
//! <https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api#checking-the-status-of-your-rate-limit>

use std::collections::HashMap;
use std::sync::Mutex;

use serde::Deserialize;

use super::answer::Answer;
use super::lanes::locked;
use crate::core::ids::InstallationId;

/// Above this many, those whose hour is over go.
const KEPT: usize = 1_000;

/// The REST API's requests of an hour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub struct RateLeft {
    /// How many there are.
    pub limit: u64,
    /// How many are left.
    pub remaining: u64,
}

struct Seen {
    left: RateLeft,
    /// When the hour begins anew, epoch seconds by GitHub's clock.
    reset: i64,
}

/// By installation.
#[derive(Default)]
pub(super) struct RateSeen(Mutex<HashMap<InstallationId, Seen>>);

impl RateSeen {
    /// Remembers what an answer says; `now` in epoch milliseconds.
    pub(super) fn note(&self, installation: InstallationId, answer: &Answer, now: i64) {
        let core = answer
            .header("x-ratelimit-resource")
            .is_none_or(|name| name == "core");
        let number = |name| answer.number(name).filter(|_| core);
        let (Some(limit), Some(remaining), Some(reset)) = (
            number("x-ratelimit-limit"),
            number("x-ratelimit-remaining"),
            number("x-ratelimit-reset"),
        ) else {
            return;
        };
        let left = RateLeft {
            limit: limit.max(0).unsigned_abs(),
            remaining: remaining.max(0).unsigned_abs(),
        };
        let mut all = locked(&self.0);
        if all.len() >= KEPT {
            all.retain(|_, seen| seen.reset > now / 1000);
        }
        all.insert(installation, Seen { left, reset });
    }

    /// What is left of this hour; `None` where nobody said, or the hour is over.
    pub(super) fn left(&self, installation: InstallationId, now: i64) -> Option<RateLeft> {
        let all = locked(&self.0);
        let seen = all.get(&installation)?;
        (seen.reset > now / 1000).then_some(seen.left)
    }

    /// The same of all of whom it is known, by installation.
    pub(super) fn all(&self, now: i64) -> Vec<(InstallationId, RateLeft)> {
        let all = locked(&self.0);
        let known = all.iter().filter(|(_, seen)| seen.reset > now / 1000);
        let mut left: Vec<_> = known.map(|(of, seen)| (*of, seen.left)).collect();
        left.sort_by_key(|(installation, _)| *installation);
        left
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use hyper::{HeaderMap, StatusCode};

    use super::*;

    #[test]
    fn what_was_said_holds_until_the_hour_is_over() {
        let answer = |left: &str, resource: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert("x-ratelimit-limit", "5000".parse().expect("a value"));
            headers.insert("x-ratelimit-remaining", left.parse().expect("a value"));
            headers.insert("x-ratelimit-reset", "100".parse().expect("a value"));
            headers.insert("x-ratelimit-resource", resource.parse().expect("a value"));
            Answer {
                status: StatusCode::OK,
                headers,
                body: Bytes::new(),
            }
        };
        let (seen, one) = (RateSeen::default(), InstallationId(1));
        assert_eq!(seen.left(one, 0), None);
        seen.note(one, &answer("12", "core"), 0);
        seen.note(one, &answer("4", "graphql"), 0);
        let left = |now| seen.left(one, now).map(|left| left.remaining);
        assert_eq!((left(99_000), left(100_000)), (Some(12), None));
        assert_eq!(seen.left(InstallationId(2), 0), None);
        assert_eq!((seen.all(99_000).len(), seen.all(100_000).len()), (1, 0));
    }
}
