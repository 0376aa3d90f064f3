//! What the schedule answers: who starts now, and what the others wait for.

use std::sync::Arc;

use super::caps::Caps;
use super::found::Subject;
use super::line::Line;
use super::load::Load;
use super::needs::Memory;
use super::order::{Look, Order, Taken};
use super::queue::{Place, Schedule};
use super::reason::Reason;
use super::shut::Shut;
use super::told::Told;
use crate::ids::TaskKey;

/// Fewer sessions do not say how long one takes.
const ENOUGH: usize = 3;
/// So many lines that are held back are told why at once.
const HELD_LINES: usize = 50;

/// A task that starts now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pick {
    /// Which.
    pub task: TaskKey,
    /// The agent it is given to.
    pub agent: String,
}

/// What the machine has room for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Room {
    /// Its disk is too full for one more session.
    pub disk_short: bool,
    /// Its memory; `None`: nobody measured it, and it holds nothing back.
    pub memory: Option<Memory>,
}

impl Schedule {
    /// Those that start now (epoch milliseconds), in order.
    pub fn picks(&mut self, room: Room, now: i64) -> Vec<Pick> {
        self.load.forget(now);
        self.looked_at = now;
        let free = self.caps.sessions.saturating_sub(self.load.all);
        if room.disk_short || free == 0 || self.queued == 0 {
            return Vec::new();
        }
        let budget = self.budget(room.memory);
        if let Some((task, agent)) = self.kept_for(now) {
            let fits = budget.fits(self.needs.of(&agent, task.repository));
            if fits {
                // Whatever becomes of its start: it has had its turn.
                self.passed.remove(&task);
            }
            return Vec::from_iter(fits.then_some(Pick { task, agent }));
        }
        let mut order = Order::new(self, Look::Starting(budget), now);
        let picks = order
            .by_ref()
            .take(usize::try_from(free).unwrap_or(usize::MAX))
            .map(|taken| Pick {
                task: taken.turn.task,
                agent: taken.agent,
            })
            .collect();
        let passed = order.passed();
        self.pass(passed);
        picks
    }

    /// Whether anything would start now, as [`Schedule::picks`] answers.
    pub fn starts_any(&self, room: Room, now: i64) -> bool {
        if room.disk_short || self.queued == 0 || self.caps.sessions <= self.load.all {
            return false;
        }
        let budget = self.budget(room.memory);
        match self.kept_for(now) {
            Some((task, agent)) => budget.fits(self.needs.of(&agent, task.repository)),
            None => Order::new(self, Look::Starting(budget), now)
                .next()
                .is_some(),
        }
    }

    /// What is news for the first `most` in line, and for as many of each line that is held back.
    pub fn news(&self, room: Room, most: usize, now: i64) -> Vec<(TaskKey, Told)> {
        // That nobody has looked yet whether all is ready is nothing to tell.
        let told = |(_, reason): &(&Arc<Line>, Reason)| *reason != Reason::Turn;
        let held = self.held(now).filter(told).take(HELD_LINES);
        let held = held.flat_map(|(line, reason)| {
            let turns = self.lines.get(line).into_iter().flatten().take(most);
            turns.map(move |turn| (turn.task, Told::held(reason.clone())))
        });
        self.in_line(room, now)
            .take(most)
            .chain(held)
            .filter(|(task, told)| match self.places.get(task) {
                Some(Place::Queued(_, _, before)) => told.is_news(before.as_ref()),
                Some(Place::Live(..)) | None => false,
            })
            .collect()
    }

    /// Those that wait, at most `most`, and what for: first those in line, in the order in which they would start.
    pub fn listed(&self, room: Room, most: usize, now: i64) -> Vec<(TaskKey, Told)> {
        let held = self.held(now).flat_map(|(line, reason)| {
            let turns = self.lines.get(line).into_iter().flatten();
            turns.map(move |turn| (turn.task, Told::held(reason.clone())))
        });
        self.in_line(room, now).chain(held).take(most).collect()
    }

    /// Whether a moment has come since it last chose at which something may start for no other reason than the time.
    pub fn due(&self, now: i64) -> bool {
        let next = self.next_moment(self.looked_at);
        next.is_some_and(|next| next <= now)
    }

