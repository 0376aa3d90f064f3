//! Reads all that is needed to judge a trigger.

use crate::core::effect::CheckTrigger;
use crate::core::event::Event;
use crate::core::failure::Failure;
use crate::runner::lease::Lease;
use crate::runner::performed::Performed;
use crate::runner::reading::TriggerToRead;
use crate::runner::scope::Reading;

/// What cannot be read is tried again and then given up, never assumed.
pub(super) async fn perform(
    action: &CheckTrigger,
    lease: &Lease,
    reading: &Reading<'_>,
) -> Result<Performed, Failure> {
    let trigger = TriggerToRead {
        actor: &action.actor,
        asking: action.asking,
        snapshot: action.snapshot.as_ref(),
        role: action.role.as_deref(),
        base: action.base.as_deref(),
    };
    let facts = reading.trigger(lease.place(), &trigger).await?;
    Ok(Performed::known(Event::TriggerChecked {
        facts: Box::new(facts),
    }))
}
