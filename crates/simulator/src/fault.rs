//! Faults on request: what may go wrong between a client and GitHub, played for the requests it was asked for.
//!
//! It exists so that a client meets every failure before GitHub shows it. It must never play a fault nobody asked for.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use tokio::sync::Semaphore;

use crate::world::facts::World;

/// What goes wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Fault {
    /// The request waits this long, then goes its way.
    Delay {
        /// Milliseconds.
        milliseconds: u64,
    },
    /// The request waits until it is let go ([`crate::handle::simulator::Simulator::let_go`]), then goes its way.
    Held,
    /// It is done, but the connection closes without an answer.
    DropAfter,
    /// The connection closes before anything is done.
    Reset,
    /// It is done, and the answer is 502.
    BadGatewayAfter,
    /// It is not done, and the answer is 502.
    BadGateway,
    /// It is not done: 401 "Bad credentials".
    Unauthorized,
    /// It is not done: 403 "Resource not accessible by integration".
    Forbidden,
    /// It is not done: 403 of the secondary limit.
    SecondaryLimit {
        /// Seconds in `retry-after`; `None`: no such header.
        retry_after: Option<u64>,
    },
    /// It is not done: 403 of the primary limit, `x-ratelimit-remaining: 0`.
    PrimaryLimit {
        /// Seconds until `x-ratelimit-reset`.
        reset_in: i64,
    },
    /// It is not done: 403 "This installation has been suspended".
    Suspended,
    /// It is not done: 429.
    TooMany {
        /// Seconds in `retry-after`.
        retry_after: u64,
    },
    /// It is not done: any status with a message, as GitHub words it.
    Status {
        /// The HTTP status.
        status: u16,
        /// The `message` field.
        message: String,
    },
    /// It is done, but the answer is cut in the middle of its JSON.
    MalformedJson,
    /// A read is answered from the world as it was when this fault was asked for.
    StaleRead,
}

impl Fault {
    /// Whether the request waits before it goes its way.
    pub(crate) fn is_late(&self) -> bool {
        matches!(self, Self::Delay { .. } | Self::Held)
    }
}

/// A fault to play: for which requests, which of them, and what.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct FaultRule {
    /// Only this method; `None`: any.
    #[serde(default)]
    pub method: Option<String>,
    /// The path; `*` stands for one segment, a final `**` for any rest. `/repos/*/*/issues/*/comments`.
    pub path: String,
    /// How many matching requests pass unharmed first.
    #[serde(default)]
    pub skip: u32,
    /// How many are hit then.
    #[serde(default = "once")]
    pub times: u32,
    /// What happens to them.
    #[serde(alias = "trouble")]
    pub fault: Fault,
}

fn once() -> u32 {
    1
}

impl FaultRule {
    /// One fault for the next request of that method and path.
    pub fn next(method: &str, path: &str, fault: Fault) -> Self {
        Self {
            method: Some(method.to_owned()),
            path: path.to_owned(),
            skip: 0,
            times: 1,
            fault,
        }
    }

    /// Lets the first ones pass.
    pub fn after(self, skip: u32) -> Self {
        Self { skip, ..self }
    }

    /// Hits several.
    pub fn times(self, times: u32) -> Self {
        Self { times, ..self }
    }

    fn matches(&self, method: &str, path: &str) -> bool {
        self.method
            .as_ref()
            .is_none_or(|wanted| wanted.eq_ignore_ascii_case(method))
            && path_matches(&self.path, path)
    }
}

fn path_matches(pattern: &str, path: &str) -> bool {
    let mut have = path.trim_matches('/').split('/');
    for wanted in pattern.trim_matches('/').split('/') {
        if wanted == "**" {
            return true;
        }
        let Some(segment) = have.next() else {
            return false;
        };
        if wanted != "*" && wanted != segment {
            return false;
        }
    }
    have.next().is_none()
}

/// What was drawn for one request.
#[derive(Clone)]
pub struct Drawn {
    /// What happens.
    pub fault: Fault,
    /// The old world, for a stale read.
    pub snapshot: Option<Arc<World>>,
    /// What a held request waits for: that it is closed.
    pub gate: Arc<Semaphore>,
}

/// The faults waiting to be played, in the order they were asked for.
#[derive(Default)]
pub struct FaultPlan {
    waiting: Vec<(FaultRule, Option<Arc<World>>)>,
    gates: Vec<Arc<Semaphore>>,
}

impl FaultPlan {
    /// Adds one; `snapshot` is what a stale read shows.
    pub fn add(&mut self, fault: FaultRule, snapshot: Option<Arc<World>>) {
        self.waiting.push((fault, snapshot));
    }

    /// Forgets all.
    pub fn clear(&mut self) {
        self.waiting.clear();
    }

    /// Lets go the requests that are held.
    pub fn let_go(&mut self) {
        self.gates.drain(..).for_each(|gate| gate.close());
    }

    /// Those not played out yet.
    pub fn waiting(&self) -> Vec<FaultRule> {
        self.waiting
            .iter()
            .map(|(fault, _)| fault.clone())
            .collect()
    }

    /// The first fault for a request, used up by one.
    pub fn draw(&mut self, method: &str, path: &str) -> Option<Drawn> {
        let at = self
            .waiting
            .iter()
            .position(|(fault, _)| fault.matches(method, path))?;
        let (rule, snapshot) = self.waiting.get_mut(at)?;
        if rule.skip > 0 {
            rule.skip -= 1;
            return None;
        }
        rule.times = rule.times.saturating_sub(1);
        let gate = Arc::new(Semaphore::new(0));
        let drawn = Drawn {
            fault: rule.fault.clone(),
            snapshot: snapshot.clone(),
            gate: Arc::clone(&gate),
        };
        if rule.fault == Fault::Held {
            self.gates.push(gate);
        }
        if rule.times == 0 {
            self.waiting.remove(at);
        }
        Some(drawn)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_is_one_segment_and_two_are_the_rest() {
        assert!(path_matches("/repos/*/*/issues", "/repos/a/b/issues"));
        assert!(!path_matches("/repos/*/*/issues", "/repos/a/b/issues/1"));
        assert!(!path_matches("/repos/*/*/issues", "/repos/a/b"));
        assert!(path_matches("/repos/**", "/repos/a/b/issues/1"));
    }

    #[test]
    fn a_fault_hits_the_nth_and_only_so_often() {
        let mut faults = FaultPlan::default();
        faults.add(
            FaultRule::next("POST", "/x", Fault::Reset)
                .after(1)
                .times(2),
            None,
        );
        let hits: Vec<bool> = (0..5)
            .map(|_| faults.draw("POST", "/x").is_some())
            .collect();
        assert_eq!(hits, [false, true, true, false, false]);
        assert!(faults.waiting().is_empty());
    }
}
