//! How sessions went, added up: how many went well, how long they took, how far the slots were used, and when the rest should be done.
//!
//! Pure sums over times that somebody else looked up. A figure that rests on nothing is none, and never a zero.

use crate::session::SessionState;

/// One session, by its times (epoch milliseconds).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Run {
    /// Its state.
    pub state: SessionState,
    /// When it was queued.
    pub queued_at: i64,
    /// When it got its slot.
    pub started_at: Option<i64>,
    /// When it was over.
    pub ended_at: Option<i64>,
}

/// What is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// From when on, epoch milliseconds.
    pub since: i64,
    /// Until when: now.
    pub until: i64,
    /// How many sessions can be at work at once; none where that is not known yet.
    pub slots: Option<u32>,
}

/// The sums. Spans of time are milliseconds, parts are of a hundred.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Totals {
    /// Over.
    pub ended: u64,
    /// Ended well.
    pub completed: u64,
    /// Ended badly.
    pub failed: u64,
    /// Ended by people.
    pub cancelled: u64,
    /// With a slot, and not over.
    pub at_work: u64,
    /// Without a slot, and not over.
    pub waiting: u64,
    /// Of those that completed or failed, so many completed.
    pub percent_success: Option<f64>,
    /// So many are over.
    pub percent_done: Option<f64>,
    /// From slot to end, of those that are over.
    pub took: Option<Spread>,
    /// From the queue to the slot, in the mean.
    pub mean_wait: Option<i64>,
    /// How much of all slots' time was taken.
    pub percent_utilised: Option<f64>,
    /// How many ended in an hour.
    pub ended_per_hour: Option<f64>,
    /// When the rest should be over.
    pub done_at: Option<i64>,
}

/// How long things took.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spread {
    /// The shortest.
    pub shortest: i64,
    /// The mean.
    pub mean: i64,
    /// Half took no longer.
    pub median: i64,
    /// The longest.
    pub longest: i64,
}

const HOUR: f64 = 3_600_000.0;

/// Adds runs up.
pub fn totals(runs: &[Run], window: Window) -> Totals {
    let count =
        |wanted: &dyn Fn(&Run) -> bool| runs.iter().filter(|run| wanted(run)).count() as u64;
    let state = |state: SessionState| count(&move |run| run.state == state);
    let (completed, failed) = (state(SessionState::Completed), state(SessionState::Failed));
    let ended = count(&|run| run.ended_at.is_some());
    let took = spread(runs.iter().filter_map(took).collect());
    Totals {
        ended,
        completed,
        failed,
        cancelled: state(SessionState::Cancelled),
        at_work: count(&|run| run.ended_at.is_none() && run.started_at.is_some()),
        waiting: count(&|run| run.ended_at.is_none() && run.started_at.is_none()),
        percent_success: percent(completed as f64, (completed + failed) as f64),
        percent_done: percent(ended as f64, runs.len() as f64),
        took,
        mean_wait: spread(runs.iter().filter_map(waited).collect()).map(|waits| waits.mean),
        percent_utilised: utilised(runs, window),
        ended_per_hour: per_hour(ended, lasted(runs, window)),
        done_at: took.and_then(|took| done_at(runs, window, took.mean)),
    }
}

/// How long a run took that is over.
pub fn took(run: &Run) -> Option<i64> {
    Some(run.ended_at?.saturating_sub(run.started_at?).max(0))
}

/// How long a run waited for its slot.
pub fn waited(run: &Run) -> Option<i64> {
    Some(run.started_at?.saturating_sub(run.queued_at).max(0))
}

fn spread(mut spans: Vec<i64>) -> Option<Spread> {
    spans.sort_unstable();
    let (shortest, longest) = (*spans.first()?, *spans.last()?);
    let sum: i128 = spans.iter().map(|span| i128::from(*span)).sum();
    let mean = sum / spans.len() as i128;
    Some(Spread {
        shortest,
        mean: i64::try_from(mean).unwrap_or(i64::MAX),
        median: spans[(spans.len() - 1) / 2],
        longest,
    })
}

fn percent(part: f64, whole: f64) -> Option<f64> {
    // A tenth is as exact as anybody reads it.
    (whole > 0.0).then(|| (part / whole * 1000.0).round() / 10.0)
}

fn per_hour(ended: u64, lasted: i64) -> Option<f64> {
    (lasted > 0).then(|| (ended as f64 / (lasted as f64 / HOUR) * 100.0).round() / 100.0)
}

/// When the window begins: not before anything was there.
fn begins(runs: &[Run], window: Window) -> i64 {
    let first = runs.iter().map(|run| run.queued_at).min();
    first.map_or(window.since, |first| first.max(window.since))
}

