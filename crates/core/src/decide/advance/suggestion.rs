//! What sessions propose is brought to GitHub for people to decide, one effect at a time.

use super::state::{Advance, Fired};
use crate::effect;

/// Brings all that waits.
pub(super) fn go_on(on: &mut Advance<'_>) -> Option<Fired> {
    let suggestions = on.task.suggested.begin();
    if suggestions.is_empty() {
        return None;
    }
    on.plan(effect::Suggest { suggestions });
    Some(Fired::Quietly)
}
