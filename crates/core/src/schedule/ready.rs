//! Whether what a session needs is there before one is spent: its agent starts and answers, its repository can be reached, and the
//! App may do there what it must.
//!
//! Somebody else looks; the schedule says what should be looked at ([`Schedule::asks`]) and is told what was found. What was found
//! holds for [`READY_FOR_MS`](super::READY_FOR_MS); then it is looked at again, before the next start. A fault holds the tasks that need what has it, each
//! saying what it waits for and who mends that, and no others; a chain of agents goes on with the next one. It never makes a fault of
//! one task: neither an agent nor a repository is any single issue's.

use std::collections::BTreeMap;

use super::found::{Found, Known, Looked, OnFault, Subject};
use super::line::Line;
use super::queue::Schedule;
use super::reason::{Fault, Reason};
use crate::ids::TaskKey;

#[cfg(test)]
mod tests;

/// So many are asked for at once.
const AT_ONCE: usize = 20;

impl Schedule {
    /// From now on somebody looks whether what sessions need is ready.
    pub fn looks_for_faults(&mut self, on_fault: OnFault) {
        let known = self.ready.get_or_insert_default();
        known.on_fault = on_fault;
    }

    /// What was found at `now`, epoch milliseconds; answers whether that is news.
    pub fn found(&mut self, subject: Subject, fault: Option<Fault>, now: i64) -> bool {
        let Some(known) = &mut self.ready else {
            return false;
        };
        // What nobody asks for any more is forgotten.
        known.found.retain(|_, found| found.is_kept(now));
        let before = known.found.get(&subject);
        let same = before.filter(|before| before.fault.is_some() == fault.is_some());
        let since = same.map_or(now, |before| before.since);
        let is = Found {
            fault: fault.clone(),
            at: now,
            since,
        };
        let before = known.found.insert(subject, is);
        before.and_then(|before| before.fault) != fault
    }

    /// What was found of late, for whoever wants to know how all stands.
    pub fn looked(&self, now: i64) -> Vec<Looked> {
        let known = self.ready.iter().flat_map(|known| &known.found);
        let known = known.filter(|(_, found)| found.is_kept(now));
        let looked = known.map(|(subject, found)| Looked {
            subject: subject.clone(),
            fault: found.fault.clone(),
            since: found.since,
            at: found.at,
        });
        looked.collect()
    }

    /// What should be looked at before the next starts, each with a task that needs it.
    pub fn asks(&self, now: i64) -> Vec<(Subject, TaskKey)> {
        let Some(known) = &self.ready else {
            return Vec::new();
        };
        if self.caps.sessions <= self.load.all {
            return Vec::new();
        }
        let mut asked = BTreeMap::new();
        for head in &self.heads {
            let fresh = |subject: &Subject| {
                let found = known.found.get(subject);
                found.is_some_and(|found| found.is_fresh(now))
            };
            let wanted = self.wants(known, &head.line, now).into_iter();
            for subject in wanted.filter(|subject| !fresh(subject)) {
                asked.entry(subject).or_insert(head.turn.task);
            }
            if asked.len() >= AT_ONCE {
                break;
            }
        }
        asked.into_iter().collect()
    }

    /// What the next task of a line needs to be ready: nothing while something else holds it back.
    fn wants(&self, known: &Known, line: &Line, now: i64) -> Vec<Subject> {
        let faulty = |subject: &Subject| {
            let fault = known.found.get(subject)?.fault.clone()?;
            Some(Reason::Unready { fault })
        };
        let repository = Subject::Repository(line.repository);
        let agents = line.agents.iter().cloned().map(Subject::Agent);
        // One of the chain that is out of order is looked at again as well: it is the better one.
        let mut wanted: Vec<Subject> = agents.filter(|agent| faulty(agent).is_some()).collect();
        let without = |subject: &Subject| faulty(subject).filter(|_| *subject != repository);
        match self.agent_if(line, (&self.load, now), without) {
            Ok(agent) => wanted.push(Subject::Agent(agent)),
            Err(Reason::Unready { .. }) => {}
            Err(_) => return Vec::new(),
        }
        wanted.push(repository);
        wanted
    }

    /// What holds starts back that need this.
    pub(super) fn unready(&self, subject: &Subject, now: i64) -> Option<Reason> {
        let known = self.ready.as_ref()?;
        if known.on_fault == OnFault::Tell {
            return None;
        }
        match known.found.get(subject) {
            Some(Found {
                fault: Some(fault), ..
            }) => Some(Reason::Unready {
                fault: fault.clone(),
            }),
            Some(found) if found.is_fresh(now) => None,
            Some(_) | None => Some(Reason::Turn),
        }
    }
}
