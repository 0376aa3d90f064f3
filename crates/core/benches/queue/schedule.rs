//! The schedule: loading it, choosing the next ten, one session that ends and the next that starts.

use std::hint::black_box;

use skep_core::command::Priority;
use skep_core::ids::{InstallationId, IssueNumber, RepositoryId, TaskKey};
use skep_core::schedule::{Caps, Live, Queued, Room, Schedule, Standing, Turn};

use super::{Lot, SEED, Times, on_processor, resident, since};

/// How many dispatches are timed.
const STEPS: usize = 2_000;
/// How many sessions may be at work, and so many are chosen at once at first.
const SLOTS: u32 = 10;

struct Waiting {
    task: TaskKey,
    queued: Queued,
}

/// Issues of 200 repositories, with priorities and times by lot.
fn waiting(size: usize) -> Vec<Waiting> {
    let mut lot = Lot(SEED);
    let one = |number: usize| {
        let repository = 1 + number as i64 % 200;
        let priorities = [Priority::High, Priority::Medium, Priority::Low];
        let queued = Queued {
            installation: InstallationId(repository % 20),
            role: ["swe", "docs", "test"][lot.below(3)].to_owned(),
            agents: vec!["claude".to_owned(), "codex".to_owned()],
            person: None,
            priority: priorities[lot.below(3)],
            queued_at: lot.below(30 * 86_400_000) as i64,
            told: None,
        };
        let task = TaskKey::new(RepositoryId(repository), IssueNumber(1 + number as i64));
        Waiting { task, queued }
    };
    (0..size).map(one).collect()
}

pub(super) fn run(size: usize) {
    let waiting = waiting(size);
    let (mut times, began) = (Times::default(), on_processor());
    let mut schedule = times.time(|| filled(&waiting));
    times.print(&format!("all queued ({})", since(began)));
    // Of many, so that what was let go before and is taken again does not count for much.
    let before = resident();
    let more: Vec<Schedule> = (0..10).map(|_| filled(&waiting)).collect();
    let grown = resident().saturating_sub(before) / more.len();
    println!("  {} bytes of memory a task that waits", grown / size);
    drop(more);
    choose(&mut schedule);
    dispatch(schedule, &waiting);
    sort_each_time(&waiting);
}

fn filled(waiting: &[Waiting]) -> Schedule {
    let mut schedule = Schedule::new(Caps::of(SLOTS));
    for one in waiting {
        let standing = Standing::Queued(one.queued.clone());
        schedule.place(one.task, standing, 0);
    }
    schedule
}

fn choose(schedule: &mut Schedule) {
    let mut times = Times::default();
    for _ in 0..STEPS {
        black_box(times.time(|| schedule.picks(Room::default(), 1)));
    }
    times.print("the next ten chosen");
}

/// One session ends, and the next starts.
fn dispatch(mut schedule: Schedule, waiting: &[Waiting]) {
    let mut times = Times::default();
    let mut at_work: Vec<TaskKey> = Vec::new();
    let live = |agent: String| {
        Standing::Live(Live {
            installation: InstallationId(1),
            role: "swe".to_owned(),
            agent,
            since: 1,
            began: None,
        })
    };
    let mut left = waiting.len().min(STEPS);
    while left > 0 {
        let picks = times.time(|| {
            if at_work.len() == SLOTS as usize {
                schedule.place(at_work.remove(0), Standing::Away, 2);
            }
            let picks = schedule.picks(Room::default(), 2);
            for pick in &picks {
                schedule.place(pick.task, live(pick.agent.clone()), 2);
            }
            picks
        });
        left = left.saturating_sub(picks.len().max(1));
        at_work.extend(picks.into_iter().map(|pick| pick.task));
    }
    times.print("one ends, the next starts");
}

/// The same choice made by sorting all that waits.
fn sort_each_time(waiting: &[Waiting]) {
    let mut times = Times::default();
    for _ in 0..20 {
        let next = times.time(|| {
            let turn =
                |one: &Waiting| Turn::new(one.task, one.queued.priority, one.queued.queued_at);
            let mut turns: Vec<Turn> = waiting.iter().map(turn).collect();
            turns.sort_unstable();
            turns.truncate(SLOTS as usize);
            turns
        });
        black_box(next);
    }
    times.print("beside it: all sorted by turn, the first ten taken");
}
