//! Git's look at what a session made, which ends its agent.

use super::state::{Advance, Fired, because};

use crate::agent::TurnEnd;
use crate::consent::PathsWord;
use crate::effect::{self, Start};
use crate::ids::Sha;
use crate::task::{FailureClass, Step, Task};
use crate::text;

/// Plans the look; false when there is no working copy.
pub(super) fn plan(on: &mut Advance<'_>, said: text::pull::Said<'_>) -> bool {
    let Some((base, upstream)) = ground(&on.task) else {
        return false;
    };
    let Some(job) = on.task.job() else {
        return false;
    };
    let word = on.task.conversation.paths.as_ref();
    let word = word.and_then(|asked| asked.word.as_ref());
    let effect = effect::Collect {
        base,
        upstream,
        message: text::pull::commit_message(job, said),
        protected: on.task.policy.protected.clone(),
        without_protected: matches!(word, Some(PathsWord::Dropped { .. })),
    };
    on.plan(effect);
    true
}

/// What git judges the work in hand against, and the head of the base branch where that is another; `None` without a working copy.
pub(super) fn ground(task: &Task) -> Option<(Sha, Option<Sha>)> {
    let job = task.job()?;
    let ground = job.workspace.as_ref()?;
    // What an earlier session left here was not judged for good: it may have been held back. Nothing of it is on GitHub.
    let unseen = job.start == Start::Kept && task.branch_head.is_none();
    let base = match unseen {
        true => &ground.base.sha,
        false => &ground.from,
    };
    let upstream = Some(ground.base.sha.clone()).filter(|upstream| upstream != base);
    Some((base.clone(), upstream))
}

/// The turn is over, and git decides what was made.
pub(super) fn look(on: &mut Advance<'_>, end: TurnEnd) -> Option<Fired> {
    if !plan(on, text::pull::Said::Done(&end.message)) {
        return on.fail(FailureClass::NoWorkspace, text::failure::NO_GROUND);
    }
    on.set_step(Step::Collecting { end, found: None });
    because("the turn is over; git decides")
}
