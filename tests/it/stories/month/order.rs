//! Who should go first: the order as it is promised to people, written down a second time. A repository with fewer sessions at
//! work goes before one with more, among those the one that was served longest ago, and in a repository who waits longest, a level
//! of priority being worth a day.
//!
//! It looks at every start and at whoever is left waiting. It is told what the database says of each task and what the world
//! did to the providers, and must never ask the scheduler that it judges.

use std::collections::{BTreeMap, BTreeSet};

use skep::core::ids::{RepositoryId, TaskKey};
use skep::core::task::{Stage, Task};

use super::world::{DAY, HOUR, MINUTE, Subject};
use super::{OF_AGENT, OF_REPOSITORY, SLOTS};

/// A provider said when it lets sessions in again, in whole seconds: by then, skep's margin included, it surely does.
const SURELY: i64 = MINUTE / 6;

/// What waits for a slot, and for nothing else.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Waiting {
    repository: RepositoryId,
    agent: &'static str,
    /// How many levels below the most urgent.
    level: i64,
    /// Since when its work was wished for.
    since: i64,
}

/// When a repository was last given a slot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Served {
    /// Nobody knows: before the last restart, or never.
    Long,
    /// It had one at the last restart: which of those was served last was forgotten with it.
    AtRestart,
    /// At this start, counted.
    Start(usize),
}

/// A provider that let nobody in, and has not let anybody in since.
#[derive(Debug, Clone, Copy)]
struct Refused {
    /// When it said so last.
    at: i64,
    /// From when on one session may try; `None` when it did not say.
    tried_from: Option<i64>,
}

/// What is at work, counted.
struct Load {
    of_repository: BTreeMap<RepositoryId, u32>,
    of_agent: BTreeMap<&'static str, u32>,
    all: u32,
}

/// How much of the order was seen.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Seen {
    /// Sessions that were given a slot.
    pub(super) starts: usize,
    /// Of those, while somebody else might have had it.
    pub(super) contested: usize,
    /// All those others.
    pub(super) passed_over: usize,
    /// Free slots that were left free, and nobody might have had one.
    pub(super) left_free: usize,
    /// The longest that one waited for its slot, and for nothing else, hours.
    pub(super) longest_wait_h: i64,
}

#[derive(Default)]
pub(super) struct Order {
    ready: BTreeMap<TaskKey, Waiting>,
    live: BTreeMap<TaskKey, Waiting>,
    held: BTreeMap<TaskKey, String>,
    ages: BTreeMap<TaskKey, i64>,
    /// Since when each of those that are ready has been.
    since: BTreeMap<TaskKey, i64>,
    served: BTreeMap<RepositoryId, Served>,
    refused: BTreeMap<String, Refused>,
    pub(super) seen: Seen,
}

impl Order {
    /// What the database says of a task now. One that `starts` waited until this moment.
    pub(super) fn learn(&mut self, task: &Task, (issue, starts): (&Subject, bool), now: i64) {
        let key = task.key();
        if self.ready.remove(&key).is_none() {
            self.since.insert(key, now);
        }
        self.live.remove(&key);
        self.held.remove(&key);
        let Some(job) = task.job() else {
            return;
        };
        let waiting = Waiting {
            repository: key.repository,
            agent: issue.agent,
            level: issue.level,
            since: job.queued_at,
        };
        match (&task.stage, task.gate()) {
            (Stage::Working { .. }, _) if !starts => drop(self.live.insert(key, waiting)),
            (Stage::Queued { .. }, Some(gate)) => {
                self.held.insert(key, gate.name().to_owned());
            }
            (Stage::Working { .. } | Stage::Queued { .. }, _) => {
                let age = *self.ages.entry(key).or_insert(job.queued_at);
                assert_eq!(age, job.queued_at, "{key} lost its age");
                assert!(age >= issue.asked_at, "{key} is older than its issue");
                assert_eq!(job.agent, issue.agent, "{key} is of another agent");
                self.ready.insert(key, waiting);
            }
            _ => {}
        }
    }

    /// A task is given a slot: it is its turn, and there is room for it.
    pub(super) fn start(&mut self, key: TaskKey, now: i64) {
        let task = self.ready.remove(&key);
        let task = task.unwrap_or_else(|| panic!("{key} starts and did not wait"));
        let load = self.load();
        if let Some(full) = load.full(&task) {
            panic!("{key} starts beyond what may be at work {full}");
        }
        self.seen.starts += 1;
        let waited = (now - self.since[&key]) / HOUR;
        self.seen.longest_wait_h = self.seen.longest_wait_h.max(waited);
        let before = self.seen.passed_over;
        for (other, waits) in &self.ready {
            if !self.may_start(waits, &load, now) {
                continue;
            }
            self.seen.passed_over += 1;
            let first = self.goes_before((*other, waits), (key, &task), &load);
            assert!(
                !first,
                "{key} starts before its turn: {other} goes first\n{task:?}, {:?}\n{waits:?}, {:?}",
                self.standing(&task, &load),
                self.standing(waits, &load)
            );
        }
        self.seen.contested += usize::from(self.seen.passed_over > before);
        let start = Served::Start(self.seen.starts);
        self.served.insert(task.repository, start);
        self.live.insert(key, task);
    }