    /// The next moment (epoch milliseconds) at which something may start for no other reason than the time.
    pub fn next_moment(&self, now: i64) -> Option<i64> {
        let shut = self.shut.values().filter(|shut| shut.until > now);
        let agents = shut.map(|shut| shut.until);
        let limited = self.caps.person_per_day > 0;
        let lines = self.lines.keys().filter(|_| limited);
        let people = lines.filter_map(|line| match self.load.full(line, &self.caps, now) {
            Some(Reason::Person { until, .. }) => Some(until),
            _ => None,
        });
        agents.chain(people).min()
    }

    /// The agents that start nothing now, or only one to try.
    pub fn shut(&self) -> impl Iterator<Item = (&str, Shut)> {
        self.shut
            .iter()
            .map(|(agent, shut)| (agent.as_str(), *shut))
    }

    fn in_line(&self, room: Room, now: i64) -> impl Iterator<Item = (TaskKey, Told)> {
        let total = i64::try_from(self.queued).unwrap_or(i64::MAX);
        let lacks = self.lacks(room, now);
        (1..)
            .zip(Order::new(self, Look::Placing, now))
            .map(move |(position, taken)| {
                let reason = lacks(&taken);
                let told = Told {
                    place: Some((position, total)),
                    within: self
                        .within(position)
                        .filter(|_| reason == Reason::default()),
                    reason,
                };
                (taken.turn.task, told)
            })
    }

    /// What those that are in line wait for.
    fn lacks(&self, room: Room, now: i64) -> impl Fn(&Taken) -> Reason {
        let slots = self.caps.sessions > self.load.all;
        let budget = self.budget(room.memory);
        let kept = self.kept_for(now).map(|(task, _)| task);
        move |taken| {
            let task = taken.turn.task;
            let needs = self.needs.of(&taken.agent, task.repository);
            match kept {
                _ if room.disk_short => Reason::Disk,
                _ if !slots => Reason::Turn,
                _ if !budget.fits(needs) => Reason::Memory,
                Some(kept) if kept != task => Reason::Larger,
                _ => Reason::Turn,
            }
        }
    }

    /// In how long the task at a place may start, milliseconds, if sessions go on taking what they took lately.
    fn within(&self, position: i64) -> Option<i64> {
        if self.held.len() < ENOUGH {
            return None;
        }
        let count = i64::try_from(self.held.len()).ok()?;
        let sum = |sum: i64, held: &i64| sum.saturating_add(*held);
        let mean = self.held.iter().fold(0, sum) / count;
        Some(mean.saturating_mul(position) / i64::from(self.caps.sessions.max(1)))
    }

    /// The lines that are held back, and by what.
    fn held(&self, now: i64) -> impl Iterator<Item = (&Arc<Line>, Reason)> {
        self.heads.iter().filter_map(move |head| {
            let reason = self.agent_for(&head.line, &self.load, now).err()?;
            Some((&head.line, reason))
        })
    }

    /// The agent that a line's next task would be given to, or what holds the line back.
    pub(super) fn agent_for(&self, line: &Line, load: &Load, now: i64) -> Result<String, Reason> {
        self.agent_if(line, (load, now), |subject| self.unready(subject, now))
    }

    /// The same, where something else says what is not ready.
    pub(super) fn agent_if(
        &self,
        line: &Line,
        (load, now): (&Load, i64),
        unready: impl Fn(&Subject) -> Option<Reason>,
    ) -> Result<String, Reason> {
        if self.paused || self.paused_repositories.contains(&line.repository) {
            return Err(Reason::Paused {
                repository: !self.paused,
            });
        }
        if let Some(reason) = load.full(line, &self.caps, now) {
            return Err(reason);
        }
        if let Some(reason) = unready(&Subject::Repository(line.repository)) {
            return Err(reason);
        }
        let mut refused = None;
        for agent in &line.agents {
            let refuses = self.refuses(agent, load, now);
            match refuses.or_else(|| unready(&Subject::Agent(agent.clone()))) {
                None => return Ok(agent.clone()),
                Some(reason) => refused = refused.or(Some(reason)),
            }
        }
        Err(refused.unwrap_or_default())
    }

    fn refuses(&self, agent: &str, load: &Load, now: i64) -> Option<Reason> {
        if let Some(reason) = self.shut_out(agent, load, now) {
            return Some(reason);
        }
        let most = Caps::of_name(&self.caps.agents, agent);
        Caps::is_full(most, load.of_agent(agent)).then(|| Reason::Agent {
            agent: agent.to_owned(),
            most,
        })
    }
}
