//! Who is assigned to the issue: whom the role names, from the beginning of its session, and whoever is waited for, as long as
//! they are. Nobody whom the role names is taken off.

use super::change::{Reconciled, seen};
use crate::effect;
use crate::ids::SessionId;
use crate::notifications::Notifications;
use crate::policy::Context;
use crate::task::{BlockReason, Stage, Task};

/// Assigns whom the change concerns.
pub(super) fn follow(before: &Task, after: &mut Task, cx: Context<'_>, out: &mut Reconciled) {
    begun(before, after, cx, out);
    waiting(before, after, cx, out);
}

/// A session began: the operator named who is assigned then.
fn begun(before: &Task, after: &Task, cx: Context<'_>, out: &mut Reconciled) {
    let (was, is) = (seen(before), seen(after));
    if session(&was) == session(&is) {
        return;
    }
    let people = is.job().filter(|job| job.started_at.is_some());
    for login in people
        .into_iter()
        .flat_map(|job| &job.role.people.assignees)
    {
        let login = login.clone();
        out.plan(after, effect::Assign { login, on: true }, cx.now);
    }
}

/// The session that has begun.
fn session(task: &Task) -> Option<&SessionId> {
    let begun = task.job().filter(|job| job.started_at.is_some());
    begun.map(|job| &job.session)
}

/// Whom a question, a plan or a pull request waits for is assigned, so that GitHub's own list shows it to them; whoever was
/// assigned for that is taken off again.
fn waiting(before: &Task, after: &mut Task, cx: Context<'_>, out: &mut Reconciled) {
    // An assignment is a mail of its own, and the comment that asks is one already.
    let assigns = cx.policy.issues.notifications == Notifications::All;
    let waited = waited_for(&seen(after)).map(str::to_owned);
    let waited = waited.filter(|_| assigns);
    match waited {
        Some(login) => {
            if waited_for(&seen(before)) != Some(&login) {
                out.plan(after, effect::Assign { login, on: true }, cx.now);
            }
        }
        None => {
            let assigned = after.conversation.assigned.take();
            if let Some(login) = assigned.filter(|login| !after.assigns(login)) {
                out.plan(after, effect::Assign { login, on: false }, cx.now);
            }
        }
    }
}

fn waited_for(task: &Task) -> Option<&str> {
    let asked = match &task.stage {
        Stage::Queued { .. } | Stage::Working { .. } => task.open_questions().next().is_some(),
        Stage::Blocked { reason, .. } => {
            matches!(
                reason,
                BlockReason::Plan | BlockReason::Paths | BlockReason::Budget { .. }
            ) || task.open_questions().next().is_some()
        }
        Stage::Idle | Stage::Checking { .. } | Stage::Ended { .. } => false,
    };
    let waits = asked || task.review.needs.is_some();
    task.job().filter(|_| waits)?.actor.login()
}
