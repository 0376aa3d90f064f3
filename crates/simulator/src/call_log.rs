//! What was seen on the wire: every call, the calls a good client never makes, and the rate limits.
//!
//! It exists because GitHub counts and remembers. It must never hold a token or a body.

use std::collections::{HashMap, VecDeque};

use serde::Serialize;

use crate::api_error::ApiError;
use crate::behaviour::{Rule, on};

/// Requests an installation may make in an hour.
pub const HOURLY: i64 = 5_000;
/// Who has no token; on GitHub each address is one of them.
pub const NOBODY: i64 = -1;
/// Those who let the App know who they are, together: no test of theirs is about the allowance of one.
pub const PERSON: i64 = -2;
/// What those have together.
const HOURLY_OF_NOBODY: i64 = 60;
const OVER: &str = "API rate limit exceeded for 127.0.0.1. (But here's the good news: Authenticated requests get a higher rate limit. \
                    Check out the documentation for more details.)";
const HOUR: i64 = 3_600_000;
const MINUTE: i64 = 60_000;
/// Requests that create content: per minute and per hour.
const CREATIONS: (usize, usize) = (80, 500);
/// Points per minute: a read is one, a change five.
const POINTS: i64 = 900;

/// One request that was answered (or cut off).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CallRecord {
    /// The method.
    pub method: String,
    /// The path without the query.
    pub path: String,
    /// The query, without `?`.
    pub query: String,
    /// The status that was sent; 0 when the connection was closed instead.
    pub status: u16,
    /// Which installation's token it bore.
    pub installation: Option<i64>,
    /// When (injected clock).
    pub at: i64,
    /// It creates content, in the sense of GitHub's secondary limits.
    pub creates: bool,
    /// A fault was played on it.
    pub faulty: bool,
}

/// A call a well-behaved skep never makes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Violation {
    /// When (injected clock).
    pub at: i64,
    /// What it did, in one sentence.
    pub what: String,
}

#[derive(Debug, Default)]
struct Window {
    started: i64,
    used: i64,
    creations: VecDeque<i64>,
    points: VecDeque<(i64, i64)>,
    changing: u32,
}

/// Where a caller stands within its hour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// The whole allowance.
    pub limit: i64,
    /// What is used of it.
    pub used: i64,
    /// When it begins anew (epoch seconds).
    pub reset: i64,
}

impl Standing {
    /// What is left.
    pub fn remaining(&self) -> i64 {
        (self.limit - self.used).max(0)
    }
}

/// Everything seen, and how strict to be about it.
#[derive(Debug, Default)]
pub struct CallLog {
    /// Refuse what is over the limits.
    pub enforce: bool,
    /// The hourly allowance, when it is not GitHub's.
    pub hourly: Option<i64>,
    /// Creations per minute and per hour, when they are not GitHub's.
    pub creations: Option<(usize, usize)>,
    /// Every call, in the order of their answers.
    pub calls: Vec<CallRecord>,
    /// Calls no good client makes.
    pub violations: Vec<Violation>,
    /// Calls of addresses this GitHub does not know: `GET /path`.
    pub unknown: Vec<String>,
    windows: HashMap<i64, Window>,
}

impl CallLog {
    /// Nothing seen yet.
    pub fn new(enforce: bool) -> Self {
        Self {
            enforce,
            ..Self::default()
        }
    }

    fn window(&mut self, caller: i64, now: i64) -> &mut Window {
        let window = self.windows.entry(caller).or_default();
        if now - window.started >= HOUR {
            window.started = now;
            window.used = 0;
        }
        window
    }

    fn hourly_of(&self, caller: i64) -> i64 {
        let limit = self.hourly.unwrap_or(HOURLY);
        match caller {
            NOBODY if on(Rule::AnonymousLimit) => limit.min(HOURLY_OF_NOBODY),
            _ => limit,
        }
    }

