//! What the sandbox of an agent refused while nobody had asked the agent anything: a process that it left running tries things, too.
//!
//! A turn tells of its own. It must never take anything from one: whoever holds the session for a turn is left alone.

use super::Agents;
use crate::core::agent::Update;
use crate::core::containment::Attempt;
use crate::core::ids::SessionId;

/// Something that was tried, by which session, and how many times so far.
pub(crate) type Late = (SessionId, Attempt, u64);

impl Agents {
    /// Takes what was refused of agents that have no turn now; each is given once.
    pub fn refused_between_turns(&self) -> Vec<Late> {
        let slots: Vec<_> = {
            let slots = self.slots();
            let pairs = slots.iter();
            pairs.map(|(id, slot)| (id.clone(), slot.clone())).collect()
        };
        let mut late = Vec::new();
        for (session, slot) in slots {
            let Ok(held) = slot.live.try_lock() else {
                continue;
            };
            let Some(live) = held.as_ref() else { continue };
            // Held for the length of a turn.
            let Ok(_no_turn) = live.opened.try_lock() else {
                continue;
            };
            let mut state = live.connection.wire.state();
            while let Some(Update::Refused { attempt, count }) = state.transcript.pop_refused() {
                late.push((session.clone(), attempt, count));
            }
        }
        late
    }
}
