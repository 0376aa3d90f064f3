//! A check run that says "under way" is not left so: where its head is no more the one that is verified, it says that nobody wants to
//! know any more.

use super::change::Reconciled;
use crate::effect;
use crate::policy::Context;
use crate::task::Task;
use crate::text;
use crate::verification::Standing;

/// Ends the check run of a head that is not verified any more.
pub(super) fn drop_report(before: &Task, after: &Task, cx: Context<'_>, out: &mut Reconciled) {
    let Some(was) = &before.review.verification else {
        return;
    };
    let now = after.review.verification.as_ref();
    let goes_on = now.is_some_and(|now| now.head == was.head);
    let says_running = was.reported == Some(Standing::Running) && !was.unreported;
    if goes_on || !says_running {
        return;
    }
    let (title, summary) = text::verify::check(was, Standing::Dropped);
    let report = effect::ReportVerification {
        issue: after.place.issue,
        head: was.head.clone(),
        standing: Standing::Dropped,
        title,
        summary,
    };
    out.plan(after, report, cx.now);
}
