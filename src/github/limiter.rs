//! How fast we change things, decided from the past alone (pure).
//!
//! GitHub allows 80 content creations a minute and 500 an hour, and wants about a second between changes; we stay below. Of the
//! creations only a part may be of low worth ([`Pace::of_low_worth`]), so that the rest is there for what people wait for.
//! <https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api#about-secondary-rate-limits>
//! Times are milliseconds on one line that never jumps.

use std::collections::VecDeque;

use crate::core::effect::Worth;
use crate::core::policy::Pace;

pub(super) const MINUTE: i64 = 60_000;
pub(super) const HOUR: i64 = 3_600_000;

/// Changes that keep a pace among themselves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Lane {
    /// Marks that say "seen": many issues may be labelled at once, and each is answered at once.
    Receipts,
    /// All others.
    Others,
}

impl Lane {
    /// How many may follow each other at once. With both lanes full, 160 changes go out in the worst minute of the default pace:
    /// GitHub's 900 points a minute are 180.
    fn burst(self, pace: &Pace) -> i64 {
        let burst = i64::from(pace.burst.max(1));
        match self {
            Self::Receipts => burst * 3,
            Self::Others => burst,
        }
    }
}

/// A change, as far as the limits go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Wish {
    /// Among which it keeps its pace.
    pub(super) lane: Lane,
    /// What the content is worth that it creates, if it creates any.
    pub(super) creates: Option<Worth>,
}

/// One change that was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Mark {
    /// When.
    pub(super) at: i64,
    /// What.
    pub(super) wish: Wish,
}

/// How long a change must wait for the pause between two changes. `history` is in order of time.
pub(super) fn spacing(now: i64, lane: Lane, history: &VecDeque<Mark>, pace: &Pace) -> i64 {
    bucket((now, lane), history, pace)
}

/// How long a creation must wait until the minute and the hour have room for it.
pub(super) fn room(now: i64, worth: Worth, history: &VecDeque<Mark>, pace: &Pace) -> i64 {
    let wait = |worth: Worth, share: fn(u32) -> u32| {
        let minute = window(
            Span {
                now,
                length: MINUTE,
            },
            worth,
            history,
            share(pace.per_minute),
        );
        minute.max(window(
            Span { now, length: HOUR },
            worth,
            history,
            share(pace.per_hour),
        ))
    };
    let all = wait(Worth::High, |most| most);
    match worth {
        Worth::High => all,
        Worth::Low => all.max(wait(Worth::Low, Pace::of_low_worth)),
    }
}

/// How many creations, worth so much or less, there were in the last `length` milliseconds.
pub(super) fn used((now, length): (i64, i64), worth: Worth, history: &VecDeque<Mark>) -> u32 {
    let recent = history
        .iter()
        .rev()
        .take_while(|mark| mark.at > now - length);
    u32::try_from(recent.filter(|mark| counts(mark, worth)).count()).unwrap_or(u32::MAX)
}

/// Whether a change is a creation, worth so much or less.
fn counts(mark: &Mark, worth: Worth) -> bool {
    mark.wish.creates.is_some_and(|of| of >= worth)
}

/// Forgets what no rule looks at any more.
pub(super) fn prune(now: i64, history: &mut VecDeque<Mark>) {
    while history.front().is_some_and(|mark| mark.at <= now - HOUR) {
        history.pop_front();
    }
}

/// The token bucket, as the time at which the next change is due (GCRA).
fn bucket((now, lane): (i64, Lane), history: &VecDeque<Mark>, pace: &Pace) -> i64 {
    let interval = 1000 / i64::from(pace.per_second.clamp(1, 1000));
    let before = history.iter().filter(|mark| mark.wish.lane == lane);
    let due = before.fold(i64::MIN, |due, mark| {
        due.max(mark.at).saturating_add(interval)
    });
    let allowance = (lane.burst(pace) - 1) * interval;
    due.saturating_sub(allowance).saturating_sub(now).max(0)
}

/// A window that ends now, milliseconds.
#[derive(Clone, Copy)]
struct Span {
    now: i64,
    length: i64,
}