fn lasted(runs: &[Run], window: Window) -> i64 {
    window.until.saturating_sub(begins(runs, window)).max(0)
}

fn utilised(runs: &[Run], window: Window) -> Option<f64> {
    let begins = begins(runs, window);
    let busy = |run: &Run| {
        let started = run.started_at?.max(begins);
        let ended = run.ended_at.unwrap_or(window.until).min(window.until);
        Some(ended.saturating_sub(started).max(0))
    };
    let busy: f64 = runs.iter().filter_map(busy).map(|span| span as f64).sum();
    percent(busy, f64::from(window.slots?) * lasted(runs, window) as f64)
}

/// If each takes as long as those before it: what is left of those at work, and all of those that wait, over the slots.
fn done_at(runs: &[Run], window: Window, mean: i64) -> Option<i64> {
    let left = |run: &Run| match (run.started_at, run.ended_at) {
        (_, Some(_)) => None,
        (Some(started), None) => Some(
            mean.saturating_sub(window.until.saturating_sub(started))
                .max(0),
        ),
        (None, None) => Some(mean),
    };
    let left: Vec<i64> = runs.iter().filter_map(left).collect();
    let longest = *left.iter().max()?;
    let slots = i64::from(window.slots?.max(1));
    let spread = left
        .iter()
        .fold(0_i64, |sum, span| sum.saturating_add(*span))
        / slots;
    Some(window.until.saturating_add(spread.max(longest)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use SessionState::{Cancelled, Completed, Created, Failed, Running};

    fn run(state: SessionState, queued_at: i64, times: (Option<i64>, Option<i64>)) -> Run {
        Run {
            state,
            queued_at,
            started_at: times.0,
            ended_at: times.1,
        }
    }

    const HOURS: i64 = 3_600_000;

    fn window(slots: Option<u32>) -> Window {
        Window {
            since: 0,
            until: 14 * HOURS,
            slots,
        }
    }

    #[test]
    fn sessions_are_added_up() {
        let runs = [
            run(Completed, 10 * HOURS, (Some(10 * HOURS), Some(11 * HOURS))),
            run(Completed, 10 * HOURS, (Some(11 * HOURS), Some(14 * HOURS))),
            run(Failed, 10 * HOURS, (Some(10 * HOURS), Some(12 * HOURS))),
            run(Cancelled, 10 * HOURS, (None, Some(12 * HOURS))),
            run(Running, 10 * HOURS, (Some(13 * HOURS), None)),
            run(Created, 13 * HOURS, (None, None)),
        ];
        let totals = totals(&runs, window(Some(2)));
        assert_eq!((totals.ended, totals.completed, totals.failed), (4, 2, 1));
        assert_eq!(
            (totals.cancelled, totals.at_work, totals.waiting),
            (1, 1, 1)
        );
        assert_eq!(totals.percent_success, Some(66.7));
        assert_eq!(totals.percent_done, Some(66.7));
        let spread = Spread {
            shortest: HOURS,
            mean: 2 * HOURS,
            median: 2 * HOURS,
            longest: 3 * HOURS,
        };
        assert_eq!(totals.took, Some(spread));
        assert_eq!(totals.mean_wait, Some(HOURS));
        // 1 + 3 + 2 + 1 hours of 2 slots in 4 hours.
        assert_eq!(totals.percent_utilised, Some(87.5));
        assert_eq!(totals.ended_per_hour, Some(1.0));
        // One hour is left of the one at work and two of the one that waits, over two slots: no sooner than the longest.
        assert_eq!(totals.done_at, Some(16 * HOURS));
    }

    #[test]
    fn what_rests_on_nothing_is_none() {
        assert_eq!(
            totals(&[], window(Some(2))),
            Totals {
                percent_utilised: Some(0.0),
                ended_per_hour: Some(0.0),
                ..Totals::default()
            }
        );
        let waits = [run(Created, 13 * HOURS, (None, None))];
        let totals = totals(&waits, window(None));
        assert_eq!((totals.waiting, totals.done_at), (1, None));
        assert_eq!(
            (totals.percent_utilised, totals.percent_success),
            (None, None)
        );
        assert_eq!(totals.percent_done, Some(0.0));
    }

    #[test]
    fn a_clock_that_went_back_makes_no_span_less_than_nothing() {
        let odd = [run(Completed, 9, (Some(5), Some(1)))];
        let totals = totals(
            &odd,
            Window {
                since: 3,
                until: 2,
                slots: Some(1),
            },
        );
        assert_eq!(totals.took.map(|took| took.shortest), Some(0));
        assert_eq!((totals.mean_wait, totals.ended_per_hour), (Some(0), None));
    }
}
