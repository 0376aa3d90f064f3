//! Starts held against the memory: nothing is given out twice, nobody starves, everybody has a reason that is so.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use crate::command::Priority;
use crate::ids::{InstallationId, IssueNumber, RepositoryId, TaskKey};
use crate::schedule::{
    Caps, FLOOR, Live, Memory, Needs, PASSES, Queued, Reason, Room, Schedule, Standing,
};

const GIB: u64 = 1 << 30;
/// What sessions of three agents need.
const NEEDS: [(&str, u64); 3] = [("small", GIB), ("medium", 3 * GIB), ("large", 8 * GIB)];

fn key(repository: i64, issue: i64) -> TaskKey {
    TaskKey::new(RepositoryId(repository), IssueNumber(issue))
}

fn room(free: u64) -> Room {
    let memory = Some(Memory { free, reserve: 0 });
    Room {
        memory,
        ..Room::default()
    }
}

fn schedule(slots: u32) -> Schedule {
    let mut schedule = Schedule::new(Caps::of(slots));
    let expected = NEEDS.map(|(agent, needs)| (agent.to_owned(), needs));
    *schedule.needs() = Needs::expecting(BTreeMap::from(expected));
    schedule
}

fn queue(schedule: &mut Schedule, task: TaskKey, agent: &str) {
    let queued = Queued {
        installation: InstallationId(1),
        role: "swe".into(),
        agents: vec![agent.into()],
        person: None,
        priority: Priority::Medium,
        queued_at: task.issue.0,
        told: None,
    };
    schedule.place(task, Standing::Queued(queued), 0);
}

fn start(schedule: &mut Schedule, task: TaskKey, agent: &str) {
    let live = Live {
        installation: InstallationId(1),
        role: "swe".into(),
        agent: agent.into(),
        since: 0,
        began: None,
    };
    schedule.place(task, Standing::Live(live), 0);
}

/// Starts all that start now, as the engine does: it asks until nothing more starts.
fn starts(schedule: &mut Schedule, room: Room) -> Vec<TaskKey> {
    let mut all = Vec::new();
    loop {
        let picks = schedule.picks(room, 0);
        if picks.is_empty() {
            return all;
        }
        for pick in picks {
            start(schedule, pick.task, &pick.agent);
            all.push(pick.task);
        }
    }
}

fn reasons(schedule: &Schedule, room: Room) -> Vec<(TaskKey, Reason)> {
    let listed = schedule.listed(room, 99, 0).into_iter();
    listed.map(|(task, told)| (task, told.reason)).collect()
}

#[test]
fn a_burst_does_not_see_the_same_free_memory_twice() {
    let mut schedule = schedule(40);
    for issue in 1..=40 {
        queue(&mut schedule, key(1, issue), "medium");
    }
    assert_eq!(starts(&mut schedule, room(10 * GIB)).len(), 3);
    assert_eq!(
        starts(&mut schedule, room(10 * GIB)),
        [],
        "those three have not grown yet, and will"
    );
    // They have grown, and what they took is not free any more.
    schedule.measured((1..=3).map(|issue| (key(1, issue), 3 * GIB)).collect());
    assert_eq!(schedule.may_grow(), 0);
    assert_eq!(starts(&mut schedule, room(GIB)), []);
    let waits = reasons(&schedule, room(GIB));
    assert!(
        waits.len() == 37 && waits.iter().all(|(_, reason)| *reason == Reason::Memory),
        "{waits:?}"
    );
    assert_eq!(schedule.news(room(GIB), 1, 0)[0].1.within, None);
    // One of them grew beyond what it was expected to need: nothing is owed to it, and nothing taken from others.
    schedule.measured(BTreeMap::from([(key(1, 1), 9 * GIB)]));
    assert_eq!(schedule.may_grow(), 6 * GIB);
}

#[test]
fn nobody_measured_it_and_it_holds_nothing_back() {
    let mut schedule = schedule(9);
    queue(&mut schedule, key(1, 1), "large");
    queue(&mut schedule, key(1, 2), "nobody described it");
    assert_eq!(starts(&mut schedule, Room::default()).len(), 2);
}

#[test]
fn alone_one_starts_whatever_it_needs_unless_there_is_nothing() {
    let mut schedule = schedule(9);
    queue(&mut schedule, key(1, 1), "large");
    queue(&mut schedule, key(1, 2), "small");
    assert_eq!(starts(&mut schedule, room(FLOOR - 1)), []);
    assert_eq!(
        reasons(&schedule, room(FLOOR - 1))[0].1,
        Reason::Memory,
        "it says so"
    );
    assert_eq!(starts(&mut schedule, room(FLOOR)), [key(1, 1)]);
}

#[test]
fn the_reserve_is_kept() {
    let mut schedule = schedule(9);
    for issue in 1..=9 {
        queue(&mut schedule, key(1, issue), "small");
    }
    let memory = Some(Memory {
        free: 5 * GIB,
        reserve: 2 * GIB,
    });
    let room = Room {
        memory,
        ..Room::default()
    };
    assert_eq!(starts(&mut schedule, room).len(), 3);
}