    /// Where a caller stands; 0 is the App itself.
    pub fn standing(&mut self, caller: i64, now: i64) -> Standing {
        let limit = self.hourly_of(caller);
        let window = self.window(caller, now);
        Standing {
            limit,
            used: window.used,
            reset: (window.started + HOUR) / 1000,
        }
    }

    /// Counts a request, and refuses it when limits are enforced and it is over one.
    pub fn admit(
        &mut self,
        caller: i64,
        now: i64,
        change: bool,
        creates: bool,
    ) -> Result<(), ApiError> {
        let (enforce, limit) = (self.enforce, self.hourly_of(caller));
        let creations = self.creations.unwrap_or(CREATIONS);
        let window = self.window(caller, now);
        if window.used >= limit && on(Rule::HourlyLimit) {
            let message = match caller {
                NOBODY => OVER.to_owned(),
                _ => format!("API rate limit exceeded for installation ID {caller}."),
            };
            return Err(ApiError::new(403, &message));
        }
        window.used += 1;
        window.creations.retain(|at| now - at < HOUR);
        window.points.retain(|(at, _)| now - at < MINUTE);
        window.points.push_back((now, if change { 5 } else { 1 }));
        let points: i64 = window.points.iter().map(|(_, points)| points).sum();
        let minute = window
            .creations
            .iter()
            .filter(|at| now - **at < MINUTE)
            .count();
        let many = minute >= creations.0 || window.creations.len() >= creations.1;
        if enforce
            && (creates && many && on(Rule::CreationLimit)
                || points > POINTS && on(Rule::PointLimit))
        {
            return Err(secondary(Some(60)));
        }
        if creates {
            window.creations.push_back(now);
        }
        Ok(())
    }

    /// A read that was answered 304 costs nothing.
    pub fn refund(&mut self, caller: i64, now: i64) {
        let window = self.window(caller, now);
        window.used = (window.used - 1).max(0);
    }

    /// A change begins; two at once by one installation are a violation.
    pub fn begin_change(&mut self, caller: i64, now: i64, what: &str) {
        let window = self.window(caller, now);
        window.changing += 1;
        if window.changing > 1 && on(Rule::ConcurrentChanges) {
            let what = format!("concurrent mutations by installation {caller}: {what}");
            self.violations.push(Violation { at: now, what });
        }
    }

    /// The change is over.
    pub fn end_change(&mut self, caller: i64, now: i64) {
        let window = self.window(caller, now);
        window.changing = window.changing.saturating_sub(1);
    }
}

/// GitHub's answer to those who go too fast.
pub fn secondary(retry_after: Option<u64>) -> ApiError {
    let message =
        "You have exceeded a secondary rate limit. Please wait a few minutes before you try again.";
    let error = ApiError::new(403, message);
    match retry_after {
        Some(seconds) => error.with_header("retry-after", &seconds.to_string()),
        None => error,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_eighty_first_creation_of_a_minute_is_refused() {
        let mut traffic = CallLog {
            enforce: true,
            ..CallLog::default()
        };
        for _ in 0..80 {
            assert_eq!(traffic.admit(1, 0, true, true), Ok(()));
        }
        let refused = traffic.admit(1, 0, true, true).expect_err("over the limit");
        assert_eq!(
            (refused.status, refused.headers),
            (403, vec![("retry-after".to_owned(), "60".to_owned())])
        );
        assert_eq!(
            traffic.admit(2, 0, true, true),
            Ok(()),
            "another installation has its own limit"
        );
        assert_eq!(traffic.admit(1, MINUTE, true, true), Ok(()));
    }

    #[test]
    fn the_hour_begins_anew() {
        let mut traffic = CallLog {
            hourly: Some(2),
            ..CallLog::default()
        };
        assert!(traffic.admit(1, 0, false, false).is_ok());
        assert!(traffic.admit(1, 0, false, false).is_ok());
        assert_eq!(traffic.standing(1, 0).remaining(), 0);
        assert_eq!(
            traffic
                .admit(1, 0, false, false)
                .expect_err("used up")
                .status,
            403
        );
        assert!(traffic.admit(1, HOUR, false, false).is_ok());
    }
}
