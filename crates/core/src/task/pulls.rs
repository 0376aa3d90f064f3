//! The task's part of the ledger: what is known of each of its pull requests. It is kept in step with the task after every
//! decision; nothing here plans anything.

use super::Task;
use crate::outcome::{PullEnd, PullOutcome};

impl Task {
    /// So many of its pull requests are remembered here; the database has them all.
    const OUTCOMES: usize = 8;

    /// What is known of a pull request.
    pub fn outcome_mut(&mut self, pull: i64) -> Option<&mut PullOutcome> {
        self.outcomes
            .iter_mut()
            .find(|outcome| outcome.pull == pull)
    }

    /// Those that are not as they were.
    pub fn changed_outcomes<'a>(
        &'a self,
        before: &'a Self,
    ) -> impl Iterator<Item = &'a PullOutcome> {
        let known = |outcome: &&PullOutcome| !before.outcomes.contains(outcome);
        self.outcomes.iter().filter(known)
    }

    /// Takes in how the open pull request and the cost of its session stand.
    pub fn keep_outcomes(&mut self, now: i64) {
        if self.has_open_pull() {
            self.open_outcome(now);
        }
        let session = self.meter.session.clone();
        let paid = session.as_ref().and_then(|meter| {
            let mut outcomes = self.outcomes.iter_mut().rev();
            outcomes.find(|outcome| outcome.session == meter.session)
        });
        if let (Some(outcome), Some(meter)) = (paid, session.as_ref()) {
            outcome.spent = meter.spent;
        }
    }

    /// The open pull request as it stands.
    fn open_outcome(&mut self, now: i64) {
        let Some(pull) = self.pull.as_ref().map(|pull| pull.number) else {
            return;
        };
        let rounds = self.review.rounds;
        let touched = self.branch_shared || self.review.theirs.is_some();
        let ours = self.branch_head.clone();
        let Some(outcome) = self.begun_outcome(pull, now) else {
            return;
        };
        if outcome.end == Some(PullEnd::Closed) {
            outcome.reopened();
        }
        outcome.rounds = outcome.rounds.max(rounds);
        outcome.touched |= touched;
        if ours.is_some() && !touched {
            outcome.ours = ours;
        }
    }

    /// What is known of it, which begins here where nothing is.
    fn begun_outcome(&mut self, pull: i64, now: i64) -> Option<&mut PullOutcome> {
        if self.outcome_mut(pull).is_none() {
            let job = self.job()?;
            let outcome = PullOutcome {
                pull,
                session: job.session.clone(),
                role: job.role.name.to_string(),
                agent: job.agent.clone(),
                base: job.base_branch.clone(),
                queued_at: job.queued_at,
                opened_at: now,
                over_at: None,
                end: None,
                rounds: 0,
                touched: false,
                ours: None,
                spent: self.session_usage(&job.session),
                landing: Default::default(),
            };
            self.outcomes.push(outcome);
            let surplus = self.outcomes.len().saturating_sub(Self::OUTCOMES);
            self.outcomes.drain(..surplus);
        }
        self.outcome_mut(pull)
    }

    /// A pull request of ours is over.
    pub fn pull_is_over(&mut self, pull: i64, end: PullEnd, now: i64) {
        let current = self.pull.as_ref().map(|pull| pull.number) == Some(pull);
        let outcome = match current {
            true => self.begun_outcome(pull, now),
            false => self.outcome_mut(pull),
        };
        if let Some(outcome) = outcome {
            outcome.over(end, now);
        }
    }

    /// The base is looked at again for a change that was not there, if nobody has been told.
    pub fn look_for_change(&mut self, now: i64) {
        let missing = self
            .outcomes
            .iter_mut()
            .filter(|outcome| outcome.landing.on_base == Some(false) && !outcome.landing.told);
        for outcome in missing {
            outcome.landing.look_at = Some(now);
        }
    }

    /// When the base is looked at next.
    pub fn next_landing(&self) -> Option<i64> {
        let looks = self.outcomes.iter();
        looks.filter_map(|outcome| outcome.landing.look_at).min()
    }
}
