//! GitHub takes only so much in an hour. What waits for that is said on the issue where it still can be: editing a comment
//! is allowed when posting one is not.

use super::{Decision, Draft};
use crate::effect::EffectKind;
use crate::event::Event;
use crate::text;

/// So much later than what people were told is worth telling, milliseconds.
const LATER: i64 = 60_000;

/// An effect waits for GitHub's limits.
pub(super) fn up(mut draft: Draft<'_>, effect: EffectKind, until: i64) -> Decision {
    let name = effect.name();
    if draft
        .task
        .shown
        .held_until
        .is_some_and(|known| until < known + LATER)
    {
        return draft.because(format!("{name} waits; people can see until when"));
    }
    let own = matches!(effect, EffectKind::ShowStatus | EffectKind::ShowLabel);
    if own || draft.task.shown.comment.is_none() {
        return draft.because(format!(
            "{name} waits for GitHub's limits, and so does the comment that would say so"
        ));
    }
    draft.task.shown.held_until = Some(until);
    draft.because(format!(
        "{name} waits until {}; the status comment says so",
        text::clock(until)
    ))
}

/// What was held up came through: the status comment says so no longer.
pub(super) fn passed<'a>(mut draft: Draft<'a>, event: &Event) -> Draft<'a> {
    let through = matches!(
        event,
        Event::Posted { .. }
            | Event::Answered { .. }
            | Event::PullOpened { .. }
            | Event::StatusPosted { .. }
    );
    if through {
        draft.task.shown.held_until = None;
    }
    draft
}