#[test]
fn a_large_one_lets_some_go_first_and_then_what_is_free_is_kept_for_it() {
    let mut schedule = schedule(99);
    queue(&mut schedule, key(1, 1), "medium");
    assert_eq!(starts(&mut schedule, room(9 * GIB)), [key(1, 1)]);
    queue(&mut schedule, key(1, 2), "large");
    let (mut next, mut first) = (3, 0);
    while reasons(&schedule, room(4 * GIB))[0].1 != Reason::Turn && first < 99 {
        queue(&mut schedule, key(1, next), "small");
        let started = starts(&mut schedule, room(4 * GIB));
        if started.is_empty() {
            break;
        }
        assert_eq!(started, [key(1, next)]);
        schedule.place(key(1, next), Standing::Away, 0);
        (next, first) = (next + 1, first + 1);
    }
    assert_eq!(first, PASSES);
    assert_eq!(
        reasons(&schedule, room(4 * GIB)),
        [(key(1, 2), Reason::Memory), (key(1, next), Reason::Larger)]
    );
    // While something else holds it, nothing is kept for it.
    schedule.pause_repository(RepositoryId(1), true);
    queue(&mut schedule, key(2, 1), "small");
    assert_eq!(starts(&mut schedule, room(4 * GIB)), [key(2, 1)]);
    schedule.pause_repository(RepositoryId(1), false);
    schedule.place(key(2, 1), Standing::Away, 0);
    schedule.place(key(1, 1), Standing::Away, 0);
    assert_eq!(
        starts(&mut schedule, room(9 * GIB)),
        [key(1, 2), key(1, next)]
    );
}

#[test]
fn what_was_seen_counts_and_fades() {
    let mut needs = Needs::expecting(BTreeMap::from([("small".to_owned(), 100)]));
    let (here, there) = (RepositoryId(1), RepositoryId(2));
    assert_eq!(needs.of("small", here), 100);
    assert_eq!(needs.saw("small", here, 900), 900);
    assert_eq!(
        (needs.of("small", here), needs.of("small", there)),
        (900, 100)
    );
    assert_eq!(needs.saw("small", here, 100), 700);
    assert_eq!(needs.saw("small", here, 100), 550);
    assert_eq!(needs.saw("small", here, 2_000), 2_000);
    for _ in 0..40 {
        needs.saw("small", here, 7);
    }
    assert_eq!((needs.of("small", here), needs.least()), (7, 7));
    needs.remember("small", there, 3);
    assert_eq!((needs.of("small", there), needs.least()), (3, 3));
}

proptest! {
    /// Whatever comes, starts, grows and ends: what is promised to those at work never exceeds the machine, unless one works
    /// alone; a large task is passed by few that came after it in its repository; everything has its turn in the end, and until
    /// then its reason is so.
    #[test]
    fn nothing_is_promised_twice_and_nobody_starves(
        machine in 1..20_u64,
        slots in 1..6_u32,
        steps in prop::collection::vec((1..4_i64, 0..3_usize, 0..100_u64, 0..5_usize), 1..80),
    ) {
        let machine = machine * GIB / 2;
        let mut schedule = schedule(slots);
        let needs = BTreeMap::from(NEEDS);
        let mut agents: BTreeMap<TaskKey, &str> = BTreeMap::new();
        let mut live: BTreeMap<TaskKey, u64> = BTreeMap::new();
        let mut waiting: BTreeSet<TaskKey> = BTreeSet::new();
        let mut passed: BTreeMap<TaskKey, u32> = BTreeMap::new();
        let mut steps = steps.into_iter().enumerate();
        for round in 0..1_000 {
            let step = steps.next();
            if let Some((number, (repository, kind, _, _))) = step {
                let task = key(repository, i64::try_from(number).unwrap_or(0));
                // One large one of each repository at a time: those behind it in its own line wait for it, not for memory.
                let is_large = |other: &&TaskKey| other.repository == task.repository && agents[*other] == "large";
                let kind = if waiting.iter().any(|other| is_large(&other)) { kind.min(1) } else { kind };
                agents.insert(task, NEEDS[kind].0);
                waiting.insert(task);
                queue(&mut schedule, task, NEEDS[kind].0);
            } else if waiting.is_empty() && live.is_empty() {
                break;
            }
            let (_, (_, _, grown, ended)) = step.unwrap_or((0, (1, 0, 100, round % 5)));
            for (task, taken) in &mut live {
                *taken = (*taken).max(needs[agents[task]] * grown / 100);
            }
            schedule.measured(live.clone());
            let free = machine.saturating_sub(live.values().sum());
            let started = starts(&mut schedule, room(free));
            for task in &started {
                prop_assert!(waiting.remove(task));
                live.insert(*task, 0);
                passed.remove(task);
                for other in waiting.iter().filter(|other| agents[*other] == "large") {
                    if other.repository == task.repository && other.issue < task.issue {
                        *passed.entry(*other).or_default() += 1;
                    }
                }
            }
            prop_assert!(passed.values().all(|times| *times < PASSES + slots), "{:?}", passed);
            let promised: u64 = live.keys().map(|task| needs[agents[task]]).sum();
            prop_assert!(promised <= machine || live.len() == 1 || started.is_empty());
            prop_assert!(waiting.is_empty() || !live.is_empty() || free < FLOOR, "one may always start");
            prop_assert!(live.len() <= slots as usize);
            for (task, reason) in reasons(&schedule, room(free)) {
                let full = live.len() == slots as usize;
                let left = free.saturating_sub(schedule.may_grow());
                let so = match reason {
                    Reason::Memory => !full && needs[agents[&task]] > left,
                    Reason::Larger => !full,
                    _ => full,
                };
                prop_assert!(so, "{task}: {reason:?}");
            }
            if let Some(task) = live.keys().nth(ended).copied() {
                live.remove(&task);
                schedule.place(task, Standing::Away, 0);
            }
        }
        prop_assert!(waiting.is_empty(), "{waiting:?}");
    }
}
