//! How skep stands with the world: whether GitHub has said who we are, and what arrives at the webhook address.
//!
//! It exists because the commonest mistakes of an installation (a wrong secret, a missing event, a network that is down)
//! show nowhere else. It keeps only what is seen since the start, in memory, and it holds nobody up.

use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use chrono::DateTime;

use super::webhook_proxy::ChannelView;
use crate::core::text::requests;
use crate::core::time::Clock;
use crate::http::Refused;
use crate::http::types::{
    AcceptedLine, DeliveriesAnswer, GitHubAnswer, HealthAnswer, PollingAnswer, RefusedLine,
};
use crate::sweep::PollView;

/// Between two warnings about refused deliveries, milliseconds.
const WARN_EVERY: i64 = 60_000;

/// What is known since the start.
pub(super) struct Health {
    clock: Clock,
    seen: Mutex<Seen>,
    /// The channel that webhooks are read from, if there is one.
    channel: OnceLock<Arc<ChannelView>>,
    /// How GitHub is asked for news, if it is.
    polling: OnceLock<PollView>,
}

#[derive(Default)]
struct Seen {
    /// Since when GitHub has not said who we are, and why; `None` once it has.
    unidentified: Option<Unidentified>,
    accepted: u64,
    last_accepted: Option<(i64, String)>,
    last_ping: Option<i64>,
    malformed: u64,
    refused: u64,
    last_refused: Option<(i64, Refused)>,
    /// Refused deliveries no warning has counted yet, and when the last warning was.
    unreported: u64,
    reported_at: Option<i64>,
}

#[derive(Clone)]
struct Unidentified {
    since: i64,
    why: String,
}

impl Health {
    /// At the start: GitHub has not been asked yet.
    pub(super) fn new(clock: Clock) -> Self {
        let unidentified = Some(Unidentified {
            since: clock(),
            why: requests::NOT_ASKED_YET.to_owned(),
        });
        Self {
            clock,
            seen: Mutex::new(Seen {
                unidentified,
                ..Seen::default()
            }),
            channel: OnceLock::new(),
            polling: OnceLock::new(),
        }
    }

    /// Webhooks are read from this channel.
    pub(super) fn reads(&self, channel: Arc<ChannelView>) {
        self.channel.get_or_init(|| channel);
    }

    /// Whether the channel is open, and how it is in words; `None` where there is none.
    pub(super) fn channel(&self) -> Option<(bool, String)> {
        self.channel.get().map(|channel| channel.told())
    }

    /// News is asked for.
    pub(super) fn polls(&self, view: PollView) {
        self.polling.get_or_init(|| view);
    }

    /// Whether asking for news goes well, and how it goes in words; `None` where nobody asks.
    pub(super) fn polling(&self) -> Option<(bool, String)> {
        let now = self.now();
        self.polling.get().map(|view| view.told(now))
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        // Every change is complete when the lock is released, so a panic elsewhere leaves it usable.
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The time, epoch milliseconds.
    pub(super) fn now(&self) -> i64 {
        (self.clock)()
    }

    /// GitHub did not say who we are.
    pub(super) fn unidentified(&self, why: &str) {
        if let Some(unidentified) = &mut self.seen().unidentified {
            why.clone_into(&mut unidentified.why);
        }
    }

    /// GitHub said who we are.
    pub(super) fn identified(&self) {
        self.seen().unidentified = None;
    }

    /// Why nothing is worked on yet, for people; `None` where all is well.
    pub(super) fn trouble(&self) -> Option<String> {
        let unidentified = self.seen().unidentified.clone()?;
        let since = DateTime::from_timestamp_millis(unidentified.since)
            .unwrap_or_default()
            .format("%Y-%m-%dT%H:%M:%SZ");
        Some(requests::unidentified(
            &since.to_string(),
            &unidentified.why,
        ))
    }

    pub(super) fn accepted(&self, event: &str) {
        let now = (self.clock)();
        let mut seen = self.seen();
        seen.accepted += 1;
        seen.last_accepted = Some((now, event.to_owned()));
        if event == "ping" {
            seen.last_ping = Some(now);
        }
    }

    pub(super) fn malformed(&self) {
        self.seen().malformed += 1;
    }

    /// A delivery was refused. Answers how many refusals a warning should now speak of; most of the time none, since a
    /// stranger who sends a thousand requests a second must not fill the log.
    pub(super) fn refused(&self, why: Refused) -> Option<u64> {
        let now = (self.clock)();
        let mut seen = self.seen();
        seen.refused += 1;
        seen.last_refused = Some((now, why));
        seen.unreported += 1;
        if seen.reported_at.is_some_and(|said| now - said < WARN_EVERY) {
            return None;
        }
        seen.reported_at = Some(now);
        Some(std::mem::take(&mut seen.unreported))
    }

    /// All of it, for `skep status`.
    pub(super) fn shown(&self) -> HealthAnswer {
        let seen = self.seen();
        let unidentified = seen.unidentified.clone();
        let accepted = seen.last_accepted.clone();
        HealthAnswer {
            github: GitHubAnswer {
                known: unidentified.is_none(),
                since: unidentified.as_ref().map(|unidentified| unidentified.since),
                why: unidentified.map(|unidentified| unidentified.why),
            },
            channel: self.channel().map(|(_, said)| said),
            polling: self.polling.get().map(|view| PollingAnswer {
                last_poll: view.last(),
                said: view.told(self.now()).1,
            }),
            deliveries: DeliveriesAnswer {
                accepted: seen.accepted,
                last_accepted: accepted.map(|(time, event)| AcceptedLine { time, event }),
                last_ping: seen.last_ping,
                malformed: seen.malformed,
                refused: seen.refused,
                last_refused: seen.last_refused.map(|(time, why)| RefusedLine {
                    time,
                    why: why.to_string(),
                }),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicI64, Ordering};

    use super::*;

    #[test]
    fn refusals_are_warned_of_once_a_minute_with_their_number() {
        let time = Arc::new(AtomicI64::new(0));
        let clock = time.clone();
        let health = Health::new(Arc::new(move || clock.load(Ordering::SeqCst)));
        let refuse = |at: i64| {
            time.store(at, Ordering::SeqCst);
            health.refused(Refused::WrongSignature)
        };
        assert_eq!(
            [0, 1, 59_999, 60_000, 60_001].map(refuse),
            [Some(1), None, None, Some(3), None]
        );
        assert_eq!(health.shown().deliveries.refused, 5);
    }

    #[test]
    fn until_github_answers_there_is_a_reason() {
        let health = Health::new(Arc::new(|| 0));
        health.unidentified("503");
        let trouble = health.trouble().expect("a reason");
        assert_eq!(
            trouble,
            "GitHub has not said who we are since 1970-01-01T00:00:00Z: 503"
        );
        health.identified();
        assert_eq!(health.trouble(), None);
    }
}
