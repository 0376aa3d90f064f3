//! Git's look at what a session made, which ends its agent.

use super::state::{Advance, Fired, because};

use crate::agent::TurnEnd;
use crate::effect::{self, Start};
use crate::task::{FailureClass, Step};
use crate::text;

/// Plans the look; false when there is no working copy.
pub(super) fn plan(on: &mut Advance<'_>, said: text::pull::Said<'_>) -> bool {
    let Some(job) = on.task.job() else {
        return false;
    };
    let Some(ground) = &job.workspace else {
        return false;
    };
    // What an earlier session left here was not judged for good: it may have been held back. Nothing of it is on GitHub.
    let unseen = job.start == Start::Kept && on.task.branch_head.is_none();
    let base = match unseen {
        true => &ground.base.sha,
        false => &ground.from,
    };
    let effect = effect::Collect {
        base: base.clone(),
        upstream: Some(ground.base.sha.clone()).filter(|upstream| upstream != base),
        message: text::pull::commit_message(job, said),
        protected: on.task.policy.protected.clone(),
    };
    on.plan(effect);
    true
}

/// The turn is over, and git decides what was made.
pub(super) fn look(on: &mut Advance<'_>, end: TurnEnd) -> Option<Fired> {
    if !plan(on, text::pull::Said::Done(&end.message)) {
        return on.fail(FailureClass::NoWorkspace, text::failure::NO_GROUND);
    }
    on.set_step(Step::Collecting { end, found: None });
    because("the turn is over; git decides")
}
