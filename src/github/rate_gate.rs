//! The gate of one installation: changes go through one at a time and at our pace, reads ten at a time, all of them as far as the
//! minute has points, and nobody at all while GitHub wants a pause.
//!
//! It exists so that no caller has to know the limits. It measures on a clock that never jumps: a jump of the wall clock
//! neither opens nor shuts it. It never sleeps inside a pause, nor until a minute or an hour has room for another creation; the
//! caller gets the remaining time instead, and lets others go first meanwhile.

use std::collections::{BTreeSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{Notify, Semaphore, SemaphorePermit};
use tokio::time::{sleep, timeout};

use super::answer::Limit;
use super::budget::{Budget, Used};
use super::error::GitHubError;
use super::limiter::{HOUR, Lane, MINUTE, Mark, Wish, prune, room, spacing};
use super::points::{self, Spent};
use crate::core::effect::Worth;
use crate::core::failure::Room;
use crate::core::policy::Pace;
use crate::core::time::Clock;

/// Reads in flight per installation.
const READS: usize = 10;
/// The first pause when GitHub names none, and the longest.
const UNSAID: (u64, u64) = (60, 900);
/// The same after "was submitted too quickly".
const TOO_QUICK: (u64, u64) = (300, 3600);

/// Who goes first when several changes wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Priority {
    /// A reaction, such as the 👀 that says "seen", and what has to be read before it: overtakes everything that waits, and has a
    /// pace of its own.
    Receipt,
    /// Everything else.
    Normal,
}

impl Priority {
    fn lane(self) -> Lane {
        match self {
            Self::Receipt => Lane::Receipts,
            Self::Normal => Lane::Others,
        }
    }
}

/// How long a call waits behind others that are under way, however impatient it is.
const BEHIND: Duration = Duration::from_secs(20);

/// Who holds changes up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Brake {
    /// GitHub asked for a pause.
    GitHub,
    /// We stay below GitHub's limits by ourselves.
    Pace,
}

#[derive(Default)]
struct State {
    history: VecDeque<Mark>,
    spent: VecDeque<Spent>,
    waiting: BTreeSet<(Priority, u64)>,
    tickets: u64,
    in_flight: bool,
    paused_until: i64,
    /// Limits in a row without a time.
    strikes: u32,
}

pub(super) struct RateGate {
    state: Mutex<State>,
    changed: Notify,
    reads: Semaphore,
    pace: Pace,
    ticks: Clock,
    origin: i64,
    epoch: i64,
}

