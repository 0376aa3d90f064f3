//! Which sprints have to hear of which issue: an index of what the tasks say, read with the schedule, and again whenever that is.
//! It must never be asked how anything stands.

use std::collections::{BTreeMap, BTreeSet};

use super::error::EngineError;
use crate::core::ids::TaskKey;
use crate::store::Transition;

/// The sprints, and the pull requests at the gate, that have to hear of an issue.
pub(super) type Parts = BTreeMap<TaskKey, BTreeSet<TaskKey>>;

/// Makes the index from the table.
pub(super) async fn read(transition: &mut Transition) -> Result<Parts, EngineError> {
    let mut parts = Parts::new();
    for (sprint, part) in transition.sprint_parts().await? {
        parts.entry(part).or_default().insert(sprint);
    }
    Ok(parts)
}
