//! What the schedule answers: who starts now, and what the others wait for.

use std::sync::Arc;

use super::caps::Caps;
use super::line::Line;
use super::load::Load;
use super::order::{Look, Order};
use super::queue::{Place, Schedule};
use super::reason::Reason;
use super::shut::Shut;
use super::told::Told;
use crate::ids::TaskKey;

/// Fewer sessions do not say how long one takes.
const ENOUGH: usize = 3;
/// So many lines that are held back are told why at once, and so many tasks of each.
const HELD_LINES: usize = 50;
const HELD_EACH: usize = 3;

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
        Order::new(self, Look::Starting, now)
            .take(usize::try_from(free).unwrap_or(usize::MAX))
            .map(|taken| Pick {
                task: taken.turn.task,
                agent: taken.agent,
            })
            .collect()
    }

    /// What is news for the first `most` in line, and for the first few of each line that is held back.
    pub fn news(&self, room: Room, most: usize, now: i64) -> Vec<(TaskKey, Told)> {
        let held = self.held(now).take(HELD_LINES).flat_map(|(line, reason)| {
            let turns = self.lines.get(line).into_iter().flatten().take(HELD_EACH);
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
        (1..)
            .zip(Order::new(self, Look::Placing, now))
            .map(move |(position, taken)| {
                let told = Told {
                    place: Some((position, total)),
                    reason: match room.disk_short {
                        true => Reason::Disk,
                        false => Reason::Turn,
                    },
                    within: self.within(position).filter(|_| !room.disk_short),
                };
                (taken.turn.task, told)
            })
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
        if self.paused || self.paused_repositories.contains(&line.repository) {
            return Err(Reason::Paused {
                repository: !self.paused,
            });
        }
        if let Some(reason) = load.full(line, &self.caps, now) {
            return Err(reason);
        }
        let mut refused = None;
        for agent in &line.agents {
            match self.refuses(agent, load, now) {
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
