//! The meter of an issue: what its sessions have spent, how long it waited for people and what that cost, and by how much
//! people raised what it may spend. What it comes to is for the rules; nothing here stops anything.

use serde::{Deserialize, Serialize};

use crate::budget::{Amounts, Cap};
use crate::ids::SessionId;
use crate::usage::{Counter, Figure, Price, Report, Spent, added};

/// What an issue has spent.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Meter {
    /// In all its sessions.
    #[serde(skip_serializing_if = "is_default")]
    pub spent: Spent,
    /// In the session in hand or the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub session: Option<SessionMeter>,
    /// By how much people raised its limits.
    #[serde(skip_serializing_if = "is_default")]
    pub raised: Amounts,
    /// What people were told is nearly used up.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub warned: Vec<Cap>,
    /// How it waited for people.
    #[serde(skip_serializing_if = "is_default")]
    pub waited: Waited,
}

/// `skip_serializing_if` wants a function.
fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// What one session has spent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionMeter {
    /// Which.
    pub session: SessionId,
    /// What.
    pub spent: Spent,
    /// What its agent last told of its own session.
    #[serde(default)]
    pub counter: Counter,
}

/// How an issue waited for people.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Waited {
    /// How long, milliseconds, until it last went on.
    pub ms: i64,
    /// By how many tokens its meter went up meanwhile: turns that were begun while it waited.
    pub tokens: u64,
    /// Since when it waits now.
    pub since: Option<Since>,
}

/// The meter when the waiting began.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Since {
    /// When, epoch milliseconds.
    pub at: i64,
    /// What it showed.
    pub tokens: u64,
}

impl Meter {
    /// Of a task that was stored before anybody counted: what it spent is not known.
    pub fn of_before() -> Self {
        let spent = Spent {
            more: true,
            cost: Figure::UNKNOWN,
            ..Spent::default()
        };
        Self {
            spent,
            ..Self::default()
        }
    }

    /// Takes in what a turn of a session has cost.
    pub fn take(&mut self, session: &SessionId, report: &Report, price: Option<&Price>) {
        let known = self.session.take();
        let mut meter = known
            .filter(|meter| meter.session == *session)
            .unwrap_or_else(|| SessionMeter::new(session.clone()));
        let added = added(&meter.counter, report, price);
        meter.spent.add(&added, report.worked_ms);
        meter.counter = added.counter.clone();
        self.session = Some(meter);
        self.count(&added, report);
    }

    /// Takes in what a turn of an earlier session has cost, whose price nobody knows any more.
    pub fn take_late(&mut self, report: &Report) {
        let added = added(&Counter::default(), report, None);
        self.count(&added, report);
    }

    fn count(&mut self, added: &crate::usage::Added, report: &Report) {
        self.spent.add(added, report.worked_ms);
        // What was begun before it waited was not spent by waiting.
        if let Some(since) = self
            .waited
            .since
            .as_mut()
            .filter(|since| report.began <= since.at)
        {
            since.tokens = since.tokens.saturating_add(added.tokens.total());
        }
    }

    /// How long it has waited for people, and by how many tokens the meter went up meanwhile.
    pub fn waited(&self, now: i64) -> (i64, u64) {
        let total = self.spent.tokens.total();
        let (ms, tokens) = self.waited.since.map_or((0, 0), |since| {
            let ms = now.saturating_sub(since.at).max(0);
            (ms, total.saturating_sub(since.tokens))
        });
        let Waited {
            ms: before,
            tokens: then,
            ..
        } = self.waited;
        (before.saturating_add(ms), then.saturating_add(tokens))
    }
}

impl SessionMeter {
    fn new(session: SessionId) -> Self {
        Self {
            session,
            spent: Spent::default(),
            counter: Counter::default(),
        }
    }
}
