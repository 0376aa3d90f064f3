//! What a session left that failed or was stopped: it goes to its branch, where people can reach it, if it may be pushed;
//! otherwise it stays in the mirror. Nothing here opens a pull request; one that is open tells of what came to its branch.

use super::state::{Advance, Fired, because};
use super::{ending, evidence, notice, offer, paths, revised};
use crate::effect::{self, UnpushedCommits};
use crate::event::{PublishFacts, Work};
use crate::ids::Sha;
use crate::task::Late;

/// News of a session that is over.
pub(super) fn late(on: &mut Advance<'_>) -> Option<Fired> {
    match on.task.wanted.late.take()? {
        Late::Workspace | Late::NoRoom => {
            ending::remove_workspace(on, UnpushedCommits::Discard);
            Some(Fired::Quietly)
        }
        Late::Work(work) => {
            saved(on, &work);
            Some(Fired::Quietly)
        }
        Late::May(facts) => checked(on, &facts),
        Late::Pushed(head) => {
            pushed(on, &head);
            Some(Fired::Quietly)
        }
    }
}

/// Git looked at what it made.
fn saved(on: &mut Advance<'_>, work: &Work) {
    let whole = on
        .task
        .job()
        .map(|job| evidence::with_old_conflicts(&on.task, job, work));
    let work = whole.as_ref().unwrap_or(work);
    if let Some(progress) = on.task.stage.progress_mut() {
        progress.work = Some(Box::new(work.without_the_diff()));
    }
    match crate::decide::leftover::of(work) {
        // It was ended for what it takes of the disk: that is freed even when nothing of it could be kept.
        None if on.task.filled_the_disk() => {
            ending::remove_workspace(on, UnpushedCommits::Discard);
        }
        Some(_) | None => ending::reap(on, work),
    }
    evidence::alarm(on, work);
    offer::ask(on, work);
    if !work.is_empty() {
        notice::again(on);
    }
}

/// The same must hold as before any push; on a closed issue nothing is wanted.
fn checked(on: &mut Advance<'_>, facts: &PublishFacts) -> Option<Fired> {
    let progress = on.task.progress();
    let Some(work) = progress.and_then(|progress| progress.work.clone()) else {
        return because("nothing is kept that could be pushed");
    };
    if !offer::is_for_the_branch(on, &work) {
        return because("what the session left stays where it is");
    }
    let job = on.task.job()?;
    let login = job.actor.login().unwrap_or_default();
    let may = facts
        .permission
        .is_none_or(|may| may.may_start() || on.task.delegated(login));
    if facts.archived || !facts.open || !may {
        return because("what the session left may not be pushed; it is kept here");
    }
    let effect = effect::Publish {
        branch: job.branch.clone(),
        head: work.head.clone(),
        expected: on.task.branch_head.clone(),
        judged: paths::judged(&on.task, &work),
    };
    on.plan(effect);
    because("what the session left goes to its branch")
}

/// The branch is on GitHub, and people are told where.
fn pushed(on: &mut Advance<'_>, head: &Sha) {
    if let Some(branch) = on.task.job().map(|job| job.branch.clone()) {
        on.task.wrote_branch(branch, head.clone());
    }
    revised::left(on, head);
    notice::again(on);
}
