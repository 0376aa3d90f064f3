//! The meter of an issue: what its sessions have spent, how long it waited for people and what that cost, and by how much
//! people raised what it may spend. What it comes to is for the rules; nothing here stops anything.

use serde::{Deserialize, Serialize};

use super::{BlockReason, Stage, Step, Task};
use crate::budget::{Amounts, Cap, Left, TurnBudget, WARN_PERCENT, percent};
use crate::ids::SessionId;
use crate::policy::Policy;
use crate::role::RoleLimits;
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

impl Task {
    /// What it has used of a limit.
    pub fn used(&self, cap: Cap) -> u64 {
        let spent = &self.meter.spent;
        match cap {
            Cap::Attempts => self.sessions.into(),
            Cap::Time => u64::try_from(spent.worked_ms).unwrap_or_default(),
            Cap::Tokens => spent.tokens.total(),
            Cap::Cost => spent.cost.amount,
        }
    }

    /// What it may use in all: by configuration, by its role, and by what people raised; 0 where there is no limit.
    pub fn caps(&self, policy: &Policy) -> Amounts {
        let own = self
            .job()
            .map_or_else(RoleLimits::default, |job| job.role.limits);
        own.caps(&policy.limits).raised_by(&self.meter.raised)
    }

    /// What is used up so that no further turn may begin.
    pub fn used_up(&self, policy: &Policy) -> Option<Cap> {
        let caps = self.caps(policy);
        let begun = self.job().is_some_and(|job| job.started_at.is_some());
        let over = |cap: &Cap| match (caps.of(*cap), self.used(*cap)) {
            (0, _) => false,
            // The last session that it may have is one that it may have.
            (limit, used) if *cap == Cap::Attempts => used > limit && !begun,
            (limit, used) => used >= limit,
        };
        Cap::ALL.into_iter().find(over)
    }

    /// What is used up or nearly so.
    pub fn nearly_used_up(&self, policy: &Policy) -> Vec<Cap> {
        let caps = self.caps(policy);
        let near = |cap: &Cap| percent(self.used(*cap), caps.of(*cap)) >= WARN_PERCENT;
        Cap::ALL.into_iter().filter(near).collect()
    }

    /// What a session has cost, as far as it is the one in hand or the last one.
    pub fn session_usage(&self, session: &SessionId) -> Spent {
        let meter = self
            .meter
            .session
            .as_ref()
            .filter(|meter| meter.session == *session);
        meter.map(|meter| meter.spent).unwrap_or_default()
    }

    /// The price of the tokens of the session in hand: that of its model, else that of its agent.
    pub fn price<'a>(&self, policy: &'a Policy) -> Option<&'a Price> {
        let job = self.job()?;
        let of_model = job
            .role
            .model
            .as_ref()
            .and_then(|model| policy.prices.get(model));
        of_model.or_else(|| policy.prices.get(&job.agent))
    }

    /// What a turn that begins now has left.
    pub fn turn_budget(&self, policy: &Policy, now: i64) -> TurnBudget {
        let caps = self.caps(policy);
        let left = |cap: Cap| {
            let warned = self.meter.warned.contains(&cap);
            Left::of(self.used(cap), caps.of(cap), warned)
        };
        let session = self.job().map(|job| &job.session);
        let meter = self
            .meter
            .session
            .as_ref()
            .filter(|meter| Some(&meter.session) == session);
        TurnBudget {
            time: left(Cap::Time),
            tokens: left(Cap::Tokens),
            cost: left(Cap::Cost),
            price: self.price(policy).copied(),
            counter: meter.map(|meter| meter.counter.clone()).unwrap_or_default(),
            began: now,
        }
    }

    /// It waits for people: nothing of it runs until somebody does something.
    pub fn waits_for_people(&self) -> bool {
        match &self.stage {
            Stage::Idle | Stage::Checking { .. } | Stage::Queued { .. } => false,
            Stage::Working { step, .. } => matches!(step, Step::Waiting { .. }),
            Stage::Blocked { reason, .. } => !matches!(reason, BlockReason::Later { .. }),
            Stage::Ended { .. } => self.can_revise(),
        }
    }

    /// Starts or stops the clock of the waiting, as the task stands.
    pub fn clock_waiting(&mut self, now: i64) {
        let waits = self.waits_for_people();
        let total = self.meter.spent.tokens.total();
        let (ms, tokens) = self.meter.waited(now);
        match (waits, self.meter.waited.since) {
            (true, None) => {
                self.meter.waited.since = Some(Since {
                    at: now,
                    tokens: total,
                })
            }
            (false, Some(_)) => {
                self.meter.waited = Waited {
                    ms,
                    tokens,
                    since: None,
                };
            }
            (true, Some(_)) | (false, None) => {}
        }
    }
}
