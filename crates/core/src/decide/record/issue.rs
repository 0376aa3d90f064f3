//! The issue goes away, or somebody at the machine ends its work.

use super::recording::Recording;
use crate::actor::Account;
use crate::event::Removal;
use crate::task::{End, Order, Read, Stage, Task, Wanted};
use crate::text;

/// How an issue went away.
pub(super) struct Removed<'a> {
    pub(super) how: Removal,
    pub(super) sender: &'a Account,
    pub(super) at: i64,
}

/// The issue is closed, deleted or moved.
pub(super) fn removed(on: &mut Recording<'_>, task: &mut Task, removed: Removed<'_>) -> String {
    let Removed { how, sender, at } = removed;
    if let Stage::Ended {
        end: end @ End::Unchanged,
        ..
    } = &mut task.stage
    {
        // Whoever closes it takes the agent's words for an answer.
        *end = End::Answered;
        return "the issue is closed; nobody is waited for any more".into();
    }
    // Whoever ended it may have closed the issue of an open pull request: a merge closes both.
    if how == Removal::Closed {
        task.wanted.reads.push(Read::Pull { at: on.cx.now });
        task.look_for_change(on.cx.now);
    }
    if at < on.known.last_trigger {
        return "older than the last trigger".into();
    }
    let order = Order::Stop {
        why: text::gone(how, &sender.login),
        notice: false,
    };
    stop(&mut task.wanted, order)
}

/// Somebody wants it stopped.
pub(super) fn stop(wanted: &mut Wanted, order: Order) -> String {
    wanted.order = Some(order);
    "nothing is on".into()
}
