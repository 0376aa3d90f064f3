//! What became of what we show: our comments' numbers, who was assigned for us, and what waits for GitHub's limits.

use super::recording::Recording;
use crate::effect::EffectKind;
use crate::event::{Assigned, Event, HeldUp, ReviewersLeftOut};
use crate::ids::CommentId;
use crate::task::{Conversation, Shown};
use crate::text;

/// So much later than what people were told is worth telling, milliseconds.
const LATER: i64 = 60_000;

/// An effect waits for GitHub's limits. It is said on the issue where it still can be: editing a comment is allowed when
/// posting one is not.
pub(super) fn held_up(shown: &mut Shown, held: &HeldUp) -> String {
    let HeldUp { effect, until } = *held;
    let name = effect.name();
    if shown.held_until.is_some_and(|known| until < known + LATER) {
        return format!("{name} waits; people can see until when");
    }
    let own = matches!(effect, EffectKind::ShowStatus | EffectKind::ShowLabel);
    if own || shown.comment.is_none() {
        return format!(
            "{name} waits for GitHub's limits, and so does the comment that would say so"
        );
    }
    shown.held_until = Some(until);
    format!(
        "{name} waits until {}; the status comment says so",
        text::clock(until)
    )
}

/// What was held up came through.
pub(super) fn passed(shown: &mut Shown, event: &Event) {
    let through = matches!(
        event,
        Event::Posted { .. }
            | Event::Answered { .. }
            | Event::PullOpened { .. }
            | Event::StatusPosted { .. }
    );
    if through {
        shown.held_until = None;
    }
}

/// A comment of ours is there.
pub(super) fn posted(conversation: &mut Conversation, key: &str, comment: CommentId) -> String {
    let batches = &mut conversation.batches;
    if let Some(batch) = batches.iter_mut().find(|batch| batch.key == key) {
        batch.comment = Some(comment);
        return "the question's comment is known".into();
    }
    if conversation
        .plan
        .as_ref()
        .is_some_and(|plan| plan.key == key)
    {
        conversation.plan_comment = Some(comment);
        return "the plan's comment is known".into();
    }
    let paths = conversation.paths.as_mut();
    if let Some(asked) = paths.filter(|asked| asked.key == key) {
        asked.comment = Some(comment);
        return "the comment of the protected paths is known".into();
    }
    format!("the comment {key} is there")
}

/// Somebody was assigned for us. Whom the role assigns stays so; whoever only has to answer is taken off again.
pub(super) fn assigned(
    on: &mut Recording<'_>,
    conversation: &mut Conversation,
    told: &Assigned,
) -> String {
    let login = &told.login;
    if on.known.assigns(login) {
        if told.refused {
            tell_once(on, text::people::not_assigned(login));
        }
        return match told.refused {
            true => format!("GitHub does not assign {login}; people are told"),
            false => format!("{login} is assigned for the role"),
        };
    }
    if !told.added {
        return "they were assigned before".into();
    }
    conversation.assigned = Some(login.to_owned());
    format!("{login} is assigned for us")
}

/// Some of those who were asked for a review cannot be.
pub(super) fn left_out(on: &mut Recording<'_>, told: &ReviewersLeftOut) -> String {
    tell_once(on, text::people::not_asked(&told.names));
    format!("{} cannot be asked; people are told", told.names.join(", "))
}

/// A line that does not stand in the timeline yet.
fn tell_once(on: &mut Recording<'_>, line: String) {
    if !on.known.timeline.iter().any(|told| told.text == line) {
        on.notes.tell(line);
    }
}
