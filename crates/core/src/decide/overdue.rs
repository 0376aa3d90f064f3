//! What a person did long before skep heard of it, because it was down or GitHub could not reach it: the issue says so, so
//! that nobody wonders why nothing happened in between.

use super::{Decision, Draft};
use crate::event::Event;
use crate::policy::Context;
use crate::task::Task;
use crate::text;

/// What is heard so much later than it happened is late, milliseconds.
const LATE: i64 = 10 * 60_000;

/// Adds to a decision that its cause was heard late, if it was and something follows from it.
pub(super) fn told(
    (before, event): (&Task, &Event),
    decision: Decision,
    cx: Context<'_>,
) -> Decision {
    let happened = event.happened_at().filter(|(_, at)| cx.now - at >= LATE);
    let Some((what, at)) =
        happened.filter(|_| decision.task != *before || !decision.effects.is_empty())
    else {
        return decision;
    };
    let (mut draft, reason) = Draft::new(before.clone(), cx).through(|_| decision);
    draft
        .task
        .tell(cx.now, text::conversation::heard_late(what, at, cx.now));
    draft.because(reason)
}
