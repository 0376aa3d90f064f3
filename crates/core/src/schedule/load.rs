//! What is at work, counted every way that a cap counts.

use std::collections::{HashMap, VecDeque};
use std::hash::Hash;

use super::caps::Caps;
use super::line::Line;
use super::rank::Rank;
use super::reason::Reason;
use crate::ids::{InstallationId, RepositoryId, UserId};

/// Of so many repositories it is known when they were served last.
const REPOSITORIES: usize = 10_000;
/// A day, milliseconds.
const DAY: i64 = 24 * 3_600_000;

/// How many sessions are at work.
#[derive(Debug, Clone, Default)]
pub(super) struct Load {
    pub(super) all: u32,
    installations: HashMap<InstallationId, u32>,
    repositories: HashMap<RepositoryId, u32>,
    roles: HashMap<String, u32>,
    agents: HashMap<String, u32>,
    /// How many sessions have started, and when in that count each repository's last one did: who was served longest ago goes
    /// first among those with as many at work.
    starts: u64,
    served: HashMap<RepositoryId, u64>,
    /// When each person's sessions of the last day began, oldest first.
    begun: HashMap<UserId, VecDeque<i64>>,
}

/// One session at work, as it is counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Counted {
    pub(super) installation: InstallationId,
    pub(super) repository: RepositoryId,
    pub(super) role: String,
    pub(super) agent: String,
}

impl Counted {
    pub(super) fn new(line: &Line, agent: &str) -> Self {
        Self {
            installation: line.installation,
            repository: line.repository,
            role: line.role.clone(),
            agent: agent.to_owned(),
        }
    }
}

impl Load {
    /// One more is at work.
    pub(super) fn add(&mut self, one: &Counted) {
        self.all = self.all.saturating_add(1);
        self.starts = self.starts.saturating_add(1);
        self.served.insert(one.repository, self.starts);
        up(&mut self.installations, one.installation);
        up(&mut self.repositories, one.repository);
        up(&mut self.roles, one.role.clone());
        up(&mut self.agents, one.agent.clone());
    }

    /// One less.
    pub(super) fn take(&mut self, one: &Counted) {
        self.all = self.all.saturating_sub(1);
        down(&mut self.installations, &one.installation);
        down(&mut self.repositories, &one.repository);
        down(&mut self.roles, &one.role);
        down(&mut self.agents, &one.agent);
    }

    /// A person's session began.
    pub(super) fn began(&mut self, person: UserId, at: i64) {
        let times = self.begun.entry(person).or_default();
        let place = times.partition_point(|before| *before <= at);
        times.insert(place, at);
    }

    /// Forgets what began more than a day ago, and of repositories, when there are very many, those that were served before
    /// most others.
    pub(super) fn forget(&mut self, now: i64) {
        if self.served.len() > REPOSITORIES {
            let recent = self.starts.saturating_sub(REPOSITORIES as u64 / 2);
            self.served.retain(|_, served| *served > recent);
        }
        self.begun.retain(|_, times| {
            while times.front().is_some_and(|at| *at <= now - DAY) {
                times.pop_front();
            }
            !times.is_empty()
        });
    }

    pub(super) fn of_repository(&self, repository: RepositoryId) -> u32 {
        self.repositories
            .get(&repository)
            .copied()
            .unwrap_or_default()
    }

    /// How far back in the line of repositories one stands: the fewer at work, then the longer ago it was served, the better.
    pub(super) fn rank(&self, repository: RepositoryId) -> Rank {
        Rank {
            at_work: self.of_repository(repository),
            served: self.served.get(&repository).copied().unwrap_or_default(),
        }
    }

    pub(super) fn of_agent(&self, agent: &str) -> u32 {
        self.agents.get(agent).copied().unwrap_or_default()
    }

    /// The cap that holds a line back, but for those of its agents.
    pub(super) fn full(&self, line: &Line, caps: &Caps, now: i64) -> Option<Reason> {
        let taken = self.installations.get(&line.installation);
        if Caps::is_full(caps.installation, taken.copied().unwrap_or_default()) {
            return Some(Reason::Account {
                most: caps.installation,
            });
        }
        if Caps::is_full(caps.repository, self.of_repository(line.repository)) {
            return Some(Reason::Repository {
                most: caps.repository,
            });
        }
        let of_role = Caps::of_name(&caps.roles, &line.role);
        let taken = self.roles.get(&line.role).copied().unwrap_or_default();
        if Caps::is_full(of_role, taken) {
            let role = line.role.clone();
            return Some(Reason::Role {
                role,
                most: of_role,
            });
        }
        let until = self.next_for(line.person?, caps.person_per_day, now)?;
        Some(Reason::Person {
            most: caps.person_per_day,
            until,
        })
    }

    /// When a person may begin one more, if not now.
    fn next_for(&self, person: UserId, most: u32, now: i64) -> Option<i64> {
        let times = self.begun.get(&person)?;
        let most = usize::try_from(most).ok().filter(|most| *most > 0)?;
        let lately = times.iter().filter(|at| **at > now - DAY);
        let until = lately.rev().nth(most - 1)?.saturating_add(DAY);
        (until > now).then_some(until)
    }
}

fn up<K: Hash + Eq>(counts: &mut HashMap<K, u32>, key: K) {
    let count = counts.entry(key).or_default();
    *count = count.saturating_add(1);
}

fn down<K: Hash + Eq>(counts: &mut HashMap<K, u32>, key: &K) {
    if let Some(count) = counts.get_mut(key) {
        *count = count.saturating_sub(1);
        if *count == 0 {
            counts.remove(key);
        }
    }
}
