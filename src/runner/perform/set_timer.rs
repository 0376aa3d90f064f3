//! Tells that a moment has come: the effect was due, and that is all there is to tell.

use crate::core::effect::SetTimer;
use crate::core::event::Event;
use crate::runner::performed::Performed;

/// Says which moment it was.
pub(super) fn perform(action: &SetTimer) -> Performed {
    Performed::known(Event::TimerFired {
        alarm: action.alarm.clone(),
    })
}