/// A sliding window: at most `most` creations, worth so much or less, in any `length` milliseconds.
fn window(span: Span, worth: Worth, history: &VecDeque<Mark>, most: u32) -> i64 {
    let Span { now, length } = span;
    let most = usize::try_from(most.max(1)).unwrap_or(usize::MAX);
    let oldest = history
        .iter()
        .rev()
        .filter(|mark| counts(mark, worth))
        .nth(most - 1);
    oldest.map_or(0, |mark| (mark.at + length - now).max(0))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const CREATION: Wish = Wish {
        lane: Lane::Others,
        creates: Some(Worth::High),
    };
    const LOW: Wish = Wish {
        creates: Some(Worth::Low),
        ..CREATION
    };
    const EDIT: Wish = Wish {
        lane: Lane::Others,
        creates: None,
    };
    const RECEIPT: Wish = Wish {
        lane: Lane::Receipts,
        creates: None,
    };

    fn next(now: i64, wish: Wish, history: &VecDeque<Mark>, pace: &Pace) -> i64 {
        let room = wish
            .creates
            .map_or(0, |worth| room(now, worth, history, pace));
        room.max(spacing(now, wish.lane, history, pace))
    }

    fn of_low_worth(most: usize) -> usize {
        (most / 6).max(1)
    }

    /// Sends `count` creations as early as allowed, from `start`, and returns when each went out.
    fn drive(start: i64, count: usize, pace: &Pace) -> Vec<i64> {
        let (mut now, mut history, mut sent) = (start, VecDeque::new(), Vec::new());
        for _ in 0..count {
            now += next(now, CREATION, &history, pace);
            history.push_back(Mark {
                at: now,
                wish: CREATION,
            });
            sent.push(now);
        }
        sent
    }

    fn most_within(times: &[i64], length: i64) -> usize {
        let (mut first, mut most) = (0, 0);
        for (last, at) in times.iter().enumerate() {
            while times[first] <= at - length {
                first += 1;
            }
            most = most.max(last + 1 - first);
        }
        most
    }

    #[test]
    fn the_golden_table() {
        let sent = drive(0, 410, &Pace::default());
        let at = |n: usize| (n, sent[n - 1]);
        // Ten at once, then one a second, then 60 a minute, then 400 an hour.
        let table = [
            at(1),
            at(10),
            at(11),
            at(12),
            at(60),
            at(61),
            at(70),
            at(71),
            at(120),
            at(400),
            at(401),
            at(410),
        ];
        assert_eq!(
            table,
            [
                (1, 0),
                (10, 0),
                (11, 1_000),
                (12, 2_000),
                (60, 50_000),
                (61, 60_000),
                (70, 60_000),
                (71, 61_000),
                (120, 110_000),
                (400, 390_000),
                (401, 3_600_000),
                (410, 3_600_000),
            ]
        );
    }

    #[test]
    fn edits_do_not_use_up_the_content_limits_but_keep_the_pace() {
        let history: VecDeque<Mark> = (0..60)
            .map(|_| Mark {
                at: 0,
                wish: CREATION,
            })
            .collect();
        assert_eq!(next(59_000, EDIT, &history, &Pace::default()), 0);
        assert_eq!(next(59_000, CREATION, &history, &Pace::default()), 1_000);
        assert_eq!(next(0, EDIT, &history, &Pace::default()), 51_000);
    }

    #[test]
    fn receipts_keep_a_pace_of_their_own() {
        let pace = Pace::default();
        let made = |wish, count| (0..count).map(move |_| Mark { at: 0, wish });
        let busy: VecDeque<Mark> = made(CREATION, 60).collect();
        assert_eq!(
            next(0, RECEIPT, &busy, &pace),
            0,
            "nothing else holds them up"
        );
        let seen: VecDeque<Mark> = made(RECEIPT, 30).collect();
        assert_eq!(
            next(0, CREATION, &seen, &pace),
            0,
            "nor do they hold others up"
        );
        assert_eq!(next(0, RECEIPT, &seen, &pace), 1_000);
    }

    #[test]
    fn low_worth_has_a_sixth_and_what_is_worth_more_has_all_of_the_rest() {
        let pace = Pace::default();
        let (mut now, mut history, mut low, mut high) = (0, VecDeque::new(), 0, 0);
        // Both are wanted all the time: whichever may go goes, low worth first where both may.
        while now < HOUR {
            let waits = [LOW, CREATION].map(|wish| next(now, wish, &history, &pace));
            let wish = match waits {
                [0, _] => LOW,
                [_, 0] => CREATION,
                [one, other] => {
                    now += one.min(other);
                    continue;
                }
            };
            match wish {
                LOW => low += 1,
                _ => high += 1,
            }
            history.push_back(Mark { at: now, wish });
        }
        assert_eq!((low, high), (66, 334));
        let now = HOUR - 1;
        assert_eq!(used((now, HOUR), Worth::High, &history), 400);
        assert_eq!(used((now, HOUR), Worth::Low, &history), 66);
        assert_eq!(used((now, MINUTE), Worth::High, &history), 0);
    }

    #[test]
    fn who_has_few_issues_feels_nothing_of_it() {
        let history: VecDeque<Mark> = (0..9).map(|at| Mark { at, wish: LOW }).collect();
        assert_eq!(next(10, LOW, &history, &Pace::default()), 0);
        // Unless the operator allows next to nothing: one is allowed in any case.
        let narrow = Pace {
            per_minute: 1,
            per_hour: 2,
            ..Pace::default()
        };
        assert_eq!(next(0, LOW, &VecDeque::new(), &narrow), 0);
        assert_eq!(
            next(MINUTE + 9, LOW, &history, &narrow),
            HOUR + 8 - MINUTE - 9
        );
    }

    #[test]
    fn the_past_is_forgotten_after_an_hour() {
        let mut history: VecDeque<Mark> = [0, 1, 3_600_000]
            .map(|at| Mark { at, wish: CREATION })
            .into();
        prune(3_600_001, &mut history);
        assert_eq!(history.len(), 1);
    }

    proptest! {
        #[test]
        fn no_window_is_ever_exceeded(steps in prop::collection::vec((0_i64..20_000, 0..4_usize), 1..900)) {
            let pace = Pace::default();
            let (mut now, mut history) = (0_i64, VecDeque::new());
            let (mut receipts, mut others, mut creations, mut low) = (vec![], vec![], vec![], vec![]);
            for (idle, kind) in steps {
                let wish = [RECEIPT, EDIT, CREATION, LOW][kind];
                now += idle * i64::from(idle % 7 == 0);
                now += next(now, wish, &history, &pace);
                prune(now, &mut history);
                history.push_back(Mark { at: now, wish });
                match wish.lane {
                    Lane::Receipts => receipts.push(now),
                    Lane::Others => others.push(now),
                }
                if wish.creates.is_some() {
                    creations.push(now);
                }
                if wish == LOW {
                    low.push(now);
                }
            }
            prop_assert!(most_within(&creations, MINUTE) <= 60);
            prop_assert!(most_within(&creations, HOUR) <= 400);
            prop_assert!(most_within(&low, MINUTE) <= of_low_worth(60));
            prop_assert!(most_within(&low, HOUR) <= of_low_worth(400));
            prop_assert!(most_within(&others, 1_000) <= 10);
            prop_assert!(most_within(&others, 10_000) <= 20);
            prop_assert!(most_within(&receipts, 1_000) <= 30);
            prop_assert!(most_within(&receipts, 10_000) <= 40);
        }

        #[test]
        fn waiting_as_told_is_enough(times in prop::collection::vec((0_i64..100_000, 0..4_usize), 0..200), kind in 0..4_usize) {
            let pace = Pace::default();
            let mut times = times;
            times.sort_unstable();
            let history: VecDeque<Mark> = times.into_iter().map(|(at, kind)| Mark { at, wish: [RECEIPT, EDIT, CREATION, LOW][kind] }).collect();
            let wish = [RECEIPT, EDIT, CREATION, LOW][kind];
            let wait = next(100_000, wish, &history, &pace);
            prop_assert_eq!(next(100_000 + wait, wish, &history, &pace), 0);
        }

        /// Whatever of low worth was there before: what is worth more waits no longer than if it had been worth as much.
        #[test]
        fn low_worth_never_costs_more_than_its_part(low in prop::collection::vec(0_i64..HOUR, 0..500), pace in (1_u32..100, 1_u32..600)) {
            let pace = Pace { per_minute: pace.0, per_hour: pace.1, burst: 10_000, per_second: 1_000, ..Pace::default() };
            let (mut now, mut history) = (0, VecDeque::new());
            let mut low = low;
            low.sort_unstable();
            for at in low {
                now = at.max(now);
                now += next(now, LOW, &history, &pace);
                history.push_back(Mark { at: now, wish: LOW });
            }
            let rest = pace.per_minute - Pace::of_low_worth(pace.per_minute);
            let hour = pace.per_hour - Pace::of_low_worth(pace.per_hour);
            for _ in 0..rest.min(hour) {
                prop_assert_eq!(room(now, Worth::High, &history, &pace), 0);
                history.push_back(Mark { at: now, wish: CREATION });
            }
        }
    }
}
