//! What a session asked to reach, counted: bounded, whatever it does.
//!
//! The first refusal of each kind is told at once; the same again is counted, and told anew at the 10th, 100th, 1,000th. What an
//! attacker can vary (names, ports) fills its own half of the book and never the half of what was allowed.

use std::collections::BTreeMap;

use super::ask;
use super::list::Denied;
use super::target::Target;
use crate::containment::{Attempt, Weight, is_round};
use crate::text;

/// Different things kept in each half.
const KEPT: usize = 128;

/// How a request ended.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Outcome {
    /// It was let through.
    Allowed,
    /// It was allowed, and the host could not be found or reached.
    Failed,
    /// It was not let through.
    Denied(Denied),
}

/// One request: to whom, where that could be understood, and how it ended.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Sighting {
    /// Nothing: it could not be understood.
    pub target: Option<Target>,
    /// How it ended.
    pub outcome: Outcome,
}

/// The same request, as often as it was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// To whom, and how it ended.
    pub sighting: Sighting,
    /// How often.
    pub count: u64,
    /// Bytes from the session.
    pub sent: u64,
    /// Bytes to the session.
    pub received: u64,
    /// Epoch milliseconds of the first.
    pub first: i64,
    /// Epoch milliseconds of the last.
    pub last: i64,
}

/// A refusal that is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Denial {
    /// Nothing: the request could not be understood.
    pub target: Option<Target>,
    /// Why not.
    pub why: Denied,
    /// How often it has happened: 1, 10, 100, …
    pub count: u64,
    /// Epoch milliseconds.
    pub at: i64,
}

impl Denial {
    /// As what the session tried. What points inside, or hides where it goes, nobody asks for by mistake.
    pub fn attempt(&self) -> Attempt {
        let target = self.target.as_ref().map(ToString::to_string);
        let what = target.unwrap_or_else(|| "its proxy".to_owned());
        let host = self.target.as_ref();
        let host = host.and_then(|target| ask::about(target, &self.why));
        let weight = match &self.why {
            Denied::Address(..)
            | Denied::OtherName(_)
            | Denied::HiddenName
            | Denied::Malformed(_) => Weight::Grave,
            Denied::Host
            | Denied::Port
            | Denied::NoName
            | Denied::NotHttp
            | Denied::Connections
            | Denied::Bytes => Weight::Odd,
        };
        Attempt {
            host,
            ..Attempt::new(what, &text::egress::reason(&self.why), weight)
        }
    }
}

/// All of it, to be shown.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// By host, port and how it ended.
    pub entries: Vec<Entry>,
    /// Requests besides, for which there was no room.
    pub others: u64,
    /// Refusals among all requests.
    pub denied: u64,
}

/// The book.
#[derive(Debug, Default)]
pub struct Ledger {
    entries: BTreeMap<Sighting, Entry>,
    allowed: usize,
    others: u64,
    denied: u64,
}

impl Ledger {
    /// Notes one request. What comes back is to be told.
    pub fn note(&mut self, sighting: Sighting, now: i64) -> Option<Denial> {
        let why = match &sighting.outcome {
            Outcome::Denied(why) => Some(why.clone()),
            Outcome::Allowed | Outcome::Failed => None,
        };
        self.denied += u64::from(why.is_some());
        let target = sighting.target.clone();
        let count = self.count(sighting, now);
        let why = why.filter(|_| is_round(count))?;
        Some(Denial {
            target,
            why,
            count,
            at: now,
        })
    }

    fn count(&mut self, sighting: Sighting, now: i64) -> u64 {
        if let Some(entry) = self.entries.get_mut(&sighting) {
            entry.count += 1;
            entry.last = now;
            return entry.count;
        }
        let is_allowed = sighting.outcome == Outcome::Allowed;
        let taken = if is_allowed {
            self.allowed
        } else {
            self.entries.len() - self.allowed
        };
        if taken >= KEPT {
            self.others += 1;
            return self.others;
        }
        self.allowed += usize::from(is_allowed);
        let entry = Entry {
            sighting: sighting.clone(),
            count: 1,
            sent: 0,
            received: 0,
            first: now,
            last: now,
        };
        self.entries.insert(sighting, entry);
        1
    }

    /// Adds bytes to a request that was noted.
    pub fn moved(&mut self, sighting: &Sighting, (sent, received): (u64, u64), now: i64) {
        if let Some(entry) = self.entries.get_mut(sighting) {
            entry.sent += sent;
            entry.received += received;
            entry.last = entry.last.max(now);
        }
    }

    /// All that was noted.
    pub fn report(&self) -> Report {
        Report {
            entries: self.entries.values().cloned().collect(),
            others: self.others,
            denied: self.denied,
        }
    }
}
