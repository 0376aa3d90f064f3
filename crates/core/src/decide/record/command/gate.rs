//! `/agent go` and `/agent approve` on a task that something holds.

use super::reply::{said, start};
use crate::decide::record::gate;
use crate::decide::record::recording::Recording;
use crate::event::AuthorizedComment;
use crate::task::Task;
use crate::text;

/// It shall start in spite of what holds it.
pub(super) fn pass(on: &mut Recording<'_>, task: &mut Task, found: &AuthorizedComment) -> String {
    if !found.permission.may_start() {
        return said(on, found, text::gate::MAY_NOT_AGREE);
    }
    let login = &found.actor.login;
    gate::waive(task);
    on.notes.tell(text::gate::passed(login));
    match on.known.gates.waits_for_approval() {
        true => agree(on, task, found),
        false => "a person says that it shall start".into(),
    }
}

/// Somebody agrees to the start. Of words that were changed since the job took them, they agree to what stands there now.
pub(super) fn agree(on: &mut Recording<'_>, task: &mut Task, found: &AuthorizedComment) -> String {
    let login = found.actor.login.clone();
    if !found.permission.may_start() {
        return said(on, found, text::gate::MAY_NOT_AGREE);
    }
    let stale = task.gates.approval.as_ref().is_some_and(|one| one.stale);
    if stale {
        task.options.approved_by = Some(login);
        return start(on, &mut task.wanted, found);
    }
    gate::agree(&mut task.gates, &login);
    on.notes.tell(text::gate::agreed(&login));
    "a person agreed to its start".into()
}
