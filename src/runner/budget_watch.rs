//! A running turn against what its issue may still cost: says what is nearly used up, once, and ends the turn when something
//! is used up. What an agent streams is looked at here and not stored; only these two facts leave it.

use tokio_util::sync::CancellationToken;

use crate::core::budget::{Cap, TurnBudget};
use crate::core::time::Clock;
use crate::core::usage::Report;

/// What one turn may cost, and has.
pub(super) struct BudgetWatch<'a> {
    budget: &'a TurnBudget,
    clock: &'a Clock,
    since: i64,
    report: Report,
    told: Vec<Cap>,
    over: CancellationToken,
}

impl<'a> BudgetWatch<'a> {
    /// From now on; `over` is cancelled when something is used up.
    pub(super) fn new(budget: &'a TurnBudget, clock: &'a Clock, over: CancellationToken) -> Self {
        Self {
            budget,
            clock,
            since: clock(),
            report: Report::default(),
            told: Vec::new(),
            over,
        }
    }

    /// The agent told what the turn has cost so far.
    pub(super) fn heard(&mut self, report: Report) {
        self.report = report;
    }

    /// Looks at it: answers what is nearly used up and was not answered before.
    pub(super) fn look(&mut self) -> Vec<Cap> {
        let passed = self.budget.passed(&self.spent());
        if passed.stop.is_some() {
            self.over.cancel();
        }
        let news = passed.warn.into_iter();
        let news: Vec<Cap> = news.filter(|cap| !self.told.contains(cap)).collect();
        self.told.extend(&news);
        news
    }

    /// What the turn has cost so far, its time included.
    pub(super) fn spent(&self) -> Report {
        Report {
            worked_ms: (self.clock)().saturating_sub(self.since).max(0),
            began: self.budget.began,
            ..self.report.clone()
        }
    }
}
