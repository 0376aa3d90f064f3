//! `/agent approve-paths` and `/agent drop-paths`: what becomes of protected paths that a session changed.

use super::reply::said;
use crate::consent::{PathsAsked, PathsWord};
use crate::decide::record::recording::Recording;
use crate::event::AuthorizedComment;
use crate::task::{BlockReason, Order, Stage, Task};
use crate::text;

/// Exactly what has this hash may be published. Whoever was merely let speak here has no say in it.
pub(super) fn approve(
    on: &mut Recording<'_>,
    task: &mut Task,
    found: &AuthorizedComment,
    digits: &str,
) -> String {
    if !found.permission.may_start() {
        return said(on, found, text::paths::MAY_NOT);
    }
    let by = found.actor.login.clone();
    let say = match waiting(on.known) {
        Ok(asked) if asked.hash.is_named_by(digits) => {
            task.wanted.order = Some(Order::Paths(PathsWord::Approved { by }));
            return String::new();
        }
        Ok(asked) => text::paths::another(asked),
        Err(why) => why.to_owned(),
    };
    said(on, found, say)
}

/// The rest is published without them.
pub(super) fn drop(on: &mut Recording<'_>, task: &mut Task, found: &AuthorizedComment) -> String {
    let by = found.actor.login.clone();
    match waiting(on.known) {
        Ok(_) => {
            task.wanted.order = Some(Order::Paths(PathsWord::Dropped { by }));
            String::new()
        }
        Err(why) => said(on, found, why),
    }
}

/// What waits for a word, or why nothing does.
fn waiting(task: &Task) -> Result<&PathsAsked, &'static str> {
    let asked = task.conversation.paths.as_deref();
    let asked = asked.filter(|asked| asked.word.is_none());
    match (&task.stage, asked) {
        (
            Stage::Blocked {
                reason: BlockReason::Paths,
                ..
            },
            Some(asked),
        ) => Ok(asked),
        (
            Stage::Blocked {
                reason: BlockReason::Paused { .. },
                ..
            },
            Some(_),
        ) => Err(text::paths::PAUSED),
        _ => Err(text::paths::NOTHING_WAITS),
    }
}