impl RateGate {
    /// A gate that measures by `ticks`, which now stand for `epoch` (both milliseconds).
    pub(super) fn new(pace: Pace, ticks: Clock, epoch: i64) -> Self {
        Self {
            state: Mutex::default(),
            changed: Notify::new(),
            reads: Semaphore::new(READS),
            pace,
            origin: ticks(),
            ticks,
            epoch,
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Every change to the state is complete when the lock is released, so a panic elsewhere leaves it usable.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether forgetting it loses nothing: nothing under way, no pause, no change within the last hour and no call within the last
    /// minute.
    pub(super) fn is_idle(&self) -> bool {
        let now = self.now();
        let mut state = self.state();
        prune(now, &mut state.history);
        points::prune(now, &mut state.spent);
        let remembers = !state.history.is_empty() || !state.spent.is_empty();
        let quiet = !remembers && state.waiting.is_empty() && !state.in_flight;
        quiet && state.paused_until <= now
    }

    fn now(&self) -> i64 {
        let elapsed = (self.ticks)().saturating_sub(self.origin);
        self.epoch.saturating_add(elapsed)
    }

    /// Remembers creations made before this process started (epoch milliseconds, and what each was worth), instead of what was
    /// said of that time before: telling it twice counts once.
    pub(super) fn seed(&self, creations: &[(i64, Worth)]) {
        let now = self.now();
        let mut state = self.state();
        state.history.retain(|mark| mark.at >= self.epoch);
        state
            .history
            .extend(creations.iter().map(|(at, worth)| Mark {
                at: (*at).min(self.epoch - 1),
                wish: Wish {
                    lane: Lane::Others,
                    creates: Some(*worth),
                },
            }));
        state.history.make_contiguous().sort_unstable();
        prune(now, &mut state.history);
    }

    /// Until when nothing new is created, and who wants it so; none while a creation would wait no longer than a call does.
    pub(super) fn held_up(&self) -> Option<(i64, Brake)> {
        let now = self.now();
        let state = self.state();
        if state.paused_until > now {
            return Some((state.paused_until, Brake::GitHub));
        }
        let wait = room(now, Worth::High, &state.history, &self.pace);
        (millis(wait) > self.pace.patience).then_some((now + wait, Brake::Pace))
    }

    /// How much of the creations is used up, and when there is room for more.
    pub(super) fn budget(&self) -> Budget {
        let now = self.now();
        let state = self.state();
        let pause = (state.paused_until - now).max(0);
        let until = |worth| {
            let wait = room(now, worth, &state.history, &self.pace).max(pause);
            (wait > 0).then_some(now + wait)
        };
        Budget {
            minute: Used::within((now, MINUTE), &state.history, self.pace.per_minute),
            hour: Used::within((now, HOUR), &state.history, self.pace.per_hour),
            points: (points::used(now, &state.spent), self.pace.points_per_minute),
            until: until(Worth::High),
            low_until: until(Worth::Low),
        }
    }

    /// Fails while GitHub wants a pause, or while there is no room for another creation.
    pub(super) fn has_room(&self, worth: Worth) -> Result<(), GitHubError> {
        let now = self.now();
        let state = self.state();
        self.open_at(now, &state)?;
        self.room_at(now, worth, &state)
    }

    fn room_at(&self, now: i64, worth: Worth, state: &State) -> Result<(), GitHubError> {
        match room(now, worth, &state.history, &self.pace) {
            0 => Ok(()),
            wait => Err(GitHubError::Paced {
                after: millis(wait),
                room: Room::Creations,
            }),
        }
    }

    /// Fails while GitHub wants a pause.
    pub(super) fn open(&self) -> Result<(), GitHubError> {
        self.open_at(self.now(), &self.state())
    }

    fn open_at(&self, now: i64, state: &State) -> Result<(), GitHubError> {
        let left = state.paused_until - now;
        if left > 0 {
            Err(GitHubError::Limited {
                after: millis(left),
            })
        } else {
            Ok(())
        }
    }

    /// A place among the reads, once the minute has a point for one more. All reads are held to what the minute has, and to no share
    /// of it: whoever is sent away in the middle of several reads all of them again. They wait for their share before ([`Self::ready`]).
    pub(super) async fn read(&self, of: Priority) -> Result<SemaphorePermit<'_>, GitHubError> {
        self.open()?;
        let place = async {
            self.points(Lane::Receipts, points::READ).await?;
            let place = self.reads.acquire().await;
            let call = spent(self.now(), of.lane(), points::READ);
            spend(call, &mut self.state());
            Ok(place.expect("the semaphore is never closed"))
        };
        match timeout(self.pace.patience.max(BEHIND), place).await {
            Ok(place) => place,
            Err(_) => Err(GitHubError::Paced {
                after: Duration::from_secs(1),
                room: Room::Changes,
            }),
        }
    }

    /// Waits until there is room for another call among those of its kind, as long as a call may wait.
    pub(super) async fn ready(&self, of: Priority) -> Result<(), GitHubError> {
        self.points(of.lane(), points::BEGINNING).await
    }

    async fn points(&self, lane: Lane, cost: u32) -> Result<(), GitHubError> {
        let began = self.now();
        loop {
            let (now, wait) = {
                let (now, state) = (self.now(), self.state());
                self.open_at(now, &state)?;
                let most = self.pace.points_per_minute;
                (
                    now,
                    points::wait(&spent(now, lane, cost), &state.spent, most),
                )
            };
            if wait == 0 {
                return Ok(());
            }
            self.patient(wait.saturating_add(now - began))?;
            sleep(millis(wait)).await;
        }
    }

    /// Counts the points of a change that no turn was waited for.
    pub(super) fn spent_on_change(&self) {
        let call = spent(self.now(), Lane::Others, points::CHANGE);
        spend(call, &mut self.state());
    }

    /// Gives a wait back that is longer than a call waits.
    fn patient(&self, wait: i64) -> Result<i64, GitHubError> {
        if millis(wait) <= self.pace.patience {
            return Ok(wait);
        }
        Err(GitHubError::Paced {
            after: millis(wait),
            room: Room::Changes,
        })
    }

    /// The turn to make one change; holding it keeps every other change of this installation out.
    pub(super) async fn turn(
        self: &Arc<Self>,
        priority: Priority,
        creates: Option<Worth>,
    ) -> Result<Permit, GitHubError> {
        let ticket = self.enqueue(priority);
        let wish = Wish {
            lane: priority.lane(),
            creates,
        };
        let longest = self.pace.patience.max(BEHIND);
        match timeout(longest, self.wait(&ticket, wish)).await {
            Ok(turn) => turn,
            Err(_) => Err(GitHubError::Paced {
                after: Duration::from_secs(1),
                room: Room::Changes,
            }),
        }
    }

    fn enqueue(self: &Arc<Self>, priority: Priority) -> Ticket {
        let mut state = self.state();
        state.tickets += 1;
        let place = (priority, state.tickets);
        state.waiting.insert(place);
        Ticket {
            gate: Arc::clone(self),
            place,
        }
    }

    async fn wait(self: &Arc<Self>, ticket: &Ticket, wish: Wish) -> Result<Permit, GitHubError> {
        loop {
            let changed = self.changed.notified();
            tokio::pin!(changed);
            changed.as_mut().enable();
            match self.step(ticket, wish)? {
                Step::Go(turn) => return Ok(turn),
                Step::After(wait) => tokio::select! { () = changed => {}, () = sleep(wait) => {} },
                Step::Behind => changed.await,
            }
        }
    }

    fn step(self: &Arc<Self>, ticket: &Ticket, wish: Wish) -> Result<Step, GitHubError> {
        let now = self.now();
        let mut state = self.state();
        self.open_at(now, &state)?;
        prune(now, &mut state.history);
        if let Some(worth) = wish.creates {
            self.room_at(now, worth, &state)?;
        }
        let price = spent(now, wish.lane, points::CHANGE);
        let points = points::wait(&price, &state.spent, self.pace.points_per_minute);
        let wait = spacing(now, wish.lane, &state.history, &self.pace).max(points);
        self.patient(wait)?;
        let mut ahead = state.waiting.iter();
        let first = ahead.find(|(priority, _)| priority.lane() == wish.lane);
        if state.in_flight || first != Some(&ticket.place) {
            return Ok(Step::Behind);
        }
        if wait > 0 {
            return Ok(Step::After(millis(wait)));
        }
        state.in_flight = true;
        Ok(Step::Go(Permit {
            gate: Arc::clone(self),
            wish,
            sent: false,
        }))
    }

    /// Shuts the gate as GitHub asked; returns for how long.
    pub(super) fn pause(&self, limit: Limit) -> Duration {
        let now = self.now();
        let mut state = self.state();
        let after = match limit {
            Limit::For(after) => after,
            Limit::Unsaid => doubled(UNSAID, state.strikes),
            Limit::TooQuick => doubled(TOO_QUICK, state.strikes),
        };
        if !matches!(limit, Limit::For(_)) {
            state.strikes = state.strikes.saturating_add(1);
        }
        let until = now.saturating_add(i64::try_from(after.as_millis()).unwrap_or(i64::MAX));
        state.paused_until = state.paused_until.max(until);
        drop(state);
        self.changed.notify_waiters();
        after
    }

    /// An answer without a limit: the next pause without a time starts small again.
    pub(super) fn succeeded(&self) {
        self.state().strikes = 0;
    }
}

enum Step {
    Go(Permit),
    After(Duration),
    Behind,
}

/// A place in the queue; leaving it lets the others move up.
struct Ticket {
    gate: Arc<RateGate>,
    place: (Priority, u64),
}

impl Drop for Ticket {
    fn drop(&mut self) {
        self.gate.state().waiting.remove(&self.place);
        self.gate.changed.notify_waiters();
    }
}

/// The right to make one change.
pub(super) struct Permit {
    gate: Arc<RateGate>,
    wish: Wish,
    sent: bool,
}

impl Permit {
    /// From here on the change counts, whatever becomes of it.
    pub(super) fn sending(&mut self) {
        self.sent = true;
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        let now = self.gate.now();
        let mut state = self.gate.state();
        state.in_flight = false;
        if self.sent {
            // The time of the answer, not of the request: GitHub acted before it, so its windows are never fuller than ours.
            state.history.push_back(Mark {
                at: now,
                wish: self.wish,
            });
            spend(spent(now, self.wish.lane, points::CHANGE), &mut state);
        }
        drop(state);
        self.gate.changed.notify_waiters();
    }
}

/// Counts the points of a call.
fn spend(call: Spent, state: &mut State) {
    points::prune(call.at, &mut state.spent);
    state.spent.push_back(call);
}

fn spent(at: i64, lane: Lane, points: u32) -> Spent {
    Spent { at, lane, points }
}

fn doubled((first, most): (u64, u64), strikes: u32) -> Duration {
    Duration::from_secs(first.saturating_mul(1 << strikes.min(10)).min(most))
}

fn millis(n: i64) -> Duration {
    Duration::from_millis(u64::try_from(n).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::super::ticks::steady_clock;
    use super::*;

    const QUICK: Pace = Pace {
        burst: 3,
        per_second: 50,
        per_minute: 60,
        per_hour: 400,
        points_per_minute: 840,
        patience: Duration::from_secs(20),
    };

    const HIGH: Option<Worth> = Some(Worth::High);

    fn lane(pace: Pace) -> Arc<RateGate> {
        Arc::new(RateGate::new(pace, steady_clock(), 1_000_000))
    }

    #[tokio::test]
    async fn the_past_is_told_any_number_of_times_and_counts_once() {
        let lane = lane(Pace {
            per_hour: 3,
            ..QUICK
        });
        for _ in 0..12 {
            lane.seed(&[(900_000, Worth::High), (950_000, Worth::Low)]);
        }
        lane.turn(Priority::Normal, HIGH)
            .await
            .expect("two of three are used up")
            .sending();
        lane.seed(&[(900_000, Worth::High), (950_000, Worth::Low)]);
        assert!(matches!(
            lane.turn(Priority::Normal, HIGH).await,
            Err(GitHubError::Paced { .. })
        ));
        let (until, brake) = lane.held_up().expect("it is held up");
        assert_eq!((until, brake), (900_000 + 3_600_000, Brake::Pace));
    }

    #[tokio::test]
    async fn a_receipt_overtakes_what_waits_for_the_pace() {
        let lane = lane(QUICK);
        for _ in 0..3 {
            lane.turn(Priority::Normal, HIGH)
                .await
                .expect("the burst")
                .sending();
        }
        let order = Arc::new(Mutex::new(Vec::new()));
        let queue = |name: &'static str, priority| {
            let (lane, order) = (Arc::clone(&lane), Arc::clone(&order));
            async move {
                lane.turn(priority, HIGH).await.expect("a turn").sending();
                order.lock().expect("not poisoned").push(name);
            }
        };
        tokio::join!(
            queue("first", Priority::Normal),
            queue("second", Priority::Normal),
            queue("receipt", Priority::Receipt),
        );
        assert_eq!(
            *order.lock().expect("not poisoned"),
            ["receipt", "first", "second"]
        );
        assert!(
            lane.now() - 1_000_000 >= 40,
            "two changes after the burst wait 20 ms each"
        );
    }

    #[tokio::test]
    async fn neither_lane_waits_for_the_pace_of_the_other() {
        let lane = lane(Pace {
            burst: 1,
            per_second: 1,
            patience: Duration::from_secs(3_600),
            ..QUICK
        });
        let use_up = async |priority, times| {
            for _ in 0..times {
                let mut turn = lane.turn(priority, None).await.expect("the burst");
                turn.sending();
            }
        };
        use_up(Priority::Receipt, 3).await;
        let receipt = lane.turn(Priority::Receipt, None);
        tokio::pin!(receipt);
        assert!(
            futures::poll!(&mut receipt).is_pending(),
            "it waits for its own pace"
        );
        // Nor does a receipt that waits hold others up.
        use_up(Priority::Normal, 1).await;
    }

    #[tokio::test(start_paused = true)]
    async fn one_change_is_in_flight_at_a_time() {
        let lane = lane(Pace {
            patience: Duration::from_millis(50),
            ..QUICK
        });
        let held = lane.turn(Priority::Normal, HIGH).await.expect("the first");
        assert!(matches!(
            lane.turn(Priority::Receipt, HIGH).await,
            Err(GitHubError::Paced { .. })
        ));
        drop(held);
        assert!(lane.turn(Priority::Normal, HIGH).await.is_ok());
    }

    #[tokio::test]
    async fn a_pause_wakes_those_who_wait_and_turns_everyone_away() {
        let lane = lane(QUICK);
        let held = lane.turn(Priority::Normal, HIGH).await.expect("the first");
        let waiting = lane.turn(Priority::Normal, HIGH);
        let pausing = async { lane.pause(Limit::For(Duration::from_millis(300))) };
        let (waited, pause) = tokio::join!(waiting, pausing);
        assert!(matches!(waited, Err(GitHubError::Limited { .. })));
        assert!(
            matches!(lane.read(Priority::Normal).await, Err(GitHubError::Limited { after }) if after <= pause)
        );
        drop(held);
        sleep(pause).await;
        assert!(lane.turn(Priority::Normal, HIGH).await.is_ok());
    }

    #[tokio::test]
    async fn pauses_without_a_time_double_and_start_again_after_a_success() {
        let lane = lane(QUICK);
        let waits: Vec<u64> = (0..6)
            .map(|_| lane.pause(Limit::Unsaid).as_secs())
            .collect();
        assert_eq!(waits, [60, 120, 240, 480, 900, 900]);
        lane.succeeded();
        let waits: Vec<u64> = (0..5)
            .map(|_| lane.pause(Limit::TooQuick).as_secs())
            .collect();
        assert_eq!(waits, [300, 600, 1200, 2400, 3600]);
    }

    #[tokio::test]
    async fn a_shorter_pause_does_not_end_a_longer_one() {
        let lane = lane(QUICK);
        lane.pause(Limit::For(Duration::from_secs(900)));
        lane.pause(Limit::For(Duration::from_secs(1)));
        assert!(
            matches!(lane.open(), Err(GitHubError::Limited { after }) if after.as_secs() > 800)
        );
    }

    #[tokio::test]
    async fn the_past_before_the_start_counts() {
        let lane = lane(QUICK);
        lane.seed(&[(999_000, Worth::High); 400]);
        let Err(GitHubError::Paced { after, .. }) =
            lane.turn(Priority::Receipt, HIGH).await.map(drop)
        else {
            panic!("the hour is used up")
        };
        assert!((3_590..=3_599).contains(&after.as_secs()), "{after:?}");
    }

    /// A creation never sits out a minute: what is worth more may come meanwhile, and edits go on.
    #[tokio::test]
    async fn who_has_no_room_to_create_goes_away_at_once_and_holds_nobody_up() {
        let lane = lane(QUICK);
        lane.seed(&[(999_000, Worth::Low); 10]);
        assert!(matches!(
            lane.turn(Priority::Normal, Some(Worth::Low)).await.map(drop),
            Err(GitHubError::Paced { after, room: Room::Creations }) if after.as_secs() >= 57
        ));
        assert!(lane.has_room(Worth::Low).is_err() && lane.has_room(Worth::High).is_ok());
        for wish in [HIGH, None] {
            let mut turn = lane.turn(Priority::Normal, wish).await.expect("room");
            turn.sending();
        }
        let Budget {
            minute,
            hour,
            until,
            low_until,
            points,
        } = lane.budget();
        assert_eq!(
            (minute.all, minute.of, minute.low, minute.low_of),
            (11, 60, 10, 10)
        );
        assert_eq!(
            (hour.all, hour.of, hour.low, hour.low_of),
            (11, 400, 10, 66)
        );
        assert_eq!((until, low_until), (None, Some(1_059_000)));
        assert_eq!(points, (10, 840), "two changes");
    }

    #[tokio::test]
    async fn a_turn_that_was_never_used_costs_nothing() {
        let lane = lane(Pace {
            burst: 1,
            per_second: 1,
            ..QUICK
        });
        for _ in 0..50 {
            lane.turn(Priority::Normal, HIGH).await.expect("a turn");
        }
        assert!(lane.state().history.is_empty());
    }
}
