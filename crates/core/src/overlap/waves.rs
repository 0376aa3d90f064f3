//! The queue in waves: what can be done at the same time without meeting, each wave when those before it are done.
//!
//! Greedy, in the order of the queue: each wave takes the first that is free and then whatever goes with all it has. That is
//! not the least number of waves (which nobody can find quickly), but nobody is passed over for one behind it without a
//! reason, and the reason is said. It must never put a task before what it waits for.

use std::collections::{BTreeMap, BTreeSet};

use super::touched::{Overlap, Touched, overlap};
use crate::ids::TaskKey;

/// So many tasks are planned; the others are listed as left over.
const MOST: usize = 500;

/// A task to be planned.
#[derive(Debug, Clone, PartialEq)]
pub struct Planned {
    /// Which.
    pub task: TaskKey,
    /// Whether it is under way already: it is in the first wave, whatever it meets.
    pub at_work: bool,
    /// The tasks that it waits for, whether they are planned as well or not.
    pub waits_for: Vec<TaskKey>,
    /// What it will touch.
    pub touches: Touched,
}

/// How waves are made.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Terms {
    /// The most tasks in one; at least one is taken.
    pub at_once: usize,
    /// From how much overlap on two are kept apart, above 0, at most 1.
    pub threshold: f64,
}

/// Why a task is in no earlier wave.
#[derive(Debug, Clone, PartialEq)]
pub enum Because {
    /// It is in the first.
    First,
    /// It waits for this one, which is in the wave before.
    WaitsFor(TaskKey),
    /// It would meet this one, which is in the wave before.
    Meets(TaskKey, Overlap),
    /// The wave before is full.
    Full,
}

/// A task in a wave.
#[derive(Debug, Clone, PartialEq)]
pub struct Member {
    /// Which.
    pub task: TaskKey,
    /// Why not earlier.
    pub because: Because,
}

/// The plan.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Waves {
    /// Each in the order of the queue.
    pub waves: Vec<Vec<Member>>,
    /// Those that no wave reaches: they wait for something that is not planned, in a circle, or are too far behind.
    pub left: Vec<TaskKey>,
}

/// Plans a queue, which is in order; of a task that stands in it twice the first counts.
pub fn waves(queue: &[Planned], terms: Terms) -> Waves {
    let mut seen = BTreeSet::new();
    let mut open: Vec<&Planned> = queue.iter().filter(|one| seen.insert(one.task)).collect();
    let beyond = open.split_off(open.len().min(MOST));
    let mut plan = Waves::default();
    let mut done = BTreeSet::new();
    let mut because: BTreeMap<TaskKey, Because> = BTreeMap::new();
    loop {
        let wave = wave(&open, &done, terms, &mut because);
        if wave.is_empty() {
            break;
        }
        open.retain(|one| !wave.contains(&one.task));
        let member = |task: &TaskKey| Member {
            task: *task,
            because: because.remove(task).unwrap_or(Because::First),
        };
        plan.waves.push(wave.iter().map(member).collect());
        for one in &open {
            let blocker = one.waits_for.iter().find(|blocker| wave.contains(blocker));
            if let Some(blocker) = blocker {
                because.insert(one.task, Because::WaitsFor(*blocker));
            }
        }
        done.extend(wave);
    }
    plan.left = open.iter().chain(&beyond).map(|one| one.task).collect();
    plan
}

/// The next wave, and why each of the others that are free is not in it.
fn wave(
    open: &[&Planned],
    done: &BTreeSet<TaskKey>,
    terms: Terms,
    because: &mut BTreeMap<TaskKey, Because>,
) -> Vec<TaskKey> {
    let mut taken: Vec<&Planned> = Vec::new();
    let (at_work, waiting): (Vec<&Planned>, _) = open.iter().partition(|one| one.at_work);
    taken.extend(at_work);
    let free = |one: &&&Planned| one.waits_for.iter().all(|blocker| done.contains(blocker));
    for one in waiting.iter().filter(free) {
        let meets = taken.iter().find_map(|other| {
            let shared = overlap(&one.touches, &other.touches);
            (shared.share >= terms.threshold).then_some(Because::Meets(other.task, shared))
        });
        let full = (taken.len() >= terms.at_once.max(1)).then_some(Because::Full);
        match meets.or(full) {
            Some(reason) => {
                because.insert(one.task, reason);
            }
            None => taken.push(one),
        }
    }
    taken.iter().map(|one| one.task).collect()
}
