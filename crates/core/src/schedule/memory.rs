//! Whether one more session fits into the server's memory.
//!
//! What is free is measured; what a session will need is what its agent was seen to need in its repository before, or, the first
//! time, what it is expected to need ([`Needs`]). A session that started a moment ago has not grown yet, so each at work counts with
//! all that it may still take: a burst of starts in one second does not see the same free memory twice.
//!
//! The order of starts stays as it is. A task that does not fit lets those behind it go first, at most [`PASSES`] of them; then what
//! becomes free is kept for it, and nothing else starts until it does. So a large one does not starve behind small ones, and small
//! ones wait for no longer than the sessions at work take to end. Memory never chooses the agent: a task does not change to a
//! smaller one of its chain.
//!
//! With nothing at work one session may start whatever it needs, or it would wait for ever, unless less than [`FLOOR`](super::FLOOR) is free: in
//! so little no agent starts.

use std::collections::BTreeMap;

use super::needs::{Budget, Memory, Needs};
use super::queue::{Place, Schedule};
use crate::ids::TaskKey;

#[cfg(test)]
mod tests;

/// So many others start before one that does not fit; then it is its turn.
pub const PASSES: u32 = 8;

impl Schedule {
    /// What sessions need, as far as that is known.
    pub fn needs(&mut self) -> &mut Needs {
        &mut self.needs
    }

    /// What the sessions at work take at present, bytes; one that is not among them is counted with nothing.
    pub fn measured(&mut self, taken: BTreeMap<TaskKey, u64>) {
        self.taken = taken;
    }

    /// What the sessions at work may still take on top of what they have, bytes.
    pub fn may_grow(&self) -> u64 {
        let grows = |task: &TaskKey| match self.places.get(task) {
            Some(Place::Live(one, _)) => {
                let needs = self.needs.of(&one.agent, one.repository);
                needs.saturating_sub(self.taken.get(task).copied().unwrap_or_default())
            }
            Some(Place::Queued(..)) | None => 0,
        };
        self.live.iter().map(grows).fold(0, u64::saturating_add)
    }

    /// What is left of the memory to give out.
    pub(super) fn budget(&self, memory: Option<Memory>) -> Budget {
        Budget::new(memory, self.may_grow(), self.load.all == 0)
    }

    /// The task for which what is free is kept, with its agent: of those that let enough others go first, the one whose turn is
    /// earliest. One that is held back for another reason keeps nothing.
    pub(super) fn kept_for(&self, now: i64) -> Option<(TaskKey, String)> {
        let waits = |(task, passes): (&TaskKey, &u32)| match self.places.get(task) {
            Some(Place::Queued(line, turn, _)) if *passes >= PASSES => Some((*turn, line)),
            _ => None,
        };
        let mut waiting: Vec<_> = self.passed.iter().filter_map(waits).collect();
        waiting.sort_by_key(|(turn, _)| *turn);
        waiting.into_iter().find_map(|(turn, line)| {
            let agent = self.agent_for(line, &self.load, now).ok()?;
            Some((turn.task, agent))
        })
    }

    /// Others start although they stand behind these.
    pub(super) fn pass(&mut self, passed: BTreeMap<TaskKey, u32>) {
        for (task, times) in passed.into_iter().filter(|(_, times)| *times > 0) {
            let before = self.passed.entry(task).or_default();
            *before = before.saturating_add(times);
        }
    }
}
