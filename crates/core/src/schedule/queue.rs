//! The schedule itself: every task that waits for a slot, in its line, and every session at work.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::ops::Bound;
use std::sync::Arc;

use super::caps::Caps;
use super::found::Known;
use super::line::{Head, Line};
use super::load::{Counted, Load};
use super::needs::Needs;
use super::shut::Shut;
use super::told::Told;
use super::turn::Turn;
use crate::command::Priority;
use crate::ids::{InstallationId, RepositoryId, TaskKey, UserId};

/// So many sessions say how long one takes.
const REMEMBERED: usize = 50;

/// A task that waits for a slot and for nothing of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Queued {
    /// Whose it is.
    pub installation: InstallationId,
    /// The name of its role.
    pub role: String,
    /// The names of the agents it may be given to, the best first; one whose session has begun has one.
    pub agents: Vec<String>,
    /// Who asked, where its start counts as one of theirs.
    pub person: Option<UserId>,
    /// How soon.
    pub priority: Priority,
    /// Since when, epoch milliseconds.
    pub queued_at: i64,
    /// What its people were told last; `None` when that is not known.
    pub told: Option<Told>,
}

/// A session at work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Live {
    /// Whose it is.
    pub installation: InstallationId,
    /// The name of its role.
    pub role: String,
    /// The name of its agent.
    pub agent: String,
    /// Since when it has had its slot, epoch milliseconds.
    pub since: i64,
    /// Who began it then, where it counts as one of theirs.
    pub began: Option<UserId>,
}

/// Where a task stands, as far as the schedule goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// It waits for a slot.
    Queued(Queued),
    /// It has one.
    Live(Live),
    /// It would wait for one, but something of its own holds it.
    Held,
    /// None of these.
    Away,
}

pub(super) enum Place {
    Queued(Arc<Line>, Turn, Option<Told>),
    Live(Counted, i64),
}

/// Every task that waits for a slot, and every session at work.
#[derive(Default)]
pub struct Schedule {
    pub(super) caps: Caps,
    pub(super) load: Load,
    pub(super) places: HashMap<TaskKey, Place>,
    pub(super) lines: HashMap<Arc<Line>, BTreeSet<Turn>>,
    of_repository: HashMap<RepositoryId, Vec<Arc<Line>>>,
    pub(super) heads: BTreeSet<Head>,
    pub(super) queued: usize,
    /// Those that something of their own holds.
    pub(super) aside: BTreeSet<TaskKey>,
    pub(super) paused: bool,
    pub(super) paused_repositories: BTreeSet<RepositoryId>,
    /// When it chose last, epoch milliseconds.
    pub(super) looked_at: i64,
    pub(super) shut: BTreeMap<String, Shut>,
    /// How long the last sessions held their slots, milliseconds.
    pub(super) held: VecDeque<i64>,
    /// What is known of what sessions need to be ready; `None` where nobody looks.
    pub(super) ready: Option<Known>,
    /// The tasks whose sessions are at work.
    pub(super) live: BTreeSet<TaskKey>,
    pub(super) needs: Needs,
    /// What sessions at work take of the memory, as it was measured last, bytes.
    pub(super) taken: BTreeMap<TaskKey, u64>,
    /// Tasks that did not fit into the memory, and how many started although they stand behind them.
    pub(super) passed: BTreeMap<TaskKey, u32>,
}

impl Schedule {
    /// An empty one.
    pub fn new(caps: Caps) -> Self {
        Self {
            caps,
            ..Self::default()
        }
    }

    /// How many wait for a slot.
    pub fn waiting(&self) -> usize {
        self.queued
    }

    /// How many wait for something of their own, and which those are.
    pub fn held_back(&self) -> (usize, impl Iterator<Item = TaskKey> + '_) {
        (self.aside.len(), self.aside.iter().copied())
    }

    /// How many sessions are at work.
    pub fn at_work(&self) -> u32 {
        self.load.all
    }

    /// Where a task stands from `now` on (epoch milliseconds), whatever it was before.
    pub fn place(&mut self, task: TaskKey, standing: Standing, now: i64) {
        if let (Some(Place::Live(one, _)), Standing::Live(live)) =
            (self.places.get(&task), &standing)
            && (&one.role, &one.agent) == (&live.role, &live.agent)
            && one.installation == live.installation
        {
            return;
        }
        self.remove(task, now);
        if !matches!(standing, Standing::Queued(_)) {
            self.passed.remove(&task);
        }
        match standing {
            Standing::Away => {}
            Standing::Held => {
                self.aside.insert(task);
            }
            Standing::Live(live) => {
                let one = Counted {
                    installation: live.installation,
                    repository: task.repository,
                    role: live.role,
                    agent: live.agent,
                };
                if let Some(person) = live.began {
                    self.began(person, live.since);
                }
                self.counting(task.repository, |load| load.add(&one));
                self.tries(&one.agent, true, now);
                self.places.insert(task, Place::Live(one, live.since));
                self.live.insert(task);
            }
            Standing::Queued(queued) => self.enqueue(task, queued),
        }
    }

