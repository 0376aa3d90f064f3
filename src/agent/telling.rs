//! Tells an agent at work something more. What becomes of it on the wire is [`super::steer`]'s; it must never start an agent.

use super::Agents;
use super::error::AgentError;
use super::steer::Steered;
use crate::core::ids::SessionId;

impl Agents {
    /// Tells an agent at work something more, within its running turn. After [`Steered::Taken`] the words are on the wire of
    /// that turn, exactly once; after [`Steered::NotNow`] they are nowhere, and the next turn is the time for them.
    ///
    /// # Errors
    /// None today: an agent that is gone takes nothing, which is `NotNow`.
    pub async fn steer(&self, session: &SessionId, text: &str) -> Result<Steered, AgentError> {
        let slot = self.slots().get(session).cloned();
        // A slot that is locked is being filled: no turn runs in it yet.
        let live = slot.and_then(|slot| slot.live.try_lock().ok().and_then(|live| live.clone()));
        let queue = live.and_then(|live| live.queue().clone());
        match queue {
            Some(queue) => Ok(queue.steer(text).await),
            None => Ok(Steered::NotNow),
        }
    }
}
