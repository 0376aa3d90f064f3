//! Reads all that is needed to judge a trigger.

use crate::core::actor::{Actor, Permission};
use crate::core::effect::CheckTrigger;
use crate::core::event::{Event, TriggerFacts};
use crate::core::failure::Failure;
use crate::github::At;
use crate::runner::lease::Lease;
use crate::runner::performed::Performed;
use crate::runner::reading::TriggerToRead;
use crate::runner::repository_policy::Policies;
use crate::runner::scope::Reading;

/// What cannot be read is tried again and then given up, never assumed.
pub(super) async fn perform(
    action: &CheckTrigger,
    lease: &Lease,
    reading: &Reading<'_>,
    policies: Policies<'_>,
) -> Result<Performed, Failure> {
    let trigger = TriggerToRead {
        actor: &action.actor,
        asking: action.asking,
        snapshot: action.snapshot.as_ref(),
        role: action.role.as_deref(),
        base: action.base.as_deref(),
    };
    let (place, at) = (lease.place(), At::of(lease.place()));
    let facts = async {
        let read = reading.trigger(place, &trigger).await;
        read.map_err(Failure::from)
    };
    let policy = async {
        match action.asking.starts() {
            true => policies.file(&at).await.map(Some),
            false => Ok(None),
        }
    };
    let (mut facts, file): (TriggerFacts, _) = tokio::try_join!(facts, policy)?;
    if let Some(file) = file {
        let met_on = is_heard(&facts).then_some(place.issue);
        let found = policies.judge(place.repository, file, met_on).await?;
        facts.policy = Some(Box::new(found));
    }
    Ok(Performed::known(Event::TriggerChecked {
        facts: Box::new(facts),
    }))
}

/// Whether whoever asks may start work, so that mistakes of the repository's policy are told there.
fn is_heard(facts: &TriggerFacts) -> bool {
    matches!(facts.actor, Actor::Operator) || facts.permission.is_some_and(Permission::may_start)
}