    /// One that waits although there is a slot for it, which nobody ought to, and what is known of that.
    pub(super) fn left_waiting(&mut self, now: i64) -> Option<(TaskKey, String)> {
        let load = self.load();
        if load.all >= SLOTS {
            return None;
        }
        self.seen.left_free += usize::from(!self.ready.is_empty());
        let mut ready = self.ready.iter();
        let (key, task) = ready.find(|(_, task)| self.may_start(task, &load, now))?;
        let known = format!(
            "{task:?}, {} at work, {} in its repository, {} of its agent, {:?}",
            load.all,
            load.repository(task.repository),
            load.agent(task.agent),
            self.refused
        );
        Some((*key, known))
    }

    /// An agent's provider was asked, and lets nobody in; until when, unless nobody can tell.
    pub(super) fn refused(&mut self, agent: &str, until: Option<i64>, now: i64) {
        let known = self.refused.get(agent);
        let tried_from = match known {
            Some(Refused {
                tried_from: None, ..
            }) => None,
            Some(Refused {
                tried_from: Some(known),
                ..
            }) => until.map(|until| (until + SURELY).max(*known)),
            None => until.map(|until| until + SURELY),
        };
        let refused = Refused {
            at: now,
            tried_from,
        };
        self.refused.insert(agent.to_owned(), refused);
    }

    /// A turn with an agent ended well, and all have heard of it; it began at `since`.
    pub(super) fn worked(&mut self, agent: &str, since: i64) {
        if self.refused.get(agent).is_some_and(|one| one.at < since) {
            self.refused.remove(agent);
        }
    }

    /// Whether a provider let nobody in when it was asked last.
    pub(super) fn is_refused(&self, agent: &str) -> bool {
        self.refused.contains_key(agent)
    }

    /// It was killed and started again: who was served when is forgotten, and so is when a provider refused.
    pub(super) fn restarted(&mut self, now: i64) {
        self.served.clear();
        for task in self.live.values() {
            self.served.insert(task.repository, Served::AtRestart);
        }
        for refused in self.refused.values_mut() {
            refused.at = now;
        }
    }

    /// Those that wait for a slot.
    pub(super) fn ready(&self) -> BTreeSet<TaskKey> {
        self.ready.keys().copied().collect()
    }

    /// Those that something of their own holds, and what.
    pub(super) fn held(&self) -> &BTreeMap<TaskKey, String> {
        &self.held
    }

    /// Those at work.
    pub(super) fn live(&self) -> BTreeSet<TaskKey> {
        self.live.keys().copied().collect()
    }

    fn load(&self) -> Load {
        let mut load = Load {
            of_repository: BTreeMap::new(),
            of_agent: BTreeMap::new(),
            all: 0,
        };
        for task in self.live.values() {
            load.all += 1;
            *load.of_repository.entry(task.repository).or_default() += 1;
            *load.of_agent.entry(task.agent).or_default() += 1;
        }
        load
    }

    /// Whether it surely might start. Where nobody outside can tell what skep knows of a provider it is not claimed.
    fn may_start(&self, task: &Waiting, load: &Load, now: i64) -> bool {
        let lets_in = match self.refused.get(task.agent) {
            None => true,
            Some(refused) => {
                let one_may_try = refused.tried_from.is_some_and(|from| from <= now);
                one_may_try && load.agent(task.agent) == 0
            }
        };
        lets_in && load.full(task).is_none()
    }

    fn served(&self, repository: RepositoryId) -> Served {
        self.served
            .get(&repository)
            .copied()
            .unwrap_or(Served::Long)
    }

    /// What a task's repository has, and had last.
    fn standing(&self, task: &Waiting, load: &Load) -> (u32, Served) {
        (
            load.repository(task.repository),
            self.served(task.repository),
        )
    }

    /// Whether one surely goes before another.
    fn goes_before(
        &self,
        (key, task): (TaskKey, &Waiting),
        (other, than): (TaskKey, &Waiting),
        load: &Load,
    ) -> bool {
        let of = |task: &Waiting| self.standing(task, load);
        let (mine, theirs) = (of(task), of(than));
        if task.repository != than.repository && mine != theirs {
            return mine < theirs;
        }
        if task.repository != than.repository && mine.1 == Served::AtRestart {
            return false;
        }
        let turn = |task: &Waiting| task.since + task.level * DAY;
        (turn(task), key) < (turn(than), other)
    }
}

impl Load {
    fn repository(&self, repository: RepositoryId) -> u32 {
        self.of_repository
            .get(&repository)
            .copied()
            .unwrap_or_default()
    }

    fn agent(&self, agent: &str) -> u32 {
        self.of_agent.get(agent).copied().unwrap_or_default()
    }

    /// What has no room for one more.
    fn full(&self, task: &Waiting) -> Option<&'static str> {
        match task {
            _ if self.all >= SLOTS => Some("in all"),
            _ if self.repository(task.repository) >= OF_REPOSITORY => Some("in its repository"),
            _ if self.agent(task.agent) >= OF_AGENT => Some("of its agent"),
            _ => None,
        }
    }
}
