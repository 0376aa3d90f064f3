//! GitHub's points, decided from the past minute alone (pure): a read costs one and a change five, and an installation has 900 of
//! them in a minute, whatever it asks for.
//! <https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api#calculating-points-for-the-secondary-rate-limit>
//!
//! Receipts come first: while they are asked for, as much is kept for them as they will need if they go on like that. It must never
//! keep everything for them: the others go on as well, only slower. Times are milliseconds on one line that never jumps.

use std::collections::VecDeque;

use super::limiter::{Lane, MINUTE};

/// What a read costs, and what a change costs.
pub(super) const READ: u32 = 1;
pub(super) const CHANGE: u32 = 5;
/// What somebody begins for whom there is room: a few reads and a change.
pub(super) const BEGINNING: u32 = 10;

/// From so short a time is seen how quickly receipts come, milliseconds.
const LATELY: i64 = MINUTE / 12;

/// Nobody is sent away for longer because of points: how many are kept for receipts changes quickly.
const LONGEST: i64 = 2_000;

/// One call that was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Spent {
    /// When.
    pub(super) at: i64,
    /// For whom.
    pub(super) lane: Lane,
    /// What it cost.
    pub(super) points: u32,
}

/// How long a call must wait before it is worth while to ask again whether the minute has room for it, milliseconds. `spent` is in
/// order of time, `most` what all calls of a minute may cost.
pub(super) fn wait(wish: &Spent, spent: &VecDeque<Spent>, most: u32) -> i64 {
    let Spent {
        at: now,
        lane,
        points: cost,
    } = *wish;
    let room = |limit: u32, counts: fn(&Spent) -> bool| until_below(now, limit, spent, counts);
    let all = room(most.saturating_sub(cost), |_| true);
    let wait = match lane {
        Lane::Receipts => all,
        Lane::Others => {
            let theirs = most - kept_for_receipts(now, spent, most);
            let is_other = |spent: &Spent| spent.lane == Lane::Others;
            all.max(room(theirs.saturating_sub(cost), is_other))
        }
    };
    wait.min(LONGEST)
}

/// What all calls of the last minute have cost.
pub(super) fn used(now: i64, spent: &VecDeque<Spent>) -> u32 {
    let recent = spent.iter().filter(|spent| spent.at > now - MINUTE);
    recent.map(|spent| spent.points).sum()
}

/// Forgets what no rule looks at any more.
pub(super) fn prune(now: i64, spent: &mut VecDeque<Spent>) {
    while spent.front().is_some_and(|spent| spent.at <= now - MINUTE) {
        spent.pop_front();
    }
}

/// What receipts will need in a minute if they go on as lately, and a quarter more: a third of all at least, because each crowd begins
/// with one, and four fifths at most.
fn kept_for_receipts(now: i64, spent: &VecDeque<Spent>, most: u32) -> u32 {
    let lately = spent
        .iter()
        .rev()
        .take_while(|spent| spent.at > now - LATELY);
    let receipts = lately.filter(|spent| spent.lane == Lane::Receipts);
    let cost: u32 = receipts.map(|spent| spent.points).sum();
    cost.saturating_mul(15).clamp(most / 3, most / 5 * 4)
}

/// When those that count have cost no more than `limit` in the minute before, milliseconds from now.
fn until_below(now: i64, limit: u32, spent: &VecDeque<Spent>, counts: fn(&Spent) -> bool) -> i64 {
    let (mut sum, mut wait) = (0_u32, 0);
    let recent = spent
        .iter()
        .rev()
        .take_while(|spent| spent.at > now - MINUTE);
    for spent in recent.filter(|spent| counts(spent)) {
        sum = sum.saturating_add(spent.points);
        if sum > limit {
            // This one has to be a minute old, and with it all before it.
            wait = spent.at + MINUTE - now;
            break;
        }
    }
    wait.max(0)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const MOST: u32 = 840;

    fn spent(at: i64, lane: Lane, points: u32) -> Spent {
        Spent { at, lane, points }
    }

    #[test]
    fn all_together_stay_below_what_a_minute_has() {
        let history: VecDeque<Spent> = (0..168)
            .map(|n| spent(n * 100, Lane::Receipts, CHANGE))
            .collect();
        let now = 20_000;
        assert_eq!(used(now, &history), 840);
        // Receipts have nobody to make room for, and wait for the oldest alone.
        let receipt = |now, cost| wait(&spent(now, Lane::Receipts, cost), &history, MOST);
        assert_eq!((receipt(now, READ), receipt(now, CHANGE)), (2_000, 2_000));
        assert_eq!(receipt(59_900, READ), 100);
        assert_eq!(receipt(59_900, 6), 200);
        assert_eq!(
            wait(&spent(60_000, Lane::Receipts, CHANGE), &history, MOST),
            0
        );
    }

    #[test]
    fn others_leave_room_for_receipts_by_how_many_came_lately() {
        let others = |points: u32| -> VecDeque<Spent> {
            (0..points)
                .map(|n| spent(i64::from(n), Lane::Others, READ))
                .collect()
        };
        let now = 30_000;
        // A third is kept in any case.
        assert_eq!(wait(&spent(now, Lane::Others, READ), &others(559), MOST), 0);
        assert_eq!(
            wait(&spent(now, Lane::Others, READ), &others(560), MOST),
            2_000
        );
        assert_eq!(
            wait(&spent(now, Lane::Receipts, CHANGE), &others(560), MOST),
            0
        );
        // Thirty points in five seconds are 360 in a minute, 450 with a quarter more; later that is left to the others again.
        let mut busy = others(390);
        busy.extend((0..6).map(|n| spent(25_001 + n, Lane::Receipts, CHANGE)));
        assert_eq!(wait(&spent(now, Lane::Others, READ), &busy, MOST), 2_000);
        assert_eq!(wait(&spent(40_000, Lane::Others, READ), &busy, MOST), 0);
        // However many they are, a fifth is left.
        let mut crowd = others(167);
        crowd.extend((0..100).map(|n| spent(25_001 + n, Lane::Receipts, CHANGE)));
        assert_eq!(wait(&spent(now, Lane::Others, READ), &crowd, MOST), 0);
        assert_eq!(wait(&spent(now, Lane::Others, CHANGE), &crowd, MOST), 2_000);
    }

    proptest! {
        /// Whoever waits as long as it is told never finds a minute with more than there is.
        #[test]
        fn no_minute_ever_costs_more(
            wishes in prop::collection::vec((any::<bool>(), any::<bool>(), 0..3_000_i64), 1..400),
            most in 30_u32..900,
        ) {
            let (mut now, mut history) = (0, VecDeque::new());
            for (receipt, change, pause) in wishes {
                let lane = if receipt { Lane::Receipts } else { Lane::Others };
                let points = if change { CHANGE } else { READ };
                now += pause;
                for _ in 0..1_000 {
                    match wait(&spent(now, lane, points), &history, most) {
                        0 => break,
                        more => now += more,
                    }
                }
                prop_assert_eq!(wait(&spent(now, lane, points), &history, most), 0);
                history.push_back(spent(now, lane, points));
                prop_assert!(used(now, &history) <= most);
                prune(now, &mut history);
            }
        }
    }
}
