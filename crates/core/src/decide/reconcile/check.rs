//! The check run on the head of the pull request follows the status label; that of a head before it is brought to an end.

use super::change::Reconciled;
use crate::effect::{self, SessionStands};
use crate::policy::Context;
use crate::session_check::SessionCheck;
use crate::task::{End, Stage, Task};
use crate::text;

/// Shows what changed.
pub(super) fn show(after: &mut Task, cx: Context<'_>, out: &mut Reconciled) {
    if !cx.policy.issues.session_check || after.pull.is_none() {
        return;
    }
    let Some(head) = after.head().cloned() else {
        return;
    };
    let stands = SessionStands::of(after.label());
    let now = SessionCheck { head, stands };
    let was = after.shown.check.as_ref();
    if was == Some(&now) {
        return;
    }
    let under_way = was.filter(|was| was.stands.is_under_way()).cloned();
    // Of what is merged or closed nobody needs to hear more.
    if is_over(after) && under_way.is_none() {
        return;
    }
    if let Some(left) = under_way.filter(|was| was.head != now.head) {
        let left = SessionCheck {
            stands: SessionStands::Left,
            ..left
        };
        plan(after, &left, cx, out);
    }
    plan(after, &now, cx, out);
    after.shown.check = Some(now);
}

fn is_over(task: &Task) -> bool {
    matches!(
        task.stage,
        Stage::Ended {
            end: End::Merged | End::PullClosed,
            ..
        }
    )
}

fn plan(task: &Task, check: &SessionCheck, cx: Context<'_>, out: &mut Reconciled) {
    let (title, summary) = text::session_check::words(task, check.stands);
    let show = effect::ShowCheck {
        issue: task.place.issue,
        head: check.head.clone(),
        stands: check.stands,
        title,
        summary,
        link: text::session_check::link(task, cx),
    };
    out.plan(task, show, cx.now);
}
