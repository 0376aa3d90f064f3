//! Webhooks on their way: what waits, what is held back, what was sent and how it went.
//!
//! It exists so that a change and its webhook happen under one lock, in one order. It must never send: that is `delivery`.

use std::collections::VecDeque;

use crate::behaviour::{Rule, on};
use crate::ids;

/// How long deliveries are listed and can be sent again: three days, as on github.com.
pub const KEPT_FOR: i64 = 3 * 24 * 3600 * 1000;

/// One attempt to deliver an event.
#[derive(Debug, Clone)]
pub struct Attempt {
    /// Its number; a redelivery has another one.
    pub id: i64,
    /// `X-GitHub-Delivery`; a redelivery has the same one.
    pub guid: String,
    /// The event's name.
    pub event: String,
    /// Its action.
    pub action: Option<String>,
    /// Of which installation.
    pub installation: Option<i64>,
    /// On which repository.
    pub repository: Option<i64>,
    /// It was sent before.
    pub redelivery: bool,
    /// The exact bytes that are signed and sent.
    pub body: String,
    /// When it was sent.
    pub delivered_at: i64,
    /// How it went; `None`: not yet.
    pub outcome: Option<Outcome>,
}

/// How an attempt went.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// `OK`, or why not.
    pub status: String,
    /// The HTTP status; 0 when there was none.
    pub status_code: u16,
    /// Seconds.
    pub duration: f64,
    /// What was answered, cut to 2,000 characters.
    pub answer: String,
}

/// What happens to new webhooks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Flow {
    /// Sent at once, in order.
    #[default]
    Direct,
    /// Collected until released.
    Held,
    /// Lost on the way: listed as failed, never sent.
    Dropped,
    /// Sent twice, with the same GUID.
    Doubled,
}

/// The queue and the list of deliveries.
#[derive(Debug, Clone, Default)]
pub struct Outgoing {
    /// What happens to new webhooks.
    pub flow: Flow,
    /// Take them in a disorder that depends on this number.
    pub shuffle: Option<u64>,
    queue: VecDeque<Attempt>,
    held: Vec<Attempt>,
    /// Everything that was tried, oldest first.
    pub log: Vec<Attempt>,
    in_flight: usize,
    last_id: i64,
}

impl Outgoing {
    /// Whether nothing waits and nothing is on the way. Held webhooks do not count.
    pub fn is_quiet(&self) -> bool {
        self.queue.is_empty() && self.in_flight == 0
    }

    /// Whether something waits.
    pub fn has_waiting(&self) -> bool {
        !self.queue.is_empty()
    }

    /// How many are held back.
    pub fn held(&self) -> usize {
        self.held.len()
    }

    pub(super) fn next_id(&mut self) -> i64 {
        self.last_id += 1;
        self.last_id
    }

    pub(super) fn accept(&mut self, attempt: Attempt) {
        match self.flow {
            Flow::Direct => self.queue.push_back(attempt),
            Flow::Held => self.held.push(attempt),
            Flow::Dropped => self.lose(attempt),
            Flow::Doubled => {
                let again = Attempt {
                    id: self.next_id(),
                    redelivery: true,
                    ..attempt.clone()
                };
                self.queue.extend([attempt, again]);
            }
        }
    }

    fn lose(&mut self, mut attempt: Attempt) {
        let status = "failed to connect to host".to_owned();
        attempt.outcome = Some(Outcome {
            status,
            status_code: 502,
            duration: 0.0,
            answer: String::new(),
        });
        self.log.push(attempt);
    }

    /// Puts what was held into the queue, in the order it came, and goes on directly.
    pub fn release(&mut self) {
        self.flow = Flow::Direct;
        self.queue.extend(self.held.drain(..));
    }

    /// Forgets what was held; it is listed as failed.
    pub fn lose_held(&mut self) {
        for attempt in std::mem::take(&mut self.held) {
            self.lose(attempt);
        }
    }

    /// Takes the next one to send.
    pub fn take(&mut self) -> Option<Attempt> {
        let place = match self.shuffle.as_mut() {
            Some(seed) if !self.queue.is_empty() => {
                *seed = seed
                    .wrapping_mul(6_364_136_223_846_793_005)
                    .wrapping_add(1_442_695_040_888_963_407);
                usize::try_from(*seed >> 33).unwrap_or(0) % self.queue.len()
            }
            _ => 0,
        };
        let attempt = self.queue.remove(place)?;
        self.in_flight += 1;
        Some(attempt)
    }

    /// Writes down how a taken one went.
    pub fn finish(&mut self, attempt: Attempt, outcome: Outcome) {
        self.in_flight = self.in_flight.saturating_sub(1);
        self.log.push(Attempt {
            outcome: Some(outcome),
            ..attempt
        });
    }

    /// Queues a logged attempt again with the same GUID; `None` when there is none of that number, or it is too old.
    pub fn redeliver(&mut self, id: i64, now: i64) -> Option<i64> {
        let earlier = self.log.iter().find(|a| a.id == id)?.clone();
        if now - earlier.delivered_at > KEPT_FOR && on(Rule::DeliveriesAge) {
            return None;
        }
        let again = Attempt {
            id: self.next_id(),
            redelivery: true,
            delivered_at: now,
            outcome: None,
            ..earlier
        };
        let number = again.id;
        let again = if on(Rule::RedeliveryGuid) {
            again
        } else {
            Attempt {
                guid: ids::guid(number),
                ..again
            }
        };
        self.queue.push_back(again);
        Some(number)
    }
}
