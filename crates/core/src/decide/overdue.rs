//! What a person did long before skep heard of it, because it was down or GitHub could not reach it: the issue says so, so
//! that nobody wonders why nothing happened in between.

use super::Decision;
use crate::event::Event;
use crate::policy::Context;
use crate::task::Task;
use crate::text;

/// What is heard so much later than it happened is late, milliseconds.
const LATE: i64 = 10 * 60_000;

/// Adds to a decision that its cause was heard late, if it was and something follows from it.
pub(super) fn tell(before: &Task, event: &Event, decision: &mut Decision, cx: Context<'_>) {
    let Some((what, at)) = event.happened_at().filter(|(_, at)| cx.now - at >= LATE) else {
        return;
    };
    if decision.task != *before || !decision.effects.is_empty() {
        let line = text::conversation::heard_late(what, at, cx.now);
        decision.task.tell(cx.now, line);
    }
}
