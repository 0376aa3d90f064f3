//! Agents whose provider lets nobody in: a circuit breaker for each. It opens when a provider refuses, lets one session try
//! when the time has come, and shuts that door again, for longer, if that one is refused too.

use super::load::Load;
use super::queue::Schedule;
use super::reason::{Closed, Reason};
use super::shut::Shut;
use crate::agent::ErrorClass;

/// What one session says alone is believed for so long, milliseconds: its agent may say anything. Whoever is refused besides or
/// after it is a second witness.
const ONE_WORD_MS: i64 = 24 * 3_600_000;
/// The first pause when nobody can tell how long it lasts, and the longest, milliseconds.
const FIRST_MS: i64 = 10 * 60_000;
const LONGEST_MS: i64 = 4 * 3_600_000;

impl Schedule {
    /// An agent was refused at `now`; its provider may be asked again at `until` (epoch milliseconds), if anybody can tell.
    pub fn refused(
        &mut self,
        agent: &str,
        (class, until): (ErrorClass, Option<i64>),
        now: i64,
    ) -> Shut {
        let before = self.shut.get(agent).copied();
        // Those that were at work already when the first was refused say nothing new.
        let again = before.filter(|shut| shut.until <= now);
        let strikes = match (before, again) {
            (None, _) => 1,
            (Some(shut), Some(_)) => shut.strikes.saturating_add(1),
            (Some(shut), None) => shut.strikes,
        };
        let ours = FIRST_MS
            .saturating_mul(1_i64 << (strikes - 1).min(20))
            .min(LONGEST_MS);
        let believed = match before {
            Some(_) => i64::MAX,
            None => now.saturating_add(ONE_WORD_MS),
        };
        let until = until.unwrap_or(now.saturating_add(ours)).min(believed);
        let known = before.map_or(i64::MIN, |shut| shut.until);
        let shut = Shut {
            class,
            since: now,
            until: until.max(known),
            strikes,
            tried: false,
        };
        self.shut.insert(agent.to_owned(), shut);
        shut
    }

    /// What was known of an agent before a restart.
    pub fn remember_shut(&mut self, agent: &str, shut: Shut) {
        self.shut.insert(agent.to_owned(), shut);
    }

    /// An agent works, in a turn that began at `since` (epoch milliseconds); whether that is news. What was at work when
    /// another was refused, and ends well, proves nothing.
    pub fn works(&mut self, agent: &str, since: i64) -> bool {
        let after = |shut: &Shut| shut.since < since;
        let is_news = self.shut.get(agent).is_some_and(after);
        if is_news {
            self.shut.remove(agent);
        }
        is_news
    }

    /// A person wants it tried now: one session may.
    pub fn try_now(&mut self, agent: &str, now: i64) {
        if let Some(shut) = self.shut.get_mut(agent) {
            shut.until = shut.until.min(now);
            shut.tried = false;
        }
    }

    /// A session with it has a slot now, or has none any more.
    pub(super) fn tries(&mut self, agent: &str, tried: bool, now: i64) {
        if let Some(shut) = self.shut.get_mut(agent).filter(|shut| shut.until <= now) {
            shut.tried = tried;
        }
    }

    /// What an agent's provider has against one more session; `taken` counts those that are about to start too.
    pub(super) fn shut_out(&self, agent: &str, taken: &Load, now: i64) -> Option<Reason> {
        let shut = self.shut.get(agent)?;
        let starts_now = taken.of_agent(agent) > self.load.of_agent(agent);
        let refuses = shut.until > now || shut.tried || starts_now;
        refuses.then(|| Reason::Closed {
            agent: agent.to_owned(),
            closed: Closed {
                class: shut.class,
                until: Some(shut.until).filter(|until| *until > now),
            },
        })
    }
}
