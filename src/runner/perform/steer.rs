//! Offers words to a running turn: to a tool that waits for them, else as a further prompt.

use crate::agent::{Agents, Steered};
use crate::core::effect::Steer;
use crate::core::event::Event;
use crate::core::failure::Failure;
use crate::runner::answer_waiters::AnswerWaiters;
use crate::runner::lease::Lease;
use crate::runner::performed::Performed;

/// Tells whether they were taken; if not, they wait for the end of the turn.
pub(super) async fn perform(
    action: &Steer,
    lease: &Lease,
    waiters: &AnswerWaiters,
    agents: &Agents,
) -> Result<Performed, Failure> {
    let session = lease.session()?;
    let taken = match waiters.hand(session, action.text.clone()) {
        Ok(()) => true,
        Err(text) => matches!(agents.steer(session, &text).await?, Steered::Taken),
    };
    Ok(Performed::known(Event::Steered {
        session: session.clone(),
        offered: action.words.clone(),
        taken,
    }))
}
