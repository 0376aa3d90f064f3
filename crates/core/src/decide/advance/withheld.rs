//! What people without write access wrote, while a session is on: GitHub tells nobody of reactions, so that it is looked whether
//! somebody lets something in.

use super::approval;
use super::state::{Advance, Fired};
use crate::effect;
use crate::event::Timer;
use crate::task::Task;

/// So many looks without anything new, over six hours; from then on it is looked when something happens.
const LOOKS: u32 = 40;

/// The moment that it waits for.
pub(super) fn wanted(task: &Task) -> Option<(Timer, i64)> {
    let withheld = &task.withheld;
    let is_on = task.stage.is_live() && !withheld.comments.is_empty();
    let looks = is_on && withheld.looked < LOOKS;
    looks.then_some((Timer::Withheld, withheld.look_at))
}

/// It is looked again: often at first, then now and then.
pub(super) fn look(on: &mut Advance<'_>) -> Option<Fired> {
    let now = on.cx.now;
    let withheld = &mut on.task.withheld;
    withheld.looked = withheld.looked.saturating_add(1);
    withheld.look_at = now + approval::pause(withheld.looked);
    let comments = withheld.comments.clone();
    on.plan(effect::ReadWithheld { comments });
    // It goes with whatever came: a person's word, a turn, or the moment.
    Some(Fired::Quietly)
}