    fn enqueue(&mut self, task: TaskKey, queued: Queued) {
        let turn = Turn::new(task, queued.priority, queued.queued_at);
        let line = Arc::new(Line {
            repository: task.repository,
            installation: queued.installation,
            role: queued.role,
            agents: queued.agents,
            person: queued.person,
        });
        let line = match self.lines.get_key_value(&line) {
            Some((known, _)) => Arc::clone(known),
            None => {
                self.lines.insert(Arc::clone(&line), BTreeSet::new());
                let of = self.of_repository.entry(task.repository).or_default();
                of.push(Arc::clone(&line));
                line
            }
        };
        self.changing(&line, |turns| turns.insert(turn));
        self.queued += 1;
        self.places
            .insert(task, Place::Queued(line, turn, queued.told));
    }

    fn remove(&mut self, task: TaskKey, now: i64) {
        self.aside.remove(&task);
        match self.places.remove(&task) {
            None => {}
            Some(Place::Live(one, since)) => {
                self.live.remove(&task);
                self.counting(task.repository, |load| load.take(&one));
                self.tries(&one.agent, false, now);
                self.held.push_back(now.saturating_sub(since).max(0));
                if self.held.len() > REMEMBERED {
                    self.held.pop_front();
                }
            }
            Some(Place::Queued(line, turn, _)) => {
                self.queued = self.queued.saturating_sub(1);
                self.changing(&line, |turns| turns.remove(&turn));
                if self.lines.get(&line).is_none_or(BTreeSet::is_empty) {
                    self.drop_line(&line);
                }
            }
        }
    }

    /// Changes who stands in a line, and with it who is its first.
    fn changing(&mut self, line: &Arc<Line>, change: impl FnOnce(&mut BTreeSet<Turn>) -> bool) {
        if let Some(head) = self.head(line) {
            self.heads.remove(&head);
        }
        if let Some(turns) = self.lines.get_mut(line) {
            change(turns);
        }
        self.heads.extend(self.head(line));
    }

    /// Changes what is at work in a repository, and with it the place of its lines among all.
    fn counting(&mut self, repository: RepositoryId, change: impl FnOnce(&mut Load)) {
        let of = self.of_repository.get(&repository);
        let lines: Vec<Arc<Line>> = of.into_iter().flatten().cloned().collect();
        for line in &lines {
            if let Some(head) = self.head(line) {
                self.heads.remove(&head);
            }
        }
        change(&mut self.load);
        let heads: Vec<Head> = lines.iter().filter_map(|line| self.head(line)).collect();
        self.heads.extend(heads);
    }

    fn drop_line(&mut self, line: &Arc<Line>) {
        self.lines.remove(line);
        if let Some(of) = self.of_repository.get_mut(&line.repository) {
            of.retain(|other| other != line);
            if of.is_empty() {
                self.of_repository.remove(&line.repository);
            }
        }
    }

    /// How long a session that is over held its slot, milliseconds: at the start, when none was seen to end yet.
    pub fn remember(&mut self, held: i64) {
        if self.held.len() < REMEMBERED {
            self.held.push_front(held.max(0));
        }
    }

    /// A person's session began at a time (epoch milliseconds).
    pub fn began(&mut self, person: UserId, at: i64) {
        // Without a limit nobody asks.
        if self.caps.person_per_day > 0 {
            self.load.began(person, at);
        }
    }

    /// What a task's people know already.
    pub fn knows(&mut self, task: TaskKey, told: Told) {
        if let Some(Place::Queued(_, _, before)) = self.places.get_mut(&task) {
            *before = Some(told);
        }
    }

    /// All starts are paused, or go on.
    pub fn pause(&mut self, paused: bool) {
        self.paused = paused;
    }

    /// Those of a repository are paused, or go on.
    pub fn pause_repository(&mut self, repository: RepositoryId, paused: bool) {
        match paused {
            true => self.paused_repositories.insert(repository),
            false => self.paused_repositories.remove(&repository),
        };
    }

    /// The turn behind a head in its line.
    pub(super) fn behind(&self, head: &Head) -> Option<Turn> {
        let turns = self.lines.get(&head.line)?;
        let behind = (Bound::Excluded(head.turn), Bound::Unbounded);
        turns.range(behind).next().copied()
    }

    fn head(&self, line: &Arc<Line>) -> Option<Head> {
        let turn = *self.lines.get(line)?.first()?;
        Some(Head {
            rank: self.load.rank(line.repository),
            turn,
            line: Arc::clone(line),
        })
    }
}
