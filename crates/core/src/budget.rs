//! How much one issue may cost: hard caps on attempts, time at work, tokens and money, what people raised them by, and what a
//! running turn has left of each.
//!
//! Pure and total. What is spent is counted by [`usage`](crate::usage); what happens at a cap is `decide`'s.

use serde::{Deserialize, Serialize};

use crate::usage::{Counter, Price, Report, added};

/// From so many parts of a hundred on people are warned.
pub const WARN_PERCENT: u64 = 80;

/// What an issue may use up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cap {
    /// Sessions.
    Attempts,
    /// Time at work, milliseconds.
    Time,
    /// Tokens.
    Tokens,
    /// Money, millionths of a dollar.
    Cost,
}

impl Cap {
    /// All of them, in the order in which they are told.
    pub const ALL: [Self; 4] = [Self::Attempts, Self::Time, Self::Tokens, Self::Cost];

    /// Its name on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Self::Attempts => "attempts",
            Self::Time => "time",
            Self::Tokens => "tokens",
            Self::Cost => "cost",
        }
    }
}

/// An amount of each; 0 is none, which as a limit is no limit.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Amounts {
    /// Sessions.
    pub attempts: u64,
    /// Milliseconds at work.
    pub time_ms: u64,
    /// Tokens.
    pub tokens: u64,
    /// Millionths of a dollar.
    pub cost: u64,
}

impl Amounts {
    /// One of them.
    pub fn of(&self, cap: Cap) -> u64 {
        match cap {
            Cap::Attempts => self.attempts,
            Cap::Time => self.time_ms,
            Cap::Tokens => self.tokens,
            Cap::Cost => self.cost,
        }
    }

    /// Raises one of them.
    pub fn raise(&mut self, cap: Cap, by: u64) {
        let amount = match cap {
            Cap::Attempts => &mut self.attempts,
            Cap::Time => &mut self.time_ms,
            Cap::Tokens => &mut self.tokens,
            Cap::Cost => &mut self.cost,
        };
        *amount = amount.saturating_add(by);
    }

    /// These limits, raised; what has no limit has none still.
    #[must_use]
    pub fn raised_by(mut self, raised: &Self) -> Self {
        for cap in Cap::ALL {
            if self.of(cap) > 0 {
                self.raise(cap, raised.of(cap));
            }
        }
        self
    }
}

/// How many parts of a hundred of a limit are used; 0 where there is no limit.
pub fn percent(used: u64, limit: u64) -> u64 {
    let hundredths = u128::from(used).saturating_mul(100);
    let percent = hundredths
        .checked_div(u128::from(limit))
        .unwrap_or_default();
    u64::try_from(percent).unwrap_or(u64::MAX)
}

/// What a turn may use before people are told, and before it is ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Left {
    /// Until people are warned; `None` when they were, for this limit.
    pub warn: Option<u64>,
    /// Until it is used up.
    pub stop: u64,
}

impl Left {
    /// What is left of a limit; `None` where there is none.
    pub fn of(used: u64, limit: u64, warned: bool) -> Option<Self> {
        let near = u128::from(limit)
            .saturating_mul(u128::from(WARN_PERCENT))
            .div_ceil(100);
        let near = u64::try_from(near).unwrap_or(u64::MAX);
        (limit > 0).then(|| Self {
            warn: Some(near.saturating_sub(used)).filter(|_| !warned),
            stop: limit.saturating_sub(used),
        })
    }
}

/// What a turn has left of its issue's budget, and how its reports are counted.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct TurnBudget {
    /// Milliseconds at work.
    pub time: Option<Left>,
    /// Tokens.
    pub tokens: Option<Left>,
    /// Millionths of a dollar.
    pub cost: Option<Left>,
    /// The price of its tokens, where the operator named one.
    pub price: Option<Price>,
    /// What its agent told of its session before.
    pub counter: Counter,
    /// When the turn was planned, epoch milliseconds.
    pub began: i64,
}

/// How a report stands to what a turn has left.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Passed {
    /// What is nearly used up, and nobody was told.
    pub warn: Vec<Cap>,
    /// What is used up.
    pub stop: Option<Cap>,
}

impl TurnBudget {
    /// Whether a turn that reports this has used up what it may.
    pub fn passed(&self, report: &Report) -> Passed {
        let added = added(&self.counter, report, self.price.as_ref());
        let worked = u64::try_from(report.worked_ms).unwrap_or_default();
        let figures = [
            (Cap::Time, self.time, worked),
            (Cap::Tokens, self.tokens, added.tokens.total()),
            (Cap::Cost, self.cost, added.cost.amount),
        ];
        let mut passed = Passed::default();
        for (cap, left, used) in figures {
            let Some(left) = left else { continue };
            if left.warn.is_some_and(|warn| used >= warn) {
                passed.warn.push(cap);
            }
            if used >= left.stop {
                passed.stop.get_or_insert(cap);
            }
        }
        passed
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::usage::{Scope, Tokens};

    fn report(tokens: u64) -> Report {
        Report {
            tokens: Some(Tokens {
                input: tokens,
                ..Tokens::default()
            }),
            scope: Scope::Turn,
            ..Report::default()
        }
    }

    #[test]
    fn a_turn_knows_when_to_warn_and_when_to_stop() {
        let budget = TurnBudget {
            tokens: Left::of(300, 1_000, false),
            ..TurnBudget::default()
        };
        let passed = |tokens| {
            let passed = budget.passed(&report(tokens));
            (passed.warn, passed.stop)
        };
        assert_eq!(passed(499), (vec![], None));
        assert_eq!(passed(500), (vec![Cap::Tokens], None));
        assert_eq!(passed(700), (vec![Cap::Tokens], Some(Cap::Tokens)));
        let warned = TurnBudget {
            tokens: Left::of(300, 1_000, true),
            ..TurnBudget::default()
        };
        assert_eq!(warned.passed(&report(600)), Passed::default());
        assert_eq!(
            TurnBudget::default().passed(&report(u64::MAX)),
            Passed::default()
        );
    }

    #[test]
    fn no_limit_is_never_reached_and_never_raised() {
        assert_eq!(Left::of(5, 0, false), None);
        assert_eq!(percent(5, 0), 0);
        assert_eq!(percent(u64::MAX, 1), u64::MAX);
        let raised = Amounts {
            attempts: 2,
            cost: 5,
            ..Amounts::default()
        };
        let limits = Amounts {
            attempts: 20,
            ..Amounts::default()
        };
        assert_eq!(limits.raised_by(&raised).attempts, 22);
        assert_eq!(limits.raised_by(&raised).cost, 0);
    }
}
